"""When data of people and organisations is deleted."""

from datetime import datetime

from clea_portal.accounts.deletions import carry_out_due
from clea_portal.accounts.invitations import VALID
from clea_portal.accounts.models import Invitation, OwnershipOffer, StaffInvitation, UserSession


def purge(*, now: datetime) -> int:
    """Delete sessions that are over, invitations a week after they expired, offers that nobody answered, and what has been
    counted down.

    How many rows.
    """
    rows = Invitation.objects.filter(expires_at__lte=now - VALID).delete()[0]
    rows += StaffInvitation.objects.filter(expires_at__lte=now - VALID).delete()[0]
    rows += UserSession.objects.filter(expire_date__lte=now).delete()[0]
    rows += OwnershipOffer.objects.filter(expires_at__lte=now).delete()[0]
    return rows + carry_out_due(now=now)

"""Issuing and renewing the static code of a venue."""

from datetime import datetime

from django.db import transaction

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.codes.errors import AlreadyRenewed, Archived
from clea_portal.codes.issuing import HOUR, Timing, issue
from clea_portal.protocol.derivation import new_location_secret
from clea_portal.protocol.ntp import from_ntp, to_ntp
from venues.models import Venue, VenueCode


@transaction.atomic
def issue_code(*, venue: Venue, by: User, now: datetime) -> VenueCode:
    """A static code under a new SK_L, for a venue that has no current code. Raises NoKey.

    Its period starts at the round hour before ``now``: no scan can come before it (CLEA protocol, LSP, t_periodStart).
    """
    period_start = to_ntp(now) // HOUR * HOUR
    secret = venue.secrets.create(sk_l=new_location_secret().hex(), created_at=now)
    timing = Timing(t_period_start=period_start, t_qr_start=period_start)
    code = venue.codes.create(
        secret=secret,
        deep_link=issue(place=venue, sk_l=secret.sk_l, timing=timing, at=now),
        created_at=now,
        created_by=by,
        valid_from=from_ntp(period_start),
    )
    record_act(actor=by, verb="issued", on=venue, code=str(code.uuid))
    return code


@transaction.atomic
def renew_code(code: VenueCode, *, by: User, now: datetime) -> VenueCode:
    """A new code under a new SK_L in place of ``code``, which stays listed as replaced. Raises AlreadyRenewed, Archived, NoKey.

    The caller names the code it saw: of two people who renew the same code, the second is told so.
    """
    venue = Venue.objects.with_country().get(pk=code.venue_id)
    if venue.archived_at is not None:
        raise Archived
    if not VenueCode.objects.current().filter(pk=code.pk).update(replaced_at=now):
        raise AlreadyRenewed
    record_act(actor=by, verb="replaced", on=venue, code=str(code.uuid))
    return issue_code(venue=venue, by=by, now=now)

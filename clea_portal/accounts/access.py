"""Who may do what with an organisation: members see it, owners run it."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Membership, Organisation
from clea_portal.accounts.person import person


@dataclass(frozen=True, kw_only=True)
class Seat:
    """What the signed-in person is in an organisation."""

    organisation: Organisation
    role: MemberRole

    @property
    def owns(self) -> bool:
        return self.role == MemberRole.OWNER


def seat(request: HttpRequest, uuid: UUID) -> Seat:
    """Raises Http404 unless the person belongs to it."""
    rows = Membership.objects.filter(user=person(request)).select_related("organisation__country")
    membership = get_object_or_404(rows, organisation__uuid=uuid)
    return Seat(organisation=membership.organisation, role=MemberRole(membership.role))


def owned(request: HttpRequest, uuid: UUID) -> Organisation:
    """Raises Http404 unless the person belongs to it, PermissionDenied unless they own it."""
    found = seat(request, uuid)
    if not found.owns:
        raise PermissionDenied
    return found.organisation

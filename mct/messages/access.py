"""Who sees a contact message, and who may do what with it. Scope first (404), then these (403)."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import TeamMembership, User
from clea_portal.accounts.roles import Roles, roles_of
from clea_portal.authorities.models import Region
from mct.messages.models import ContactMessage


def find_message(request: HttpRequest, uuid: UUID) -> ContactMessage:
    """The message, if the person's regions let them see it. Raises Http404."""
    visible = ContactMessage.objects.visible_to(roles_of(request.user)).select_related("region__country", "country", "taken_by")
    return get_object_or_404(visible, uuid=uuid)


def leads(roles: Roles, message: ContactMessage) -> bool:
    """Whether the person is a lead of the message's region; of one without region, every lead that sees it is."""
    return message.region_id is None or message.region_id in roles.led


def require_lead(request: HttpRequest, message: ContactMessage) -> None:
    """Raises PermissionDenied."""
    if not leads(roles_of(request.user), message):
        raise PermissionDenied


def require_holder_or_lead(request: HttpRequest, message: ContactMessage) -> None:
    """Raises PermissionDenied."""
    if message.taken_by_id != request.user.pk:
        require_lead(request, message)


def colleagues(message: ContactMessage) -> "QuerySet[User]":
    """Who could have the message next: the teams of its region, or the leads of the country where it has none."""
    if message.region_id is not None:
        members = TeamMembership.objects.active().filter(team__region=message.region_id)
    else:
        members = TeamMembership.objects.active().filter(team__region__country=message.country_id, role=TeamRole.LEAD)
    people = User.objects.filter(pk__in=members.values("user"), is_active=True).order_by("email")
    return people if message.taken_by_id is None else people.exclude(pk=message.taken_by_id)


def other_regions(message: ContactMessage) -> "QuerySet[Region]":
    regions = Region.objects.filter(country=message.country_id).select_related("country")
    return regions if message.region_id is None else regions.exclude(pk=message.region_id)

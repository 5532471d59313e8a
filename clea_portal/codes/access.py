"""Who may do what with places: members of the organisation see and print, its owners and editors write."""

from typing import Protocol, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Membership, Organisation, User
from clea_portal.codes.models import Place

Row_co = TypeVar("Row_co", bound=Model, covariant=True)
WRITERS = (MemberRole.OWNER, MemberRole.EDITOR)


class Scoped(Protocol[Row_co]):
    """A manager whose rows belong to organisations."""

    def of_member(self, user: User) -> QuerySet[Row_co]: ...


def find(rows: Scoped[Row_co], *, user: User, uuid: UUID) -> Row_co:
    """The row, if the person is a member of its organisation. Raises Http404."""
    return get_object_or_404(rows.of_member(user), uuid=uuid)


def may_edit(user: User, place: Place) -> bool:
    return Membership.objects.filter(user=user, organisation=place.organisation_id, role__in=WRITERS).exists()


def require_editor(user: User, place: Place) -> None:
    """Raises PermissionDenied for a member who may only see and print."""
    if not may_edit(user, place):
        raise PermissionDenied


def roles_in_organisations(user: User) -> frozenset[str]:
    return frozenset(Membership.objects.filter(user=user).values_list("role", flat=True))


def organisations_to_write_for(user: User) -> list[Organisation]:
    """The organisations for which the person may make places. Raises PermissionDenied if they are a reader everywhere."""
    organisations = list(Organisation.objects.editable_by(user).filter(country__issues_codes=True).select_related("country"))
    if not organisations and roles_in_organisations(user):
        raise PermissionDenied
    return organisations


def to_first_organisation(request: HttpRequest) -> HttpResponse:
    """Ask a person without any organisation for its name, then come back here."""
    return redirect(f"{reverse('organisations:create')}?{urlencode({'next': request.get_full_path()})}")

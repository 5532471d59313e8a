"""Founding and naming the organisations that venues and events belong to."""

from django.db import transaction
from django.utils.translation import gettext as _

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.errors import Gone, TooMany
from clea_portal.accounts.models import Membership, Organisation, User
from clea_portal.audit.trail import record_act
from clea_portal.authorities.models import Country

ORGANISATIONS_OF_A_PERSON = 20


@transaction.atomic
def found_first_organisation(*, by: User, name: str, country: Country) -> Organisation:
    """The person becomes its owner. A person who belongs to an organisation already gets that one: two clicks found one."""
    User.objects.select_for_update().get(pk=by.pk)
    existing = Organisation.objects.of_member(by).first()
    return existing or _found(by=by, name=name, country=country)


@transaction.atomic
def found_organisation(*, by: User, name: str, country: Country) -> Organisation:
    """Another one, which the person owns. Raises TooMany."""
    User.objects.select_for_update().get(pk=by.pk)
    if Organisation.objects.owned_by(by).count() >= ORGANISATIONS_OF_A_PERSON:
        limit = ORGANISATIONS_OF_A_PERSON
        raise TooMany(_("A person can own %(limit)s organisations. Delete or hand over one first.") % {"limit": limit})
    return _found(by=by, name=name, country=country)


def _found(*, by: User, name: str, country: Country) -> Organisation:
    organisation = Organisation.objects.create(name=name, country=country)
    organisation.memberships.create(user=by, role=MemberRole.OWNER)
    record_act(actor=by, verb="founded", on=organisation)
    return organisation


@transaction.atomic
def rename_organisation(organisation: Organisation, *, by: User, name: str) -> None:
    """Raises Gone."""
    locked = lock(organisation, as_owner=by)
    if locked.name != name:
        locked.name = name
        locked.save(update_fields=["name"])
        record_act(actor=by, verb="renamed", on=locked)


def lock(organisation: Organisation, *, as_owner: User | None = None) -> Organisation:
    """The organisation's row, until the transaction ends: who belongs to it is changed by one person at a time.

    Raises Gone when it has been deleted, or when ``as_owner`` is no longer its owner.
    """
    row = Organisation.objects.select_for_update().filter(pk=organisation.pk).first()
    if row is None or (as_owner is not None and not is_owner(as_owner, row)):
        raise Gone
    return row


def is_owner(user: User, organisation: Organisation) -> bool:
    return Membership.objects.filter(user=user, organisation=organisation, role=MemberRole.OWNER).exists()

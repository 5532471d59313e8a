"""Founding the organisation that a person's venues and events belong to."""

from django.db import transaction

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Organisation, User
from clea_portal.audit.trail import record_act
from clea_portal.authorities.models import Country


@transaction.atomic
def found_first_organisation(*, by: User, name: str, country: Country) -> Organisation:
    """The person becomes its owner. A person who belongs to an organisation already gets that one: two clicks found one."""
    User.objects.select_for_update().get(pk=by.pk)
    existing = Organisation.objects.of_member(by).first()
    if existing is not None:
        return existing
    organisation = Organisation.objects.create(name=name, country=country)
    organisation.memberships.create(user=by, role=MemberRole.OWNER)
    record_act(actor=by, verb="founded", on=organisation)
    return organisation

"""Who belongs to an organisation, as what. It always keeps an owner on whom it can count."""

from django.db import transaction

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.errors import Gone, LastOwner, OnlyMember
from clea_portal.accounts.models import Membership, Organisation, User
from clea_portal.accounts.organisations import lock
from clea_portal.audit.trail import record_act

MEMBERS_OF_AN_ORGANISATION = 200


@transaction.atomic
def change_role(organisation: Organisation, *, by: User, member: User, role: MemberRole) -> None:
    """To editor or reader, by an owner. An owner becomes one by ``ownership``, which asks them. Raises Gone, LastOwner."""
    if role == MemberRole.OWNER:
        raise ValueError("Ownership is offered, not given.")
    lock(organisation, as_owner=by)
    membership = _membership(organisation, member)
    if membership.role != role:
        let_go_of_ownership(membership)
        membership.role = role
        membership.save(update_fields=["role"])
        record_act(actor=by, verb="role_changed", on=organisation, member=str(member.uuid), role=role)


@transaction.atomic
def remove_member(organisation: Organisation, *, by: User, member: User) -> None:
    """By an owner; who wants to go leaves. Raises Gone, LastOwner."""
    lock(organisation, as_owner=by)
    membership = _membership(organisation, member)
    let_go_of_ownership(membership)
    membership.delete()
    record_act(actor=by, verb="member_removed", on=organisation, member=str(member.uuid))


@transaction.atomic
def leave(organisation: Organisation, *, by: User) -> None:
    """Raises Gone, LastOwner, OnlyMember."""
    lock(organisation)
    membership = _membership(organisation, by)
    if not organisation.memberships.exclude(pk=membership.pk).exists():
        raise OnlyMember
    let_go_of_ownership(membership)
    membership.delete()
    record_act(actor=by, verb="left", on=organisation)


def let_go_of_ownership(membership: Membership) -> None:
    """Check, in an organisation that is locked, that it can do without this owner, and take back what they have offered.

    Of a member who owns nothing, take back what they were offered. Raises LastOwner.
    """
    organisation = membership.organisation
    if membership.role == MemberRole.OWNER:
        if not organisation.memberships.staying_owners().exclude(pk=membership.pk).exists():
            raise LastOwner
        organisation.offers.filter(by=membership.user).delete()
    organisation.offers.filter(to=membership.user).delete()


def _membership(organisation: Organisation, user: User) -> Membership:
    membership = organisation.memberships.filter(user=user).select_related("organisation").first()
    if membership is None:
        raise Gone
    return membership

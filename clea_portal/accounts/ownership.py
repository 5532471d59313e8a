"""Handing an organisation over, or owning it together: an offer, which the other side accepts."""

from datetime import datetime, timedelta

from django.db import transaction

from clea_portal.accounts.enums import AfterHandOver, MemberRole
from clea_portal.accounts.errors import GoingAway, Gone
from clea_portal.accounts.members import let_go_of_ownership
from clea_portal.accounts.models import Deletion, Organisation, OwnershipOffer, User
from clea_portal.accounts.organisations import is_owner, lock
from clea_portal.audit.trail import record_act

VALID = timedelta(days=7)


@transaction.atomic
def offer_ownership(
    organisation: Organisation, *, by: User, to: User, afterwards: AfterHandOver, now: datetime
) -> OwnershipOffer:
    """To a member who owns nothing of it yet. A new offer takes the place of an earlier one to the same member. Raises Gone."""
    lock(organisation, as_owner=by)
    if not organisation.memberships.filter(user=to).exclude(role=MemberRole.OWNER).exists():
        raise Gone
    organisation.offers.filter(to=to).delete()
    offer = organisation.offers.create(to=to, by=by, afterwards=afterwards, created_at=now, expires_at=now + VALID)
    record_act(actor=by, verb="ownership_offered", on=organisation, member=str(to.uuid), afterwards=afterwards)
    return offer


@transaction.atomic
def accept_ownership(offer: OwnershipOffer, *, by: User, now: datetime) -> None:
    """Raises GoingAway, Gone: expired, withdrawn, or the one who offered owns it no longer."""
    organisation = lock(offer.organisation)
    if Deletion.objects.filter(user=by).exists():
        raise GoingAway
    taken, _rows = OwnershipOffer.objects.filter(pk=offer.pk, to=by, expires_at__gt=now).delete()
    membership = organisation.memberships.filter(user=by).first()
    if not taken or membership is None or not is_owner(offer.by, organisation):
        raise Gone
    membership.role = MemberRole.OWNER
    membership.save(update_fields=["role"])
    record_act(actor=by, verb="ownership_accepted", on=organisation, member=str(offer.by.uuid))
    if offer.afterwards == AfterHandOver.STAYS:
        return
    former = organisation.memberships.select_related("organisation").get(user=offer.by)
    let_go_of_ownership(former)
    if offer.afterwards == AfterHandOver.LEAVES:
        former.delete()
        record_act(actor=offer.by, verb="left", on=organisation)
    else:
        former.role = MemberRole.EDITOR
        former.save(update_fields=["role"])
        record_act(actor=offer.by, verb="role_changed", on=organisation, member=str(offer.by.uuid), role=former.role)


@transaction.atomic
def decline_ownership(offer: OwnershipOffer, *, by: User) -> None:
    """Raises Gone."""
    if not OwnershipOffer.objects.filter(pk=offer.pk, to=by).delete()[0]:
        raise Gone
    record_act(actor=by, verb="ownership_declined", on=offer.organisation)


@transaction.atomic
def withdraw_offer(offer: OwnershipOffer, *, by: User) -> None:
    """By any owner. Raises Gone."""
    lock(offer.organisation, as_owner=by)
    if not OwnershipOffer.objects.filter(pk=offer.pk).delete()[0]:
        raise Gone
    record_act(actor=by, verb="ownership_withdrawn", on=offer.organisation, member=str(offer.to.uuid))

"""Deleting an account or an organisation: ordered, counted down for two weeks, stoppable, then carried out."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.errors import Gone, LastOwnerOf, WorksForAuthority
from clea_portal.accounts.mails import send_deletion_notice
from clea_portal.accounts.models import Deletion, Membership, Organisation, User
from clea_portal.accounts.organisations import lock
from clea_portal.accounts.roles import roles_of
from clea_portal.audit.trail import record_act

COUNTDOWN = timedelta(days=14)
REMINDER = timedelta(days=1)

logger = structlog.get_logger(__name__)


@transaction.atomic
def order_deletion_of_organisation(organisation: Organisation, *, by: User, now: datetime) -> Deletion:
    """By an owner. Ordered twice counts down once. Raises Gone."""
    lock(organisation, as_owner=by)
    deletion, ordered = Deletion.objects.get_or_create(
        organisation=organisation, defaults={"ordered_by": by, "ordered_at": now, "due_at": now + COUNTDOWN}
    )
    if ordered:
        record_act(actor=by, verb="deletion_ordered", on=organisation)
    return deletion


@transaction.atomic
def order_deletion_of_account(user: User, *, now: datetime) -> Deletion:
    """By the person. Organisations of which they are the only member go with the account.

    Raises LastOwnerOf, WorksForAuthority.
    """
    if roles_of(user).needs_second_factor or user.team_memberships.exists() or user.administrations.exists():
        raise WorksForAuthority
    _lock_owned(user)
    if left_behind := organisations_left_without_owner(user):
        raise LastOwnerOf(left_behind)
    deletion, ordered = Deletion.objects.get_or_create(
        user=user, defaults={"ordered_by": user, "ordered_at": now, "due_at": now + COUNTDOWN}
    )
    if ordered:
        record_act(actor=user, verb="deletion_ordered", on=user)
    return deletion


@transaction.atomic
def stop_deletion(deletion: Deletion, *, by: User) -> None:
    """Raises Gone: stopped already, or carried out."""
    if not Deletion.objects.stoppable_by(by).filter(pk=deletion.pk).delete()[0]:
        raise Gone
    record_act(actor=by, verb="deletion_stopped", on=deletion.organisation or by)


def organisations_left_without_owner(user: User) -> list[Organisation]:
    """Those with other members of which the person is the only owner to count on."""
    others = Membership.objects.filter(organisation=OuterRef("pk")).exclude(user=user)
    rows = Organisation.objects.owned_by(user)
    return list(rows.filter(Exists(others)).exclude(Exists(others.staying_owners())))


def organisations_deleted_with(user: User) -> list[Organisation]:
    """Those of which the person is the only member."""
    others = Membership.objects.filter(organisation=OuterRef("pk")).exclude(user=user)
    return list(Organisation.objects.of_member(user).exclude(Exists(others)))


def send_due_mails(*, now: datetime) -> None:
    """Tell of every countdown that has started, and remind on its last day. Stopped ones are gone from the table."""
    for deletion in Deletion.objects.filter(told_at__isnull=True):
        _tell(deletion, now=now, reminder=False)
    for deletion in Deletion.objects.filter(reminded_at__isnull=True, due_at__lte=now + REMINDER):
        _tell(deletion, now=now, reminder=True)


def _tell(deletion: Deletion, *, now: datetime, reminder: bool) -> None:
    """Claimed first: of two workers one sends. When no mail went out at all, the next run tries again."""
    column = "reminded_at" if reminder else "told_at"
    if not Deletion.objects.filter(pk=deletion.pk, **{f"{column}__isnull": True}).update(**{column: now}):
        return
    people = list(_people_concerned(deletion))
    if people and not send_deletion_notice(deletion, to=people, reminder=reminder):
        Deletion.objects.filter(pk=deletion.pk).update(**{column: None})


def _people_concerned(deletion: Deletion) -> list[User]:
    if deletion.user is not None:
        return [deletion.user]
    owners = Membership.objects.filter(organisation=deletion.organisation, role=MemberRole.OWNER).select_related("user")
    return [membership.user for membership in owners.order_by("pk")]


def carry_out_due(*, now: datetime) -> int:
    """Delete what has been counted down, with everything that hangs on it. How many accounts and organisations."""
    # Organisations first: an account that waits for one of them need not wait for the next hour.
    due = Deletion.objects.filter(due_at__lte=now).order_by(F("organisation").asc(nulls_last=True))
    return sum(_carry_out(pk, now=now) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _carry_out(pk: int, *, now: datetime) -> int:
    # Locked, so that whoever stops it at this moment has either stopped it or comes too late.
    deletion = Deletion.objects.select_for_update().filter(pk=pk, due_at__lte=now).first()
    if deletion is None:
        return 0
    if deletion.organisation is not None:
        _delete(deletion.organisation)
        return 1
    assert deletion.user is not None
    user = User.objects.select_for_update().get(pk=deletion.user.pk)
    _lock_owned(user)
    if organisations_left_without_owner(user):
        # Somebody joined meanwhile. Every page of the person says so; it is carried out once somebody else owns it.
        logger.warning("deletion_waits", deletion=str(deletion.uuid))
        return 0
    alone = organisations_deleted_with(user)
    for organisation in alone:
        _delete(organisation)
    record_act(actor=None, verb="deleted", on=user)
    user.delete()
    return 1 + len(alone)


def _delete(organisation: Organisation) -> None:
    # Whoever adds something to it at this moment waits, and is then told that it is gone.
    lock(organisation)
    record_act(actor=None, verb="deleted", on=organisation)
    organisation.delete()


def _lock_owned(user: User) -> None:
    """In the order of their keys, so that two people who go at the same time do not wait for each other."""
    list(Organisation.objects.owned_by(user).select_for_update(of=("self",)).order_by("pk"))

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from clea_portal.accounts import mails
from clea_portal.accounts.deletions import (
    COUNTDOWN,
    order_deletion_of_account,
    order_deletion_of_organisation,
    send_due_mails,
    stop_deletion,
)
from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.errors import Gone, LastOwnerOf, WorksForAuthority
from clea_portal.accounts.models import Deletion, Membership, Organisation, User
from clea_portal.accounts.retention import purge
from clea_portal.audit.models import AuditEvent
from events.models import Event, EventCode
from mct.models import Case
from tests.clea_portal.accounts.trail import verbs
from tests.events.making import coming_event
from tests.factories import AdministrationFactory, CaseFactory, MembershipFactory, TeamMembershipFactory, UserFactory
from tests.members import member, organisation_with_choices
from tests.venues.making import displayed, opened_venue, rotating
from venues.models import Display, Rotation, Venue, VenueCode, VenueSecret
from venues.packs import make_pack

NOW = datetime(2026, 6, 3, 14, 35, tzinfo=UTC)
DUE = NOW + COUNTDOWN


def told():
    return [(message.to, message.subject) for message in mail.outbox]


def test_organisation_is_deleted_two_weeks_after_it_was_ordered(organisation, owner, editor):
    deletion = order_deletion_of_organisation(organisation, by=owner, now=NOW)
    assert (deletion.due_at, deletion.ordered_by) == (NOW + timedelta(days=14), owner)
    assert purge(now=DUE - timedelta(seconds=1)) == 0
    assert purge(now=DUE) == 1
    assert (Organisation.objects.count(), Membership.objects.count(), Deletion.objects.count()) == (0, 0, 0)
    assert set(User.objects.all()) == {owner, editor}
    assert verbs() == [("deletion_ordered", owner.pk, {}), ("deleted", None, {})]


@pytest.mark.django_db
def test_everything_that_hangs_on_an_organisation_goes_with_it_and_nothing_else():
    organisation = organisation_with_choices()
    venue = displayed(rotating(opened_venue(organisation)))
    make_pack(
        venue=venue,
        first_day=NOW.date(),
        last_day=NOW.date() + timedelta(days=2),
        with_staff=True,
        by=organisation.memberships.first().user,
        now=NOW,
    )
    coming_event(organisation)
    other = opened_venue(MembershipFactory(organisation__country=organisation.country).organisation)
    case = CaseFactory()
    owner = organisation.memberships.filter(role="owner").first().user
    order_deletion_of_organisation(organisation, by=owner, now=NOW)
    assert purge(now=DUE) == 1
    assert (Venue.objects.get(), VenueCode.objects.get().venue, VenueSecret.objects.get().venue) == (other, other, other)
    assert (Rotation.objects.count(), Display.objects.count()) == (0, 0)
    assert (Event.objects.count(), EventCode.objects.count()) == (0, 0)
    assert Case.objects.get() == case
    assert not AuditEvent.objects.filter(organisation=organisation.pk).exists()


def test_ordering_twice_counts_down_once(organisation, owner):
    first = order_deletion_of_organisation(organisation, by=owner, now=NOW)
    again = order_deletion_of_organisation(organisation, by=member(organisation), now=NOW + timedelta(days=3))
    assert (again, again.due_at) == (first, DUE)
    assert len(verbs()) == 1


def test_any_owner_stops_it_and_nobody_else(organisation, owner, editor):
    deletion = order_deletion_of_organisation(organisation, by=owner, now=NOW)
    for stranger in (editor, UserFactory()):
        with pytest.raises(Gone):
            stop_deletion(deletion, by=stranger)
    other = member(organisation)
    stop_deletion(deletion, by=other)
    assert purge(now=DUE) == 0
    assert Organisation.objects.count() == 1
    assert verbs()[-1] == ("deletion_stopped", other.pk, {})
    with pytest.raises(Gone):
        stop_deletion(deletion, by=owner)


def test_only_an_owner_orders_it(organisation, owner, editor):
    with pytest.raises(Gone):
        order_deletion_of_organisation(organisation, by=editor, now=NOW)
    assert Deletion.objects.count() == 0


def test_account_is_deleted_with_the_organisations_of_which_it_is_the_only_member(organisation, owner):
    shared = MembershipFactory(user=owner, role=MemberRole.EDITOR).organisation
    member(shared)
    order_deletion_of_account(owner, now=NOW)
    assert purge(now=DUE) == 2
    assert not User.objects.filter(pk=owner.pk).exists()
    assert not EmailAddress.objects.filter(email=owner.email).exists()
    assert Organisation.objects.get() == shared
    assert [verb for verb, *_ in verbs()] == ["deletion_ordered", "deleted", "deleted"]


@pytest.mark.django_db
def test_what_a_person_made_elsewhere_stays_without_their_name():
    venue = opened_venue()
    person = venue.codes.get().created_by
    member(venue.organisation)
    order_deletion_of_account(person, now=NOW)
    assert purge(now=DUE) == 1
    assert Venue.objects.get().codes.get().created_by is None
    assert set(AuditEvent.objects.filter(subject="venues.venue").values_list("actor", "side")) == {(None, "person")}


def test_last_owner_of_others_is_refused_with_what_to_do(organisation, owner, editor):
    with pytest.raises(LastOwnerOf) as refusal:
        order_deletion_of_account(owner, now=NOW)
    assert str(refusal.value) == (
        "You are the only owner of an organisation with other members: Les Tables du Drac. "
        "Hand it over or delete it, then try again."
    )
    assert Deletion.objects.count() == 0


def test_last_owner_besides_one_who_goes_too_is_refused(organisation, owner):
    order_deletion_of_account(member(organisation), now=NOW)
    with pytest.raises(LastOwnerOf):
        order_deletion_of_account(owner, now=NOW)


def test_account_waits_when_somebody_has_joined_meanwhile_until_somebody_else_owns(organisation, owner):
    order_deletion_of_account(owner, now=NOW)
    joined = member(organisation, MemberRole.READER)
    assert purge(now=DUE) == 0
    assert User.objects.filter(pk=owner.pk).exists()
    organisation.memberships.filter(user=joined).update(role=MemberRole.OWNER)
    assert purge(now=DUE + timedelta(hours=1)) == 1
    assert list(organisation.memberships.values_list("user", "role")) == [(joined.pk, "owner")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "make",
    [
        lambda: TeamMembershipFactory().user,
        lambda: AdministrationFactory().user,
        lambda: UserFactory(is_staff=True),
    ],
)
def test_account_with_a_role_at_an_authority_is_refused(make):
    with pytest.raises(WorksForAuthority):
        order_deletion_of_account(make(), now=NOW)


def test_owners_are_told_at_the_start_and_on_the_day_before_once_each(organisation, owner, editor):
    other = member(organisation)
    other.language = "fr"
    other.save()
    owner.language = "en"
    owner.save()
    order_deletion_of_organisation(organisation, by=owner, now=NOW)
    for _ in range(2):
        send_due_mails(now=NOW)
    assert [message.to for message in mail.outbox] == [[owner.email], [other.email]]
    assert mail.outbox[0].subject == "[CLÉA] Les Tables du Drac is going to be deleted"
    assert mail.outbox[0].body == (
        "Hello,\n\n"
        f"{owner.email} has asked for the organisation Les Tables du Drac to be deleted from the CLÉA portal, with all its "
        "venues, events and codes.\n\n"
        "This happens on 17 June 2026, 16:35. Until then nothing is lost, and you can stop it here:\n\n"
        f"http://localhost:8000/organisations/{organisation.uuid}/\n\n"
        "If nobody should have asked for this, stop it and look at who the owners are.\n\n"
        "The CLÉA portal"
    )
    mail.outbox.clear()
    send_due_mails(now=DUE - timedelta(days=1, seconds=1))
    assert mail.outbox == []
    for _ in range(2):
        send_due_mails(now=DUE - timedelta(days=1))
    assert [message.to for message in mail.outbox] == [[owner.email], [other.email]]
    assert mail.outbox[0].subject == "[CLÉA] Last day: Les Tables du Drac is about to be deleted"
    assert mail.outbox[0].body == (
        "Hello,\n\n"
        "The organisation Les Tables du Drac is deleted from the CLÉA portal on 17 June 2026, 16:35, with all its venues, "
        "events and codes. After that nobody can bring them back.\n\n"
        "If you want to keep it, stop the deletion here:\n\n"
        f"http://localhost:8000/organisations/{organisation.uuid}/\n\n"
        "The CLÉA portal"
    )


def test_person_is_told_of_their_account(owner):
    owner.language = "en"
    owner.save()
    order_deletion_of_account(owner, now=NOW)
    send_due_mails(now=NOW)
    send_due_mails(now=DUE - timedelta(hours=3))
    assert told() == [
        ([owner.email], "[CLÉA] Your account is going to be deleted"),
        ([owner.email], "[CLÉA] Last day: your account is about to be deleted"),
    ]
    assert mail.outbox[0].body == (
        "Hello,\n\n"
        "You have asked for your account of the CLÉA portal to be deleted, with the organisations of which you are the only "
        "member.\n\n"
        "This happens on 17 June 2026, 16:35. Until then nothing is lost, and you can stop it here:\n\n"
        "http://localhost:8000/account/data/\n\n"
        "If you did not ask for this, stop it and change your password.\n\n"
        "The CLÉA portal"
    )


def test_nobody_is_told_of_what_was_stopped(organisation, owner):
    stop_deletion(order_deletion_of_organisation(organisation, by=owner, now=NOW), by=owner)
    send_due_mails(now=NOW)
    assert mail.outbox == []


def test_mails_are_tried_again_when_none_went_out(organisation, owner, monkeypatch):
    order_deletion_of_organisation(organisation, by=owner, now=NOW)

    def fail(self):
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(mails.EmailMessage, "send", fail)
        send_due_mails(now=NOW)
    assert Deletion.objects.get().told_at is None
    send_due_mails(now=NOW)
    assert (len(mail.outbox), Deletion.objects.get().told_at) == (1, NOW)


def test_deletion_of_nothing_or_of_two_things_is_no_row(organisation, owner):
    for things in ({}, {"user": owner, "organisation": organisation}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Deletion.objects.create(ordered_at=timezone.now(), due_at=timezone.now() + COUNTDOWN, **things)

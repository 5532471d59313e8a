import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from clea_portal.accounts import activity
from clea_portal.accounts.data_views import EVENTS_PER_PAGE
from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.members import change_role, remove_member
from clea_portal.audit.models import AuditSide
from clea_portal.audit.trail import record_act, record_read
from events.activity import SENTENCES as EVENT_SENTENCES
from tests.factories import UserFactory, VenueFactory
from tests.members import member
from tests.venues.making import opened_venue
from venues.activity import SENTENCES as VENUE_SENTENCES

ROOT = Path(settings.BASE_DIR)


def lines(organisation, reader):
    entries = activity.entries(activity.of_organisation(organisation), organisation=organisation, reader=reader)
    return [(entry.title, entry.text, entry.who) for entry in entries]


@pytest.mark.django_db
def test_what_happened_to_a_venue_reads_as_sentences_newest_first():
    venue = opened_venue()
    user = venue.organisation.memberships.get().user
    assert lines(venue.organisation, user) == [
        ("Code issued", "La Table du Drac", "you"),
        ("Venue made", "La Table du Drac", "you"),
    ]
    assert lines(venue.organisation, UserFactory())[0][2] == user.email


def test_acts_of_others_are_named_as_what_they_are(organisation, owner):
    agent = UserFactory()
    record_read(actor=agent, side=AuditSide.AUTHORITY, verb="whatever", on=organisation)
    record_act(actor=None, verb="renamed", on=organisation)
    record_act(actor=None, side=AuditSide.LINK, verb="invitation_declined", on=organisation)
    record_act(actor=agent, verb="left", on=organisation)
    assert lines(organisation, owner) == [
        ("Organisation left", "", "a former member"),
        ("Invitation declined", "", "somebody with the link"),
        ("Organisation renamed", "", "the portal, by itself"),
        ("Looked at", "", "the contact tracing authority"),
    ]


def test_people_are_named_while_they_are_known(organisation, owner, editor, reader):
    change_role(organisation, by=owner, member=editor, role=MemberRole.READER)
    remove_member(organisation, by=owner, member=reader)
    assert lines(organisation, editor) == [
        (f"{reader.email} removed from the organisation", "", owner.email),
        (f"{editor.email} made reader", "", owner.email),
    ]
    reader.delete()
    assert lines(organisation, editor)[0][0] == "a former member removed from the organisation"


def test_details_that_hold_percent_signs_or_are_missing_break_nothing(organisation, owner):
    record_act(actor=owner, verb="role_changed", on=organisation, role="100 %s %(x)s")
    assert lines(organisation, owner) == [("… made 100 %s %(x)s", "", "you")]


@pytest.mark.django_db
def test_thing_that_is_gone_is_said_to_be():
    venue = opened_venue()
    organisation, user = venue.organisation, venue.organisation.memberships.get().user
    venue.delete()
    assert {line[1] for line in lines(organisation, user)} == {"deleted since"}


def test_unknown_verb_is_shown_all_the_same(organisation, owner):
    record_act(actor=owner, verb="of_a_later_version", on=organisation)
    assert lines(organisation, owner) == [("Other act", "", "you")]


def test_page_is_for_members_and_shows_only_their_own(organisation, owner, sign_in):
    record_act(actor=owner, verb="renamed", on=organisation)
    other = member(opened_venue().organisation, MemberRole.READER)
    response = sign_in(other).get(reverse("organisations:activity", args=[other.memberships.get().organisation.uuid]))
    assert [entry.title for entry in response.context["entries"]] == ["Code issued", "Venue made"]


@pytest.mark.parametrize("number", [1, 3, 60])
def test_page_asks_as_much_for_one_event_as_for_many(number, sign_in, django_assert_num_queries, db):
    venue = VenueFactory()
    owner = member(venue.organisation)
    for _ in range(number):
        record_act(actor=member(venue.organisation), verb="changed", on=venue, member=str(owner.uuid))
    browser = sign_in(owner)
    with django_assert_num_queries(11):
        response = browser.get(reverse("organisations:activity", args=[venue.organisation.uuid]))
    assert len(response.context["entries"]) == min(number, EVENTS_PER_PAGE)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_takes_its_words(language):
    with translation.override(language):
        for sentence in (activity.SENTENCES | VENUE_SENTENCES | EVENT_SENTENCES).values():
            assert str(sentence.words) % activity.Words({}, {})


@pytest.mark.parametrize("folder", ["clea_portal", "venues", "events"])
def test_every_verb_that_is_noted_has_a_sentence(folder):
    """A deleted organisation has no members to read it; what somebody does to their own sessions is nobody else's."""
    known = {verb for sentences in (activity.SENTENCES, VENUE_SENTENCES, EVENT_SENTENCES) for _subject, verb in sentences}
    assert noted(folder) - known <= {"deleted", "sessions_ended"}


def noted(folder):
    """The verbs with which the modules of a folder call record_act and record_read, where the verb is written out."""
    calls = [
        node
        for module in (ROOT / folder).rglob("*.py")
        # What is done there stands in the log of a country.
        if "administration" not in module.parts
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("record_act", "record_read")
    ]
    words = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "verb"]
    return {word.value for word in words if isinstance(word, ast.Constant)}

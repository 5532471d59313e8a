"""A manager gives a code to contact tracing, from the number on the phone to the case."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from mct import sharing
from mct.enums import Entry
from mct.models import Case, CodeRequest
from tests.factories import CaseFactory, UserFactory
from tests.members import member, organisation_with_choices
from tests.venues.making import opened_venue

pytestmark = pytest.mark.django_db
ENTER, CHOOSE = "/share/", "/share/code/"


@pytest.fixture
def organisation():
    return organisation_with_choices()


@pytest.fixture
def venue(organisation):
    return opened_venue(organisation, now=timezone.now() - timedelta(days=5))


@pytest.fixture
def asked(organisation, agent, woken):
    return sharing.ask_for_code(case=CaseFactory(), by=agent, now=timezone.now())


@pytest.fixture
def manager(venue, sign_in):
    return sign_in(member(venue.organisation))


def today():
    return timezone.localdate().isoformat()


def chosen(venue, day=None):
    return f"{CHOOSE}?place=venue-{venue.uuid}&day={day or today()}"


def test_from_the_number_to_the_case(manager, asked, venue):
    response = manager.post(ENTER, {"number": f" {asked.number[:4]} {asked.number[4:]} "})
    assert (response.status_code, response["Location"]) == (302, CHOOSE)
    page = manager.get(chosen(venue))
    (code,) = page.context["codes"]
    response = manager.post(chosen(venue), {"code": code.key})
    assert response.status_code == 200
    assert venue.name in response.content.decode()
    case = Case.objects.get()
    assert case.codes.get().deep_link == venue.codes.get().deep_link
    act = AuditEvent.objects.get(verb="shared")
    assert (act.subject_uuid, act.details) == (venue.uuid, {"day": today()})
    # Nothing on this side leads to the place or its people.
    entry = case.timeline.get(entry=Entry.CODE_SHARED)
    assert (entry.actor, set(entry.params)) == (None, {"day", "matches"})
    assert not CodeRequest.objects.exists()
    assert manager.get(CHOOSE)["Location"] == ENTER


def test_from_the_link(manager, asked):
    response = manager.get(reverse("share:open", args=[asked.token]))
    assert response["Location"] == CHOOSE
    assert manager.get(CHOOSE).status_code == 200


def test_a_used_link_says_so(manager):
    response = manager.get(reverse("share:open", args=["x" * 43]), follow=True)
    assert response.redirect_chain == [(ENTER, 302)]
    assert "Ask for a new one" in response.content.decode()


def test_five_tries_then_none(manager, asked):
    wrong = f"{(int(asked.number) + 1) % 10**8:08}"
    for left in (4, 3, 2, 1, 0):
        page = manager.post(ENTER, {"number": wrong}).content.decode()
        assert (f"{left} more" in page) == (left > 0)
    page = manager.post(ENTER, {"number": asked.number})
    assert (page.status_code, "Wait ten minutes" in page.content.decode()) == (200, True)


@pytest.mark.parametrize("number", ["", "1234567", "123456789", "abcdefgh", "١٢٣٤٥٦٧٨"])
def test_what_is_no_number_costs_no_try(manager, asked, number):
    for _ in range(6):
        assert manager.post(ENTER, {"number": number}).status_code == 200
    assert manager.post(ENTER, {"number": asked.number}).status_code == 302


def test_a_day_without_code_says_so(manager, asked, venue):
    manager.post(ENTER, {"number": asked.number})
    long_ago = (timezone.localdate() - timedelta(days=10)).isoformat()
    page = manager.get(chosen(venue, long_ago))
    assert "No code on that day" in page.content.decode()


@pytest.mark.parametrize("query", ["?place=venue-x&day=2026-01-01", "?place=x", "?place=x&day=yesterday"])
def test_nonsense_in_the_address_is_told(manager, asked, query):
    manager.post(ENTER, {"number": asked.number})
    assert manager.get(CHOOSE + query).status_code == 200


def test_a_code_of_another_place_is_not_taken(manager, asked, venue):
    manager.post(ENTER, {"number": asked.number})
    other = opened_venue(now=timezone.now() - timedelta(days=5))
    response = manager.post(chosen(venue), {"code": f"code-{other.codes.get().uuid}"})
    assert (response.status_code, response["Location"]) == (302, chosen(venue))
    assert not Case.objects.get().codes.exists()
    assert "place" in manager.get(chosen(other)).context["form"].errors


def test_two_managers_with_one_link(venue, asked, sign_in):
    first, second = (sign_in(member(venue.organisation)) for _ in range(2))
    for browser in (first, second):
        browser.get(reverse("share:open", args=[asked.token]))
    key = f"code-{venue.codes.get().uuid}"
    assert first.post(chosen(venue), {"code": key}).status_code == 200
    assert second.post(chosen(venue), {"code": key})["Location"] == ENTER
    assert Case.objects.get().codes.count() == 1


def test_who_gets_where(venue, asked, sign_in, agent):
    reader = sign_in(member(venue.organisation, MemberRole.READER))
    reader.post(ENTER, {"number": asked.number})
    assert reader.get(CHOOSE).status_code == 403
    stranger = sign_in(UserFactory())
    assert {stranger.get(path).status_code for path in (ENTER, CHOOSE, "/share/abc/")} == {404}
    anonymous = Client()
    assert all("/account/login/" in anonymous.get(path)["Location"] for path in (ENTER, CHOOSE, "/share/abc/"))
    manager = sign_in(member(venue.organisation))
    assert manager.put(ENTER).status_code == manager.post("/share/abc/").status_code == 405


def test_without_contact_tracing_the_pages_are_not_there(manager):
    Country.objects.update(deployment=Deployment.NONE)
    assert manager.get(ENTER).status_code == 404

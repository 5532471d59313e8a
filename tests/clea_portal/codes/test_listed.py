"""“Is my place listed?”, against a real list over HTTP."""

from datetime import timedelta

import httpx
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.models import ServerAuthority, ServerKey
from tests.events.making import planned_event, schedule_of
from tests.factories import UserFactory
from tests.members import member, organisation_with_choices, signed_in
from tests.sandbox import running_sandbox
from tests.venues.making import opened_venue

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def organisation(sandbox):
    organisation = organisation_with_choices()
    ServerAuthority.objects.update(base_url=sandbox.base_url, list_url=sandbox.list_url)
    ServerKey.objects.update(public_key=sandbox.pk_sa)
    return organisation


@pytest.fixture
def venue(organisation):
    return opened_venue(organisation, now=timezone.now() - timedelta(days=3))


def declare(sandbox, code):
    noon = (timezone.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    fields = {"deeplink": code.deep_link, "dateTime": noon, "zoneId": "UTC"}
    answer = httpx.post(f"{sandbox.base_url}/cluster-declaration", data=fields, trust_env=False)
    assert answer.status_code == 302


def look(venue, role=MemberRole.OWNER):
    return signed_in(member(venue.organisation, role)).post(f"/venues/{venue.uuid}/listed/")


def test_a_place_that_is_not_listed(venue):
    page = look(venue)
    assert "does not stand in the public list" in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"


def test_a_listed_place_is_shown_to_its_manager_and_written_nowhere(venue, sandbox):
    declare(sandbox, venue.codes.get())
    with CaptureQueriesContext(connection) as queries:
        text = look(venue).content.decode()
    assert "Yes: this place stands in the public list" in text
    assert f"/venues/codes/{venue.codes.get().uuid}/renew/" in text
    asked = queries.captured_queries[queries.captured_queries.index(next(q for q in queries if "venues_venue" in q["sql"])) :]
    assert [query["sql"] for query in asked if not query["sql"].startswith("SELECT")] == []
    assert set(AuditEvent.objects.values_list("verb", flat=True)) == {"created", "issued"}


def test_a_reader_is_not_offered_to_renew(venue, sandbox):
    declare(sandbox, venue.codes.get())
    assert "/renew/" not in look(venue, MemberRole.READER).content.decode()


def test_a_list_that_is_silent(venue):
    ServerAuthority.objects.update(list_url="http://127.0.0.1:9/list")
    assert "cannot be read now" in look(venue).content.decode()


def test_an_event(organisation, sandbox):
    now = timezone.now()
    schedule = schedule_of(start=now - timedelta(hours=30), end=now - timedelta(hours=18))
    event = planned_event(organisation, now=now - timedelta(days=2), schedule=schedule)
    browser = signed_in(member(organisation))
    assert "No: this place" in browser.post(f"/events/{event.uuid}/listed/").content.decode()
    declare(sandbox, event.codes.get(kind="entrance"))
    assert "Yes: this place" in browser.post(f"/events/{event.uuid}/listed/").content.decode()


def test_who_gets_where(venue):
    path = f"/venues/{venue.uuid}/listed/"
    assert signed_in(UserFactory()).post(path).status_code == 404
    assert signed_in(member(venue.organisation)).get(path).status_code == 405
    assert "/account/login/" in Client().post(path)["Location"]

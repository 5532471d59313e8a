"""Ordering a connection test, watching it, and what its last result says."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.administration import connection_tests
from clea_portal.administration.connection_words import ADVICE, FOUND, LABELS, worded
from clea_portal.administration.country_models import ConnectionTest
from clea_portal.administration.tasks import test_connection as take_test
from clea_portal.cluster_server.connection import Name
from clea_portal.cluster_server.outcomes import Reason


@pytest.fixture
def browser(desk, administrator):
    return desk(administrator)


@pytest.fixture
def ordered(monkeypatch):
    """What went to the broker."""
    sent = []
    monkeypatch.setattr(connection_tests.app, "send_task", lambda name, args, **_options: sent.append((name, args)))
    return sent


def page(name, country):
    return reverse(f"administration:{name}", args=[country.code])


def test_from_the_order_to_the_result(browser, country, ordered, django_capture_on_commit_callbacks):
    assert "Not tested yet." in browser.get(page("connection", country)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(page("connection_start", country))
    test = ConnectionTest.objects.get()
    assert ordered == [(connection_tests.RUN, [test.pk, str(test.run)])]
    waiting = browser.get(page("connection_status", country), headers={"HX-Request": "true"}).content.decode()
    assert ("hx-get" in waiting, "Start the test" in waiting) == (True, False)
    take_test(*ordered[0][1])
    test.refresh_from_db()
    assert [(step["name"], step["result"], step["code"]) for step in test.steps] == [
        ("name", "ok", "found"),
        ("address", "ok", "private"),
        ("tls", "warning", "unencrypted"),
        ("endpoint", "failed", "no_connection"),
        ("clock", "skipped", "skipped"),
        ("index", "failed", "no_connection"),
        ("files", "skipped", "skipped"),
        ("age", "skipped", "skipped"),
    ]
    assert test.finished_at is not None
    over = browser.get(page("connection_status", country), headers={"HX-Request": "true"}).content.decode()
    assert ("hx-get" in over, "The cluster server could not be reached." in over, "Test again" in over) == (False, True, True)


def test_second_order_while_one_is_under_way(browser, country, ordered, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(page("connection_start", country))
        browser.post(page("connection_start", country))
    assert (len(ordered), ConnectionTest.objects.count()) == (1, 1)


def test_test_that_was_lost_says_so_and_can_be_started_again(browser, country, ordered, django_capture_on_commit_callbacks):
    long_ago = timezone.now() - timedelta(minutes=10)
    first = ConnectionTest.objects.create(server=country.server, ordered_at=long_ago, heard_at=long_ago)
    assert "never ended" in browser.get(page("connection", country)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(page("connection_start", country))
    assert len(ordered) == 1
    # The worker that comes back from the dead finds that its order is no longer the one that counts.
    connection_tests.take(test_id=first.pk, run_uuid=first.run)
    assert ConnectionTest.objects.get().steps == []


def test_task_of_a_test_that_is_gone(db):
    take_test(12345, str(uuid4()))


def test_task_twice(country, ordered):
    test = ConnectionTest.objects.create(server=country.server)
    take_test(test.pk, str(test.run))
    first = ConnectionTest.objects.get()
    take_test(test.pk, str(test.run))
    assert ConnectionTest.objects.get().finished_at == first.finished_at


def test_broker_that_is_away(browser, country, monkeypatch, django_capture_on_commit_callbacks):
    def away(*_args, **_options):
        raise OSError

    monkeypatch.setattr(connection_tests.app, "send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(page("connection_start", country)).status_code == 302
    assert ConnectionTest.objects.get().is_under_way


FACTS = {
    "host": "h",
    "addresses": "a",
    "expires": "2026-06-12T10:00:00+00:00",
    "days": 3,
    "why": "w",
    "status": 404,
    "fields": "f",
    "seconds": 4,
    "iteration": 7,
    "prefixes": 2,
    "where": "x",
    "files": 1,
    "places": 2,
    "prefix": "85",
    "minutes": 5,
    "hours": 6,
}


def test_every_step_and_every_reason_has_its_words():
    assert set(LABELS) == set(Name)
    assert {code for _name, code in set(ADVICE) - set(FOUND)} <= set(Reason)
    for name, code in [*FOUND, *((Name.ENDPOINT, reason) for reason in Reason)]:
        said = worded({"name": name, "result": "ok", "code": code, "facts": FACTS, "milliseconds": 1})
        assert said["found"], (name, code)
        assert "%(" not in said["found"]

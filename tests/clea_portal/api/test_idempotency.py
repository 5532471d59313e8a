from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from clea_portal.api import retention
from clea_portal.api.idempotency import KEPT, LEASE
from clea_portal.api.models import StoredAnswer
from tests.clea_portal.api.calling import PROBLEM, Program, program
from tests.members import organisation_with_choices
from tests.venues.test_api import WHERE, venue_words
from venues.managing import open_venue
from venues.models import Venue

KEY = "7f1c0c6e-order-1"
IN_USE = "http://localhost:8000/api/docs/#key-in-use"


def make(issuer, *, key=KEY, **changes):
    return issuer.send("post", WHERE, venue_words(**changes), idempotency_key=key)


def test_same_key_and_body_get_the_same_answer_and_one_venue(issuer):
    first, second = make(issuer), make(issuer)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert [first["Location"], first["Content-Type"]] == [second["Location"], second["Content-Type"]]
    assert ["Idempotency-Replayed" in first, second["Idempotency-Replayed"]] == [False, "true"]
    assert second["Cache-Control"] == "private, no-store"
    assert Venue.objects.count() == 1


def test_without_a_key_each_call_is_done(issuer):
    assert [issuer.send("post", WHERE, venue_words()).status_code for _ in range(2)] == [201, 201]
    assert Venue.objects.count() == 2


def test_same_key_with_another_body_is_refused(issuer):
    make(issuer)
    answer = make(issuer, name="Another place")
    assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM)
    assert answer.json()["type"] == "http://localhost:8000/api/docs/#key-reused"
    assert Venue.objects.count() == 1


def test_same_key_at_another_address_is_refused(issuer):
    where = make(issuer).json()["url"].removeprefix("http://testserver")
    assert issuer.send("post", f"{where}archive/", idempotency_key=KEY).status_code == 422


def test_key_of_another_token_is_another_key(issuer, organisation):
    assert [make(issuer).status_code, make(program(organisation)).status_code] == [201, 201]
    assert Venue.objects.count() == 2


def test_refusal_leaves_the_key_free(issuer):
    assert make(issuer, phone="12").status_code == 400
    assert StoredAnswer.objects.count() == 0
    assert make(issuer).status_code == 201


def test_fault_leaves_nothing_and_the_key_free(issuer, monkeypatch):
    issuer.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("venues.api._answer", lambda *_args, **_more: 1 / 0)
        answer = make(issuer)
    assert (answer.status_code, answer["Content-Type"], Venue.objects.count()) == (500, PROBLEM, 0)
    assert make(issuer).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "clé", "a\tb"])
def test_key_of_another_form_is_refused(issuer, key):
    assert make(issuer, key=key).status_code == 400


def claim(issuer, *, age):
    """A call with the same key that began ``age`` ago and has not been answered."""
    make(issuer)
    Venue.objects.all().delete()
    StoredAnswer.objects.update(content=None, claimed_at=timezone.now() - age)


def test_call_still_at_work_is_waited_for(issuer):
    claim(issuer, age=LEASE - timedelta(seconds=10))
    answer = make(issuer)
    assert (answer.status_code, answer.json()["type"], answer["Retry-After"]) == (409, IN_USE, "1")
    assert Venue.objects.count() == 0


def test_call_that_died_at_work_is_done_again(issuer):
    claim(issuer, age=LEASE)
    assert make(issuer).status_code == 201
    assert (Venue.objects.count(), StoredAnswer.objects.count()) == (1, 1)


def test_work_of_a_call_that_was_given_up_is_undone(issuer, monkeypatch):
    def slow(**words):
        """Makes the venue while another call takes the claim over."""
        StoredAnswer.objects.update(claimed_at=timezone.now() + timedelta(seconds=1))
        return open_venue(**words)

    monkeypatch.setattr("venues.api.open_venue", slow)
    answer = make(issuer)
    assert (answer.status_code, answer.json()["type"]) == (409, IN_USE)
    assert Venue.objects.count() == 0


def test_key_is_free_again_after_a_day(issuer):
    make(issuer)
    StoredAnswer.objects.update(claimed_at=timezone.now() - KEPT)
    assert make(issuer).status_code == 201
    assert (Venue.objects.count(), StoredAnswer.objects.count()) == (2, 1)


def test_purge_deletes_answers_after_a_day(issuer):
    make(issuer)
    now = timezone.now()
    assert [retention.purge(now=now), retention.purge(now=now + KEPT)] == [0, 1]


def test_nothing_that_was_sent_or_answered_stands_in_clear(issuer):
    link = make(issuer).json()["code"]["link"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM api_storedanswer")
        row = repr([bytes(value) if isinstance(value, memoryview) else value for value in cursor.fetchone()])
    assert [word in row for word in (link, "La Table du Drac", "380038", KEY)] == [False] * 4


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_makes_the_venue():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")
    token = program(organisation_with_choices()).token
    callers = 4
    together = Barrier(callers)

    def call(_):
        try:
            together.wait()
            return make(Program(token)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(callers) as threads:
        statuses = list(threads.map(call, range(callers)))
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert Venue.objects.count() == 1
    assert make(Program(token))["Idempotency-Replayed"] == "true"

"""What every call has in common, refused or not."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from clea_portal.api.parsing import BODY_LIMIT
from clea_portal.authorities.models import Country
from clea_portal.limits import seconds_to_wait
from tests.clea_portal.api.calling import PROBLEM, Program, program
from tests.venues.test_api import WHERE, venue_words

DOCS = "http://localhost:8000/api/docs/#"


def problem(answer):
    assert answer["Content-Type"] == PROBLEM
    body = answer.json()
    assert body["status"] == answer.status_code
    return body


@pytest.mark.parametrize(
    ("language", "title", "detail", "error"),
    [
        ("en", "Something in the request is not right", "One thing is not right: see “errors”.", "This field is required."),
        ("fr", None, None, "Ce champ est obligatoire."),
        ("de", None, None, "Ce champ est obligatoire."),
    ],
)
def test_problem_is_told_in_the_language_of_the_caller(organisation, language, title, detail, error):
    words = venue_words()
    del words["name"]
    answer = program(organisation, language=language).send("post", WHERE, words)
    body = problem(answer)
    assert body["errors"] == [{"pointer": "#/name", "detail": error}]
    assert title is None or (body["title"], body["detail"]) == (title, detail)
    assert answer["Content-Language"] == ("en" if language == "en" else "fr")


@pytest.mark.parametrize("path", ["nothing/", "v1/nothing/", "v1/venues/7/"])
def test_address_that_does_not_exist(issuer, path):
    body = problem(issuer.send("get", f"/api/{path}"))
    assert (body["status"], body["type"]) == (404, f"{DOCS}not-found")


def test_page_that_does_not_exist_is_still_a_page(db):
    assert Client().get("/nothing/")["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("{", 400),
        ("[" * 100_000, 400),
        ('{"name": NaN}', 400),
        ('{"venue_type": ' + "9" * 5000 + "}", 400),
        ("[]", 400),
        ("7", 400),
        ('"text"', 400),
        ("null", 400),
        ("", 400),
        (b"\xff\xfe", 400),
    ],
)
def test_body_that_is_no_object_is_refused(issuer, content, status):
    answer = issuer.post(WHERE, content, content_type="application/json")
    assert problem(answer)["status"] == status


def test_body_of_another_kind_is_refused(issuer):
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        assert problem(issuer.post(WHERE, "name=a", content_type=kind))["type"] == f"{DOCS}unsupported-media-type"


def test_body_too_large_is_refused_before_it_is_read(issuer):
    body = problem(issuer.post(WHERE, "x" * (BODY_LIMIT + 1), content_type="application/json"))
    assert (body["status"], body["detail"]) == (413, "A request has at most 256 kilobytes.")


def test_answer_of_another_kind_is_refused(issuer):
    assert problem(issuer.send("get", WHERE, accept="text/html"))["status"] == 406
    assert problem(issuer.send("get", f"{WHERE}?format=xml"))["status"] == 404


@pytest.mark.parametrize("method", ["put", "delete", "options", "trace"])
def test_wrong_method_names_the_right_ones(issuer, method):
    answer = issuer.send(method, WHERE)
    assert (problem(answer)["status"], answer["Allow"]) == (405, "GET, HEAD, POST")


def test_fault_is_a_problem_too(issuer, monkeypatch):
    issuer.raise_request_exception = False
    monkeypatch.setattr("clea_portal.api.organisation.OrganisationSerializer", None)
    body = problem(issuer.send("get", "/api/v1/organisation/"))
    assert (body["status"], body["type"]) == (500, f"{DOCS}fault")


def test_host_of_somebody_else_is_a_problem(issuer):
    assert problem(issuer.send("get", WHERE, host="evil.example"))["status"] == 400


def test_number_of_calls_is_limited_for_each_token(organisation, settings, monkeypatch):
    monkeypatch.setattr("clea_portal.limits.time.time", lambda: 1_800_000_048.0)
    settings.API_CALLS_PER_MINUTE = 2
    first, second = program(organisation), program(organisation)
    assert [first.send("get", WHERE).status_code for _ in range(3)] == [200, 200, 429]
    assert second.send("get", WHERE).status_code == 200
    answer = first.send("get", WHERE)
    assert problem(answer)["detail"] == "This token may make 2 calls a minute. Try again in 12 seconds."
    assert answer["Retry-After"] == "12"
    monkeypatch.setattr("clea_portal.limits.time.time", lambda: 1_800_000_060.0)
    assert first.send("get", WHERE).status_code == 200


def test_limit_counts_names_and_windows_apart(monkeypatch):
    monkeypatch.setattr("clea_portal.limits.time.time", lambda: 600.0)
    assert [seconds_to_wait("a", limit=1, window=60) for _ in range(2)] == [0, 60]
    assert seconds_to_wait("b", limit=1, window=60) == 0
    assert seconds_to_wait("a", limit=1, window=3600) == 0


def test_answers_are_kept_by_no_cache_and_open_to_no_other_site(issuer):
    answer = issuer.send("get", WHERE, origin="https://elsewhere.example")
    assert answer["Cache-Control"] == "private, no-store"
    assert [name for name in answer.headers if name.lower().startswith("access-control")] == []


def test_head_is_answered_like_get_without_a_body(issuer):
    answer = issuer.send("head", WHERE)
    assert (answer.status_code, answer.content) == (200, b"")


def test_organisation_tells_the_numbers_of_its_country(issuer, organisation):
    Country.objects.update(other_time_zones=["Indian/Reunion"], languages=["fr", "de"])
    shown = issuer.send("get", "/api/v1/organisation/").json()
    assert shown == {
        "uuid": str(organisation.uuid),
        "name": organisation.name,
        "country": "FR",
        "time_zone": "Europe/Paris",
        "time_zones": ["Europe/Paris", "Indian/Reunion"],
        "languages": ["fr", "de"],
        "may_issue": True,
        "has_contact": True,
        "venue_types": [{"number": 1, "label": "Restaurant, bar, café (en)"}],
        "venue_categories1": [],
        "venue_categories2": [],
        "regions": [{"number": 38, "name": "Region 38"}],
    }
    assert Program().send("get", "/api/v1/organisation/").status_code == 401
    assert issuer.send("post", "/api/v1/organisation/", {}).status_code == 405


def test_secrets_are_in_no_line_of_the_log(issuer, caplog):
    link = issuer.send("post", WHERE, venue_words(), idempotency_key="order-77").json()["code"]["link"]
    text = "\n".join(json.dumps(record.msg, default=str) + record.getMessage() for record in caplog.records)
    assert [word in text for word in (issuer.token, link, "order-77", "La Table du Drac", "65710038")] == [False] * 5
    assert reverse("venues-api:venues") == WHERE

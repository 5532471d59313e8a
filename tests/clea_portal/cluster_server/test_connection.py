"""The connection test against the real sandbox, and against servers that misbehave."""

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from clea_portal.cluster_server.connection import Server, run
from clea_portal.cluster_server.credentials import NOTHING, bearer
from clea_portal.protocol.keys import generate_private_key, private_key_hex
from tests.clea_portal.cluster_server.certificates import server_context
from tests.clea_portal.cluster_server.servers import answering, file, raw_server, routing, sending

FORM = b'<form><input name=\'deeplink\'><input name="dateTime"><input name="zoneId"></form>'
INDEX = "/list/clusterIndex.json"


def now():
    return datetime.now(UTC)


def steps(base_url, **changes):
    options = {
        "is_api": True,
        "base_url": base_url,
        "list_url": f"{base_url}/list",
        "credentials": NOTHING,
        "allow_private": True,
        "timeout": 3,
    }
    return list(run(Server(**(options | changes)), now=now))


def short(found):
    return {step.name.value: (step.result.value, step.code) for step in found}


def of(found, name):
    return next(step for step in found if step.name == name)


def test_sandbox_that_behaves(sandbox):
    found = steps(sandbox.base_url, credentials=bearer(sandbox.token()))
    assert short(found) | {"files": None} == {
        "name": ("ok", "found"),
        "address": ("ok", "private"),
        "tls": ("warning", "unencrypted"),
        "endpoint": ("ok", "api"),
        "clock": ("ok", "agrees"),
        "index": ("ok", "index"),
        "files": None,
        "age": ("warning", "no_age"),
    }
    assert of(found, "files").code in ("files", "empty")
    assert sandbox.received(ltid="00000000-0000-0000-0000-000000000000") == []


def test_sandbox_has_received_nothing(sandbox):
    before = len(sandbox.received())
    steps(sandbox.base_url, credentials=bearer(sandbox.token()))
    steps(sandbox.base_url, is_api=False)
    assert len(sandbox.received()) == before


def test_sandbox_as_a_form_server(sandbox):
    assert of(steps(sandbox.base_url, is_api=False), "endpoint").code == "form"


def test_sandbox_that_does_not_know_the_key(sandbox):
    stranger = sandbox.token(private_key_hex=private_key_hex(generate_private_key()))
    found = of(steps(sandbox.base_url, credentials=bearer(stranger)), "endpoint")
    assert (found.result, found.code, found.facts) == ("failed", "not_authorised", {"status": 401})


def test_server_that_is_slow():
    with raw_server(sending(b"HTTP/1.1 200 OK", pause=30)) as server:
        found = of(steps(server.url, timeout=0.5), "endpoint")
    assert (found.result, found.code) == ("failed", "timed_out")
    assert 400 <= found.milliseconds < 5000


def test_server_that_hangs_up():
    with raw_server(sending()) as server:
        found = of(steps(server.url), "endpoint")
    assert (found.result, found.code) == ("failed", "dropped")


def test_server_that_talks_without_end():
    with raw_server(sending(b"HTTP/1.1 200 OK\r\n\r\n", endless=b"x" * 65536)) as server:
        found = short(steps(server.url, is_api=False))
    assert (found["endpoint"], found["index"]) == (("failed", "other_page"), ("failed", "no_index"))


def test_nobody_answers():
    with raw_server(answering("200 OK")) as server:
        url = server.url
    found = short(steps(url))
    assert (found["tls"], found["endpoint"], found["clock"]) == (
        ("warning", "unencrypted"),
        ("failed", "no_connection"),
        ("skipped", "skipped"),
    )
    assert found["files"] == found["age"] == ("skipped", "skipped")


def test_name_that_nobody_knows(monkeypatch):
    def nobody(*_args, **_options):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    found = short(steps("https://clea.example.org"))
    assert found.pop("name") == ("failed", "unknown")
    assert set(found.values()) == {("skipped", "skipped")}


def test_private_address_where_that_is_not_allowed():
    with raw_server(answering("200 OK")) as server:
        found = short(steps(server.url.replace("http:", "https:"), allow_private=False))
    assert (found["address"], found["tls"], found["endpoint"]) == (
        ("failed", "address_private"),
        ("skipped", "skipped"),
        ("skipped", "skipped"),
    )
    assert server.requests == []


def test_credentials_that_cannot_be_used():
    with raw_server(answering("200 OK")) as server:
        assert of(steps(server.url, credentials=None), "endpoint").code == "credentials_unusable"


@pytest.mark.parametrize(
    ("is_api", "answer", "code"),
    [
        (True, answering("404 Not Found", b"nothing"), "no_api"),
        (True, answering("404 Not Found", b"{}", Content_Type="application/problem+json; charset=utf-8"), "api"),
        (True, answering("200 OK", b"hello"), "unexpected"),
        (True, answering("403 Forbidden"), "not_authorised"),
        (True, answering("302 Found", Location="https://elsewhere.example"), "redirected"),
        (True, answering("503 Unavailable"), "server_fault"),
        (False, answering("404 Not Found"), "no_form"),
        (False, answering("200 OK", b"<h1>Maintenance</h1>"), "other_page"),
        (False, answering("200 OK", FORM), "form"),
        (False, answering("401 Unauthorized"), "not_authorised"),
        (False, answering("200 OK", b"\xff" * 1000), "other_page"),
    ],
)
def test_endpoint(is_api, answer, code):
    with raw_server(answer) as server:
        assert of(steps(server.url, is_api=is_api), "endpoint").code == code


@pytest.mark.parametrize(
    ("seconds", "result", "code"),
    [(0, "ok", "agrees"), (15, "warning", "ahead"), (-15, "warning", "behind"), (300, "failed", "ahead")],
)
def test_clock(seconds, result, code):
    date = format_datetime(now() + timedelta(seconds=seconds), usegmt=True)
    with raw_server(answering("200 OK", FORM, Date=date)) as server:
        found = of(steps(server.url, is_api=False), "clock")
    assert (found.result, found.code) == (result, code)
    assert abs(found.facts["seconds"] - abs(seconds)) <= 4


def test_clock_that_is_not_told_or_not_read():
    for headers in ({}, {"Date": "yesterday"}):
        with raw_server(answering("200 OK", FORM, **headers)) as server:
            assert of(steps(server.url, is_api=False), "clock").code == "no_clock"


@pytest.mark.parametrize(
    ("index", "index_code", "files_code"),
    [
        (file(b'{"i": 7, "c": []}'), "index", "empty"),
        (file(b'{"i": 7, "c": ["85"]}'), "index", "files"),
        (file(b'{"i": 7, "c": ["86"]}'), "index", "no_file"),
        (file(b'{"i": 7, "c": ["87"]}'), "index", "malformed"),
        (file(b"<html>"), "malformed", "skipped"),
        (answering("404 Not Found"), "no_index", "skipped"),
    ],
)
def test_list(index, index_code, files_code):
    routes = {
        INDEX: index,
        "/list/7/85.json": file(b'[{"ltid": "85e90975-ad8a-4dc5-b1d6-0d1b9c0ad33d", "exp": [{"s": 1, "d": 1, "r": 2.0}]}]'),
        "/list/7/87.json": file(b"[{}]"),
    }
    with raw_server(routing(routes)) as server:
        found = short(steps(server.url))
    assert (found["index"][1], found["files"][1]) == (index_code, files_code)


def index_of(made):
    return answering("200 OK", b'{"i": 7, "c": []}', Last_Modified=format_datetime(made, usegmt=True))


@pytest.mark.parametrize(
    ("hours", "result", "code", "facts"),
    [(1, "ok", "recent", {"minutes": 60, "hours": 1}), (49, "warning", "stale", {"minutes": 2940, "hours": 49})],
)
def test_age_by_the_header(hours, result, code, facts):
    with raw_server(routing({INDEX: index_of(now() - timedelta(hours=hours, seconds=5))})) as server:
        found = of(steps(server.url), "age")
    assert (found.result, found.code, found.facts) == (result, code, facts)


def test_age_by_an_iteration_that_is_a_time():
    made = int((now() - timedelta(days=3)).timestamp())
    with raw_server(routing({INDEX: file(f'{{"i": {made}, "c": []}}'.encode())})) as server:
        assert of(steps(server.url), "age").code == "stale"


def test_certificate_that_expires_soon(tmp_path, monkeypatch):
    context, trusted = server_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with raw_server(answering("200 OK", FORM), tls=context) as server:
        found = steps(f"https://127.0.0.1:{server.port}", is_api=False)
    assert (of(found, "tls").result, of(found, "tls").code, of(found, "tls").facts["days"]) == ("warning", "expires_soon", 0)
    assert of(found, "endpoint").code == "form"


def test_certificate_that_nobody_trusts(tmp_path):
    context, _trusted = server_context(tmp_path)
    with raw_server(answering("200 OK", FORM), tls=context) as server:
        found = steps(f"https://127.0.0.1:{server.port}", is_api=False)
    assert (of(found, "tls").code, of(found, "endpoint").code) == ("distrusted", "skipped")
    assert server.requests == []


def test_server_without_encryption_behind_https():
    with raw_server(answering("200 OK")) as server:
        assert of(steps(f"https://127.0.0.1:{server.port}"), "tls").code in ("no_tls", "no_connection")

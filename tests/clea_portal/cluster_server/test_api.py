import base64
import json
import socket
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from uuid import UUID, uuid4

import pytest

from clea_portal.cluster_server.api import Asked, RemoteState, ask_by_api, declare_by_api, rfc3339, withdraw_by_api
from clea_portal.cluster_server.credentials import bearer
from clea_portal.cluster_server.outcomes import Outcome, Reason, Result
from clea_portal.protocol.keys import generate_private_key, private_key_hex
from clea_portal.protocol.links import parse_link
from tests.clea_portal.cluster_server.codes import some_code
from tests.clea_portal.cluster_server.servers import answering, raw_server, sending

UUID_ = UUID("2d9b3a6e-0000-4000-8000-000000000001")
LSP = bytes(range(110))
START = datetime(2021, 6, 12, 14, 0, tzinfo=timezone(timedelta(hours=2)))
ACCEPTED_200 = Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED, status=200)
ACCEPTED_201 = Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED, status=201)
ACCEPTED_204 = Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED, status=204)


def address(base_url, **changes):
    return {"base_url": base_url, "uuid": UUID_, "credentials": bearer("TOKEN"), "timeout": 5, "allow_private": True} | changes


def declare(base_url, **changes):
    return declare_by_api(**({"lsp": LSP, "start": START, "end": START + timedelta(hours=2)} | address(base_url, **changes)))


def problem(**words):
    return json.dumps(words).encode()


def test_request_is_what_the_contract_says():
    with raw_server(answering("201 Created")) as server:
        declare(server.url + "/")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == f"PUT /api/clea/v1/manual-clusters/{UUID_} HTTP/1.1"
    assert {"Authorization: Bearer TOKEN", "Content-Type: application/json"} < set(lines)
    assert json.loads(body) == {
        "locationSpecificPart": base64.urlsafe_b64encode(LSP).decode().rstrip("="),
        "start": "2021-06-12T12:00:00Z",
        "end": "2021-06-12T14:00:00Z",
    }


def test_rfc3339_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        rfc3339(datetime(2021, 6, 12))  # noqa: DTZ001 - the naive moment to refuse


REFUSED = {"result": Result.REFUSED}
RETRY = {"result": Result.RETRY}


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (answering("200 OK"), ACCEPTED_200),
        (answering("201 Created"), ACCEPTED_201),
        (answering("202 Accepted"), Outcome(result=Result.UNKNOWN, reason=Reason.UNEXPECTED_ANSWER, status=202)),
        (answering("204 No Content"), Outcome(result=Result.UNKNOWN, reason=Reason.UNEXPECTED_ANSWER, status=204)),
        (answering("307 Elsewhere", Location="/"), Outcome(**REFUSED, reason=Reason.REDIRECTED, status=307)),
        (answering("401 No"), Outcome(**REFUSED, reason=Reason.NOT_AUTHORISED, status=401)),
        (answering("403 No"), Outcome(**REFUSED, reason=Reason.NOT_AUTHORISED, status=403)),
        (answering("404 No"), Outcome(**REFUSED, reason=Reason.NOT_FOUND, status=404)),
        (answering("409 No"), Outcome(**REFUSED, reason=Reason.CONFLICT, status=409)),
        (answering("410 No"), Outcome(**REFUSED, reason=Reason.WITHDRAWN, status=410)),
        (
            answering("422 No", problem(title="No", detail=f"not {base64.urlsafe_b64encode(LSP).decode().rstrip('=')}")),
            Outcome(**REFUSED, reason=Reason.REFUSED_BY_SERVER, detail="not …", status=422),
        ),
        (
            answering("400 No", problem(title="Too old", detail=None)),
            Outcome(**REFUSED, reason=Reason.REFUSED_BY_SERVER, detail="Too old", status=400),
        ),
        (answering("422 No", b"[" * 100_000), Outcome(**REFUSED, reason=Reason.REFUSED_BY_SERVER, status=422)),
        (answering("422 No", b"[]"), Outcome(**REFUSED, reason=Reason.REFUSED_BY_SERVER, status=422)),
        (answering("422 No", problem(detail=7)), Outcome(**REFUSED, reason=Reason.REFUSED_BY_SERVER, status=422)),
        (answering("408 Late"), Outcome(**RETRY, reason=Reason.SERVER_BUSY, status=408)),
        (answering("425 Early"), Outcome(**RETRY, reason=Reason.SERVER_BUSY, status=425)),
        (answering("429 Many", Retry_After="9"), Outcome(**RETRY, reason=Reason.SERVER_BUSY, status=429, retry_after=9.0)),
        (answering("500 Error"), Outcome(**RETRY, reason=Reason.SERVER_FAILED, status=500)),
        (answering("502 Error"), Outcome(**RETRY, reason=Reason.SERVER_FAILED, status=502)),
        (answering("503 Error"), Outcome(**RETRY, reason=Reason.SERVER_BUSY, status=503)),
        (answering("504 Error"), Outcome(**RETRY, reason=Reason.SERVER_FAILED, status=504)),
        (sending(), Outcome(**RETRY, reason=Reason.DROPPED)),
        (sending(b"nonsense\r\n\r\n"), Outcome(**RETRY, reason=Reason.UNEXPECTED_ANSWER)),
    ],
)
def test_outcome_of_each_answer(handler, expected):
    with raw_server(handler) as server:
        assert declare(server.url) == expected
    assert len(server.requests) == 1


def test_outcome_of_a_late_answer_is_retried():
    with raw_server(sending(b"", pause=30)) as server:
        assert declare(server.url, timeout=0.5) == Outcome(result=Result.RETRY, reason=Reason.TIMED_OUT)


def test_outcome_server_down_is_retried():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert declare(f"http://127.0.0.1:{port}") == Outcome(result=Result.RETRY, reason=Reason.NO_CONNECTION)


def test_outcome_address_that_is_not_allowed_is_final():
    assert declare("https://127.0.0.1:1", allow_private=False) == Outcome(result=Result.REFUSED, reason=Reason.ADDRESS_PRIVATE)


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (answering("200 OK", b'{"state": "published"}'), Asked(outcome=ACCEPTED_200, state=RemoteState.PUBLISHED)),
        (
            answering("404 No"),
            Asked(outcome=Outcome(result=Result.REFUSED, reason=Reason.NOT_FOUND, status=404), state=RemoteState.ABSENT),
        ),
        (
            answering("500 No"),
            Asked(outcome=Outcome(result=Result.RETRY, reason=Reason.SERVER_FAILED, status=500), state=None),
        ),
        (
            answering("200 OK", b'{"state": "eaten"}'),
            Asked(outcome=Outcome(result=Result.UNKNOWN, reason=Reason.UNEXPECTED_ANSWER, status=200), state=None),
        ),
        (
            answering("200 OK", b"{}"),
            Asked(outcome=Outcome(result=Result.UNKNOWN, reason=Reason.UNEXPECTED_ANSWER, status=200), state=None),
        ),
        (
            sending(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
            Asked(outcome=Outcome(result=Result.RETRY, reason=Reason.DROPPED, status=200), state=None),
        ),
        (sending(), Asked(outcome=Outcome(result=Result.RETRY, reason=Reason.DROPPED), state=None)),
    ],
)
def test_asking_reads_each_answer(handler, expected):
    with raw_server(handler) as server:
        assert ask_by_api(**address(server.url)) == expected


@pytest.fixture
def words(sandbox):
    """A declaration of a new place, of two hours that ended an hour ago."""
    code = some_code(sandbox)
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    lsp = parse_link(code.deep_link).lsp
    return {"uuid": uuid4(), "lsp": lsp, "start": end - timedelta(hours=2), "end": end, "credentials": bearer(sandbox.token())}


def received(sandbox, words):
    keys = ("state", "count", "calls")
    return [tuple(one[key] for key in keys) for one in sandbox.received() if one["uuid"] == str(words["uuid"])]


def at(sandbox, words):
    return address(sandbox.base_url, uuid=words["uuid"], credentials=words["credentials"])


def test_sandbox_counts_a_repeated_declaration_once(sandbox, words):
    assert [declare(sandbox.base_url, **words) for _ in range(3)] == [ACCEPTED_201, ACCEPTED_200, ACCEPTED_200]
    assert received(sandbox, words) == [("published", 1, 3)]


def test_sandbox_other_words_under_the_same_uuid_conflict(sandbox, words):
    declare(sandbox.base_url, **words)
    outcome = declare(sandbox.base_url, **(words | {"start": words["start"] - timedelta(minutes=1)}))
    assert outcome == Outcome(
        result=Result.REFUSED,
        reason=Reason.CONFLICT,
        detail="This UUID stands for another declaration.",
        status=409,
    )
    assert received(sandbox, words) == [("published", 1, 1)]


def test_sandbox_withdrawn_declaration_stays_withdrawn(sandbox, words):
    declare(sandbox.base_url, **words)
    assert [withdraw_by_api(**at(sandbox, words)) for _ in range(2)] == [ACCEPTED_204] * 2
    assert ask_by_api(**at(sandbox, words)) == Asked(outcome=ACCEPTED_200, state=RemoteState.WITHDRAWN)
    assert declare(sandbox.base_url, **words) == Outcome(
        result=Result.REFUSED, reason=Reason.WITHDRAWN, detail="This declaration was withdrawn.", status=410
    )
    assert received(sandbox, words) == [("withdrawn", 1, 1)]


def test_sandbox_withdrawal_that_overtakes_its_declaration_wins(sandbox, words):
    assert withdraw_by_api(**at(sandbox, words)) == ACCEPTED_204
    assert declare(sandbox.base_url, **words).reason is Reason.WITHDRAWN
    assert received(sandbox, words) == [("withdrawn", 0, 0)]


def test_sandbox_knows_what_it_never_received(sandbox, words):
    assert ask_by_api(**at(sandbox, words)).state is RemoteState.ABSENT


def test_sandbox_asked_after_publication_says_so(sandbox, words):
    declare(sandbox.base_url, **words)
    assert ask_by_api(**at(sandbox, words)) == Asked(outcome=ACCEPTED_200, state=RemoteState.PUBLISHED)


def test_sandbox_another_client_cannot_see_or_change_a_declaration(sandbox, words):
    declare(sandbox.base_url, **words)
    other = words | {"credentials": bearer(sandbox.token(issuer="somebody else"))}
    assert ask_by_api(**at(sandbox, other)).state is RemoteState.ABSENT
    assert withdraw_by_api(**at(sandbox, other)).reason is Reason.CONFLICT
    assert declare(sandbox.base_url, **other).reason is Reason.CONFLICT
    assert received(sandbox, words) == [("published", 1, 1)]


def test_sandbox_drops_after_accepting_and_a_repeat_settles_it(sandbox, words):
    sandbox.behave("drop", times=1)
    assert declare(sandbox.base_url, **words) == Outcome(result=Result.RETRY, reason=Reason.DROPPED)
    assert declare(sandbox.base_url, **words) == ACCEPTED_200
    assert received(sandbox, words) == [("published", 1, 2)]


def test_sandbox_slow_beyond_the_timeout_and_a_repeat_settles_it(sandbox, words, eventually):
    sandbox.behave("slow", seconds=1, times=1)
    assert declare(sandbox.base_url, **words, timeout=0.3) == Outcome(result=Result.RETRY, reason=Reason.TIMED_OUT)
    assert declare(sandbox.base_url, **words) == ACCEPTED_201
    eventually(lambda: received(sandbox, words) == [("published", 1, 2)])


def test_sandbox_fails_then_well_is_done_once(sandbox, words):
    sandbox.behave("error", status=500, times=1)
    assert declare(sandbox.base_url, **words) == Outcome(result=Result.RETRY, reason=Reason.SERVER_FAILED, status=500)
    assert declare(sandbox.base_url, **words) == ACCEPTED_201
    assert received(sandbox, words) == [("published", 1, 1)]


def test_sandbox_told_to_refuse_refuses(sandbox, words):
    sandbox.behave("refuse", times=1)
    assert declare(sandbox.base_url, **words) == Outcome(
        result=Result.REFUSED, reason=Reason.REFUSED_BY_SERVER, detail="The sandbox was told to refuse.", status=422
    )
    assert received(sandbox, words) == []


def minutes_ago(minutes):
    return datetime.now(UTC) - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"now": partial(minutes_ago, 10)}, "The token has expired."),
        ({"audience": "https://server.example.org"}, "The token is for another server."),
        ({"private_key_hex": private_key_hex(generate_private_key())}, "No known key has signed the token."),
        ({"now": partial(minutes_ago, -10)}, "The token is malformed or lacks a claim."),
    ],
)
def test_sandbox_wrong_token_is_not_authorised(sandbox, words, changes, detail):
    expected = Outcome(result=Result.REFUSED, reason=Reason.NOT_AUTHORISED, detail=detail, status=401)
    # Moments count from now, not from when the tests were collected.
    changes = {name: value() if callable(value) else value for name, value in changes.items()}
    words = words | {"credentials": bearer(sandbox.token(**changes))}
    assert declare(sandbox.base_url, **words) == expected
    assert withdraw_by_api(**at(sandbox, words)) == expected
    assert ask_by_api(**at(sandbox, words)) == Asked(outcome=expected, state=None)
    assert received(sandbox, words) == []

import logging
import socket
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest

from clea_portal.cluster_server.form import declare_by_form, error_texts, means_success
from clea_portal.cluster_server.outcomes import Outcome, Reason, Result
from tests.clea_portal.cluster_server.codes import some_code
from tests.clea_portal.cluster_server.servers import answering, raw_server, sending

LINK = "https://tac.gouv.fr?v=0#AAECAwQFBgcICQoLDA0ODw"
NOON = datetime(2021, 6, 12, 14, 0, 59, tzinfo=ZoneInfo("Europe/Paris"))


def declare(base_url, **changes):
    words = {"base_url": base_url, "deep_link": LINK, "instant": NOON, "timeout": 5, "allow_private": True}
    return declare_by_form(**(words | changes))


def test_request_is_what_the_page_sends():
    with raw_server(answering("302 Found", Location="/cluster-declaration?success=true")) as server:
        declare(server.url + "/base/")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /base/cluster-declaration HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/x-www-form-urlencoded\r\n" in head
    assert parse_qs(body.decode()) == {"deeplink": [LINK], "dateTime": ["2021-06-12T12:00"], "zoneId": ["UTC"]}


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/cluster-declaration?success=true", True),
        ("https://cluster.example.org/base/cluster-declaration?success=true", True),
        ("cluster-declaration?success=true", False),
        ("/cluster-declaration", False),
        ("/cluster-declaration?success=false", False),
        ("/cluster-declaration?success=true&success=false", False),
        ("/login?next=/cluster-declaration?success=true", False),
        ("/login", False),
        ("", False),
        ("https://[", False),
    ],
)
def test_means_success_only_for_the_one_redirect(location, expected):
    assert means_success(location) is expected


def page(*errors):
    return f"<html><body>{''.join(errors)}</body></html>".encode()


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (
            answering("302 Found", Location="/cluster-declaration?success=true"),
            Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED, status=302),
        ),
        (
            # The status is certain, whatever becomes of the rest.
            sending(b"HTTP/1.1 302 Found\r\nLocation: /cluster-declaration?success=true\r\nContent-Length: 9\r\n\r\nhalf"),
            Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED, status=302),
        ),
        (
            answering("302 Found", Location="/login"),
            Outcome(result=Result.REFUSED, reason=Reason.REDIRECTED, status=302),
        ),
        (
            answering("301 Moved", Location="/cluster-declaration?success=true"),
            Outcome(result=Result.REFUSED, reason=Reason.REDIRECTED, status=301),
        ),
        (
            answering("200 OK", page('<p class="fr-error-text">Le lien est\n <b>expiré</b> &amp; perdu</p><p>Autre</p>')),
            Outcome(result=Result.REFUSED, reason=Reason.REFUSED_BY_SERVER, detail="Le lien est expiré & perdu", status=200),
        ),
        (
            answering("200 OK", page(f'<p class="fr-error-text">Refusé : {LINK}</p>')),
            Outcome(result=Result.REFUSED, reason=Reason.REFUSED_BY_SERVER, detail="Refusé : …", status=200),
        ),
        (
            answering("200 OK", page("<h1>Maintenance</h1>")),
            Outcome(result=Result.UNKNOWN, reason=Reason.UNEXPECTED_ANSWER, status=200),
        ),
        (
            sending(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<html>"),
            Outcome(result=Result.UNKNOWN, reason=Reason.DROPPED, status=200),
        ),
        (answering("204 No Content"), Outcome(result=Result.UNKNOWN, reason=Reason.UNEXPECTED_ANSWER, status=204)),
        (answering("400 Bad Request"), Outcome(result=Result.REFUSED, reason=Reason.REFUSED_BY_SERVER, status=400)),
        (answering("401 Unauthorized"), Outcome(result=Result.REFUSED, reason=Reason.NOT_AUTHORISED, status=401)),
        (answering("403 Forbidden"), Outcome(result=Result.REFUSED, reason=Reason.NOT_AUTHORISED, status=403)),
        (answering("404 Not Found"), Outcome(result=Result.REFUSED, reason=Reason.NOT_FOUND, status=404)),
        (answering("408 Timeout"), Outcome(result=Result.RETRY, reason=Reason.SERVER_BUSY, status=408)),
        (answering("425 Too Early"), Outcome(result=Result.RETRY, reason=Reason.SERVER_BUSY, status=425)),
        (
            answering("429 Too Many", Retry_After="30"),
            Outcome(result=Result.RETRY, reason=Reason.SERVER_BUSY, status=429, retry_after=30.0),
        ),
        (answering("500 Error"), Outcome(result=Result.RETRY, reason=Reason.SERVER_FAILED, status=500)),
        (answering("502 Bad Gateway"), Outcome(result=Result.UNKNOWN, reason=Reason.GATEWAY_LOST_IT, status=502)),
        (
            answering("503 Busy", Retry_After="5"),
            Outcome(result=Result.RETRY, reason=Reason.SERVER_BUSY, status=503, retry_after=5.0),
        ),
        (answering("504 Gateway Timeout"), Outcome(result=Result.UNKNOWN, reason=Reason.GATEWAY_LOST_IT, status=504)),
        (answering("524 Timeout"), Outcome(result=Result.UNKNOWN, reason=Reason.GATEWAY_LOST_IT, status=524)),
        (sending(), Outcome(result=Result.UNKNOWN, reason=Reason.DROPPED)),
        (sending(b"nonsense\r\n\r\n"), Outcome(result=Result.UNKNOWN, reason=Reason.UNEXPECTED_ANSWER)),
    ],
)
def test_outcome_of_each_answer(handler, expected):
    with raw_server(handler) as server:
        assert declare(server.url) == expected
    assert len(server.requests) == 1


def test_outcome_of_a_late_answer_is_unknown():
    with raw_server(sending(b"", pause=30)) as server:
        assert declare(server.url, timeout=0.5) == Outcome(result=Result.UNKNOWN, reason=Reason.TIMED_OUT)


def test_outcome_server_down_is_retried():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert declare(f"http://127.0.0.1:{port}") == Outcome(result=Result.RETRY, reason=Reason.NO_CONNECTION)


def test_outcome_address_that_is_not_allowed_is_final():
    assert declare("http://127.0.0.1:1", allow_private=False) == Outcome(
        result=Result.REFUSED, reason=Reason.ADDRESS_NOT_ENCRYPTED
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", []),
        ('<p class="fr-error-text"></p>', []),
        ('<p class="other fr-error-text">un</p><p class="fr-error-text">deux</p>', ["un", "deux"]),
        ('<p class="fr-error-text-not">un</p>', []),
        ('<div class="fr-error-text">un</div>', []),
        ('<p class="fr-error-text">un<p>deux', ["un"]),
        ('<p class="fr-error-text">un', ["un"]),
        ("<p class='fr-error-text'>1 &lt; 2</p>", ["1 < 2"]),
        ('<p class="fr-error-text">' * 1000, []),
        ("<a" * 10_000 + '<p class="fr-error-text">un</p>', ["un"]),
        ('<p class="fr-error-text">un<![<!</p>', ["un"]),
    ],
)
def test_error_texts_of_a_page(content, expected):
    assert error_texts(content) == expected


def test_error_texts_hostile_page_is_fast(time_limit):
    with time_limit(below=2):
        error_texts(('<p class="fr-error-text">' + "<a" * 2000) * 60)


def an_hour_ago():
    return datetime.now(UTC) - timedelta(hours=1)


def test_sandbox_accepts_and_counts_each_time(sandbox):
    code = some_code(sandbox)
    instant = an_hour_ago()
    outcomes = [declare(sandbox.base_url, deep_link=code.deep_link, instant=instant) for _ in range(2)]
    assert outcomes == [Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED, status=302)] * 2
    assert [(one["kind"], one["count"]) for one in sandbox.received(ltid=code.ltid)] == [("form", 2)]


def test_sandbox_refuses_with_its_reason(sandbox):
    code = some_code(sandbox)
    outcome = declare(sandbox.base_url, deep_link=code.deep_link, instant=datetime.now(UTC) + timedelta(hours=1))
    assert outcome == Outcome(
        result=Result.REFUSED,
        reason=Reason.REFUSED_BY_SERVER,
        detail="La date ne peut pas être dans le futur.",
        status=200,
    )
    assert sandbox.received(ltid=code.ltid) == []


def test_sandbox_drops_after_accepting_is_unknown_and_was_done_once(sandbox):
    code = some_code(sandbox)
    sandbox.behave("drop", times=1)
    outcome = declare(sandbox.base_url, deep_link=code.deep_link, instant=an_hour_ago())
    assert outcome == Outcome(result=Result.UNKNOWN, reason=Reason.DROPPED)
    assert [one["count"] for one in sandbox.received(ltid=code.ltid)] == [1]


def test_sandbox_slow_beyond_the_timeout_is_unknown_and_done_later(sandbox, eventually):
    code = some_code(sandbox)
    sandbox.behave("slow", seconds=1, times=1)
    outcome = declare(sandbox.base_url, deep_link=code.deep_link, instant=an_hour_ago(), timeout=0.3)
    assert outcome == Outcome(result=Result.UNKNOWN, reason=Reason.TIMED_OUT)
    eventually(lambda: [one["count"] for one in sandbox.received(ltid=code.ltid)] == [1])


def test_sandbox_slow_within_the_timeout_is_accepted(sandbox):
    code = some_code(sandbox)
    sandbox.behave("slow", seconds=0.2, times=1)
    outcome = declare(sandbox.base_url, deep_link=code.deep_link, instant=an_hour_ago())
    assert outcome.result is Result.ACCEPTED


def test_sandbox_fails_then_well_is_done_once(sandbox):
    code = some_code(sandbox)
    sandbox.behave("error", status=503, retry_after=7, times=1)
    instant = an_hour_ago()
    outcomes = [declare(sandbox.base_url, deep_link=code.deep_link, instant=instant) for _ in range(2)]
    assert outcomes == [
        Outcome(result=Result.RETRY, reason=Reason.SERVER_BUSY, status=503, retry_after=7.0),
        Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED, status=302),
    ]
    assert [one["count"] for one in sandbox.received(ltid=code.ltid)] == [1]


def test_declaring_logs_no_link(sandbox, caplog):
    caplog.set_level(logging.DEBUG)
    code = some_code(sandbox)
    declare(sandbox.base_url, deep_link=code.deep_link, instant=an_hour_ago())
    assert code.deep_link.rpartition("#")[2] not in caplog.text

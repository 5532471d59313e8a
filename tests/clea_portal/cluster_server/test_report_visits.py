"""The command that plays a phone after an interview, against a portal of a few lines and the real sandbox."""

import io
import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import CommandError, call_command

from clea_portal.cluster_server.reports import report_url
from clea_portal.protocol.ntp import to_ntp
from tests.clea_portal.cluster_server.codes import some_code

THERE = (datetime.now(UTC) - timedelta(hours=5)).replace(microsecond=0)


@contextmanager
def portal(status, answer):
    """A portal that answers whoever redeems so; what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(link, url, *words):
    output = io.StringIO()
    call_command("report_visits", link, f"--at={THERE.isoformat()}", "--code=b7kt 39xn", f"--portal={url}", *words, stdout=output)
    return json.loads(output.getvalue())


def grant(sandbox):
    address = report_url(sandbox.base_url)
    return {"token": sandbox.token(audience=address), "report_url": address, "expires_at": "2026-06-12T12:00:00Z"}


def test_phone_reports_a_visit(sandbox):
    code = some_code(sandbox)
    with portal(200, grant(sandbox)) as (url, asked):
        told = run(code.deep_link, url)
    assert told == {"ltid": str(code.ltid), "visit": to_ntp(THERE), "message": "1/1 accepted visits"}
    assert asked == [("/api/v1/upload-authorisations/redeem", {"code": "b7kt 39xn"})]


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (403, {"detail": "This code does not work."}, "The portal answered 403: This code does not work."),
        (500, "<html>", "The portal answered 500: "),
        (200, {}, "The portal's answer holds no token."),
        (200, "[]", "The portal's answer holds no token."),
    ],
)
def test_portal_that_gives_no_token(sandbox, status, answer, said):
    with portal(status, answer) as (url, _), pytest.raises(CommandError) as raised:
        run(some_code(sandbox).deep_link, url)
    assert str(raised.value) == said


def test_token_that_the_server_refuses_is_not_told(sandbox):
    wrong = grant(sandbox) | {"token": sandbox.token()}
    with portal(200, wrong) as (url, _), pytest.raises(CommandError) as raised:
        run(some_code(sandbox).deep_link, url)
    assert str(raised.value) == "The cluster server answered 401: The token is for another server."


def test_portal_that_is_away_and_link_that_is_none(sandbox):
    with pytest.raises(CommandError, match="The portal gave no answer: no_connection"):
        run(some_code(sandbox).deep_link, "http://127.0.0.1:9")
    with pytest.raises(CommandError):
        run("https://nothing", "http://127.0.0.1:9")

import logging
import socket
import time

import pytest

from clea_portal.cluster_server.http import CallError, exchange
from clea_portal.cluster_server.outcomes import Reason
from tests.clea_portal.cluster_server.certificates import server_context
from tests.clea_portal.cluster_server.servers import answering, raw_server, sending

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"


def call(url, **options):
    return exchange(**{"method": "GET", "url": url, "timeout": 5, "allow_private": True} | options)


def failure(url, **options):
    with pytest.raises(CallError) as caught:
        call(url, **options)
    return caught.value.reason, caught.value.sent


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_exchange_gives_status_headers_and_body():
    with raw_server(answering("404 Not Found", b"nothing", X_Kind="test")) as server:
        answer = call(f"{server.url}/a?b=c", method="POST", content=b"words", headers={"Content-Type": "text/plain"})
    assert (answer.status, answer.headers["X-Kind"], answer.body, answer.problem) == (404, "test", b"nothing", None)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a?b=c HTTP/1.1"
    assert {line.lower() for line in lines[1:]} == {
        f"host: 127.0.0.1:{server.port}",
        "accept: */*",
        "user-agent: clea-portal",
        "accept-encoding: identity",
        "connection: close",
        "content-type: text/plain",
        "content-length: 5",
    }
    assert body == b"words"


def test_exchange_does_not_follow_redirects():
    with raw_server(answering("302 Found")) as target, raw_server(answering("302 Found", Location=target.url)) as server:
        assert call(server.url).status == 302
    assert target.requests == []


def test_exchange_ignores_the_proxies_of_the_environment(monkeypatch):
    with raw_server(answering("200 OK")) as proxy, raw_server(answering("200 OK", b"direct")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert call(server.url).body == b"direct"
    assert proxy.requests == []


def test_exchange_refused_connection_sent_nothing():
    assert failure(f"http://127.0.0.1:{free_port()}") == (Reason.NO_CONNECTION, False)


def test_exchange_unknown_host_sent_nothing():
    assert failure("http://nowhere.invalid") == (Reason.HOST_UNKNOWN, False)


def test_exchange_full_backlog_times_out_before_anything_is_sent():
    with socket.socket() as listener, socket.socket() as filler:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        filler.connect(listener.getsockname())
        assert failure(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=0.5) == (Reason.NO_CONNECTION, False)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([], Reason.DROPPED),
        ([b"HTTP/1.1 200 OK\r\nContent-"], Reason.UNEXPECTED_ANSWER),
        ([b"hello, who is there?\r\n\r\n"], Reason.UNEXPECTED_ANSWER),
    ],
)
def test_exchange_broken_answer_may_have_been_sent(parts, reason):
    with raw_server(sending(*parts)) as server:
        assert failure(server.url) == (reason, True)


def test_exchange_silent_server_times_out():
    with raw_server(sending(b"", pause=30)) as server:
        assert failure(server.url, timeout=0.5) == (Reason.TIMED_OUT, True)


def test_exchange_trickling_head_cannot_stretch_the_deadline():
    with raw_server(sending(b"HTTP/1.1 200 OK\r\nX-Slow: ", endless=b"a", pause=0.05)) as server:
        begin = time.monotonic()
        assert failure(server.url, timeout=1) == (Reason.TIMED_OUT, True)
        assert time.monotonic() - begin < 3


def test_exchange_trickling_body_keeps_the_status():
    with raw_server(sending(HEAD, endless=b"a", pause=0.05)) as server:
        begin = time.monotonic()
        answer = call(server.url, timeout=1)
        assert time.monotonic() - begin < 3
    assert (answer.status, answer.problem) == (200, Reason.TIMED_OUT)


def test_exchange_cut_body_keeps_the_status():
    with raw_server(sending(HEAD, b"half")) as server:
        answer = call(server.url)
    assert (answer.status, answer.body, answer.problem) == (200, b"half", Reason.DROPPED)


def test_exchange_endless_body_is_cut():
    with raw_server(sending(b"HTTP/1.1 200 OK\r\n\r\n", endless=b"a" * 65536)) as server:
        answer = call(server.url, max_bytes=100_000)
    assert (answer.status, answer.body, answer.problem) == (200, b"a" * 100_000, Reason.ANSWER_TOO_LARGE)


def test_exchange_endless_head_is_refused():
    with raw_server(sending(b"HTTP/1.1 200 OK\r\nX-Long: ", endless=b"a" * 65536)) as server:
        assert failure(server.url) == (Reason.UNEXPECTED_ANSWER, True)


def test_exchange_compressed_body_is_not_unpacked():
    with raw_server(answering("200 OK", b"\x1f\x8b\x08", Content_Encoding="gzip")) as server:
        answer = call(server.url)
    assert (answer.status, answer.body, answer.problem) == (200, b"", Reason.UNEXPECTED_ANSWER)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_exchange_loopback_is_refused_before_any_connection(scheme):
    with raw_server(answering("200 OK")) as server:
        expected = Reason.ADDRESS_NOT_ENCRYPTED if scheme == "http" else Reason.ADDRESS_PRIVATE
        assert failure(f"{scheme}://127.0.0.1:{server.port}", allow_private=False) == (expected, False)
    assert server.requests == []


@pytest.mark.parametrize(("allowed", "expected"), [(True, None), (False, Reason.ADDRESS_NOT_ENCRYPTED)])
def test_exchange_setting_decides_when_the_caller_does_not(settings, allowed, expected):
    settings.ALLOW_PRIVATE_CLUSTER_SERVERS = allowed
    with raw_server(answering("200 OK")) as server:
        if expected is None:
            assert call(server.url, allow_private=None).status == 200
        else:
            assert failure(server.url, allow_private=None) == (expected, False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8001\x00/", "http://exa mple.org/", "http://" + "a" * 70_000])
def test_exchange_nonsense_is_an_invalid_address(url):
    assert failure(url) == (Reason.ADDRESS_INVALID, False)


def test_exchange_unknown_certificate_sent_nothing(tmp_path):
    context, _ = server_context(tmp_path)
    with raw_server(answering("200 OK"), tls=context) as server:
        assert failure(f"https://127.0.0.1:{server.port}") == (Reason.NOT_TRUSTED, False)
    assert server.requests == []


def test_exchange_certificate_of_another_address_sent_nothing(tmp_path, monkeypatch):
    context, trusted = server_context(tmp_path, address="127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with raw_server(answering("200 OK"), tls=context) as server:
        assert failure(f"https://127.0.0.1:{server.port}") == (Reason.NOT_TRUSTED, False)


def test_exchange_own_certificate_authority_is_named_by_the_environment(tmp_path, monkeypatch):
    context, trusted = server_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with raw_server(answering("200 OK", b"safe"), tls=context) as server:
        assert call(f"https://127.0.0.1:{server.port}").body == b"safe"


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_exchange_unusable_certificate_file_sent_nothing(tmp_path, monkeypatch, content):
    trusted = tmp_path / "trusted.pem"
    if content is not None:
        trusted.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with raw_server(answering("200 OK")) as server:
        assert failure(f"https://127.0.0.1:{server.port}") == (Reason.NOT_TRUSTED, False)
    assert server.requests == []


def test_exchange_server_without_tls_sent_nothing():
    with raw_server(answering("200 OK")) as server:
        assert failure(f"https://127.0.0.1:{server.port}", timeout=0.5) == (Reason.NO_CONNECTION, False)


def test_exchange_leaves_no_secret_in_logs_or_errors(caplog):
    caplog.set_level(logging.DEBUG)
    with raw_server(sending()) as server, pytest.raises(CallError) as caught:
        call(server.url, method="POST", content=b"deeplink=SECRET-LINK", headers={"Authorization": "Bearer SECRET-TOKEN"})
    assert b"SECRET-LINK" in server.requests[0]
    assert str(caught.value) == "dropped"
    assert caught.value.__cause__ is None
    assert "SECRET" not in caplog.text

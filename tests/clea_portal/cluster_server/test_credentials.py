"""What the portal presents, over real HTTP and HTTPS."""

import base64
import ssl
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from clea_portal.cluster_server.credentials import Credentials, basic, bearer
from clea_portal.cluster_server.form import declare_by_form
from clea_portal.cluster_server.http import CallError, exchange
from clea_portal.cluster_server.outcomes import Reason, Result
from tests.clea_portal.cluster_server.certificates import client_pair, server_context
from tests.clea_portal.cluster_server.servers import answering, raw_server


def call(url, credentials):
    return exchange(method="GET", url=url, timeout=5, allow_private=True, credentials=credentials)


def header(request):
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return [line.partition(": ")[2] for line in lines if line.lower().startswith("authorization:")]


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        (Credentials(), []),
        (bearer("A.b-c"), ["Bearer A.b-c"]),
        (basic("portal", "päss:word"), [f"Basic {base64.b64encode('portal:päss:word'.encode()).decode()}"]),
    ],
)
def test_header(credentials, expected):
    with raw_server(answering("200 OK")) as server:
        call(server.url, credentials)
    assert header(server.requests[0]) == expected


@pytest.fixture
def guarded(tmp_path, monkeypatch):
    """A server that talks only to whoever has the client certificate: its address, the pair, and its TLS context."""
    context, trusted = server_context(tmp_path)
    certificate, key = client_pair()
    accepted = tmp_path / "clients.pem"
    accepted.write_text(certificate)
    context.load_verify_locations(accepted)
    context.verify_mode = ssl.CERT_REQUIRED
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with raw_server(answering("200 OK", b"welcome"), tls=context) as server:
        yield f"https://127.0.0.1:{server.port}", certificate, key


def test_client_certificate(guarded):
    url, certificate, key = guarded
    assert call(url, Credentials(certificate=certificate, key=key)).body == b"welcome"


def test_without_a_certificate_or_with_another_one(guarded):
    url, _certificate, _key = guarded
    other, its_key = client_pair()
    for credentials in (Credentials(), Credentials(certificate=other, key=its_key)):
        with pytest.raises(CallError):
            call(url, credentials)


def test_certificate_of_one_call_is_not_shown_in_the_next(guarded):
    url, certificate, key = guarded
    call(url, Credentials(certificate=certificate, key=key))
    with pytest.raises(CallError):
        call(url, Credentials())


@pytest.mark.parametrize("damage", ["certificate", "key", "pair"])
def test_certificate_that_cannot_be_used_sends_nothing(guarded, damage):
    url, certificate, key = guarded
    given = {
        "certificate": (certificate[:100], key),
        "key": (certificate, key[:100]),
        "pair": (certificate, client_pair()[1]),
    }[damage]
    with pytest.raises(CallError) as caught:
        call(url, Credentials(certificate=given[0], key=given[1]))
    assert (caught.value.reason, caught.value.sent) == (Reason.CREDENTIALS_UNUSABLE, False)


def test_key_under_a_passphrase_is_refused_instead_of_asking_at_the_terminal(guarded):
    url, certificate, key = guarded
    locked = load_pem_private_key(key.encode(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    with pytest.raises(CallError) as caught:
        call(url, Credentials(certificate=certificate, key=locked.decode()))
    assert caught.value.reason == Reason.CREDENTIALS_UNUSABLE


def test_form_server_behind_a_password():
    with raw_server(answering("302 Found", Location="/cluster-declaration?success=true")) as server:
        outcome = declare_by_form(
            base_url=server.url,
            deep_link="https://tac.gouv.fr?v=0#AA",
            instant=datetime(2026, 6, 12, 10, 0, tzinfo=UTC),
            timeout=5,
            allow_private=True,
            credentials=basic("portal", "secret"),
        )
    assert (outcome.result, header(server.requests[0])) == (
        Result.ACCEPTED,
        [f"Basic {base64.b64encode(b'portal:secret').decode()}"],
    )


def test_secret_that_a_server_echoes_is_not_kept():
    body = b'<p class="fr-error-text">no: c2VjcmV0</p>'
    with raw_server(answering("200 OK", body)) as server:
        outcome = declare_by_form(
            base_url=server.url,
            deep_link="https://tac.gouv.fr?v=0#AA",
            instant=datetime(2026, 6, 12, 10, 0, tzinfo=UTC),
            timeout=5,
            allow_private=True,
            credentials=bearer("c2VjcmV0"),
        )
    assert outcome.detail == "no: …"


def test_nothing_secret_in_their_words():
    words = repr(Credentials(authorization="Bearer secret", certificate="certificate-text", key="key-text"))
    assert words == "Credentials()"

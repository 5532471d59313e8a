"""The address to which cluster servers send contact messages."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import override_settings
from django.utils import timezone

from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from mct.messages.enums import MessageState
from mct.messages.models import ContactMessage
from tests.clea_portal.api.calling import PROBLEM, program
from tests.factories import CountryFactory, OrganisationFactory, ServerAuthorityFactory
from tests.mct.messages.calling import URL, another_key, post, sending_server, token, words

pytestmark = pytest.mark.django_db
FINGERPRINT = "AB:" * 31 + "CD"


def refusal(answer):
    assert answer["Content-Type"] == PROBLEM
    body = answer.json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["type"].rpartition("#")[2]


def pointers(answer):
    assert refusal(answer) == (400, "invalid")
    return [error["pointer"] for error in answer.json()["errors"]]


def test_message_is_kept_encrypted_and_waits_for_the_worker(woken, django_capture_on_commit_callbacks):
    server, said = sending_server(), words()
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(said)
    message = ContactMessage.objects.get()
    assert (answer.status_code, answer.json()) == (
        202,
        {"id": said["id"], "received_at": f"{message.received_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"},
    )
    assert woken == [("mct.decrypt_message", message.pk)]
    assert (message.server, message.country, message.state, message.region) == (
        server,
        server.country,
        MessageState.WAITING,
        None,
    )
    assert (len(message.content), message.phone, message.pin, message.risk) == (65, None, None, 3.0)
    assert (message.start, message.end - message.start) == (datetime.fromisoformat(said["start"]), timedelta(hours=2))
    assert [event.entry for event in message.history.all()] == ["received"]


def test_ltid_and_number_of_the_server_are_stored_nowhere(woken):
    sending_server()
    said = words()
    post(said)
    rows = str(list(ContactMessage.objects.values())) + str(list(ContactMessage.objects.get().history.values()))
    for uuid in (said["ltid"], said["id"]):
        assert (uuid in rows, uuid.replace("-", "") in rows) == (False, False)


def test_same_message_again_gets_the_same_answer_and_counts_once(woken):
    sending_server()
    said = words()
    first, padded = post(said), {**said, "encrypted_contact": said["encrypted_contact"] + "="}
    again = [post(said), post(padded), post(said | {"id": said["id"].upper()})]
    assert [(answer.status_code, answer.json()) for answer in again] == [(202, first.json())] * 3
    assert ContactMessage.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"ltid": str(uuid4())}, {"duration": 7201}, {"risk": 2}, {"encrypted_contact": words()["encrypted_contact"]}]
)
def test_same_number_with_other_words_is_refused(woken, change):
    sending_server()
    said = words()
    post(said)
    assert refusal(post(said | change)) == (409, "other-content")
    assert ContactMessage.objects.count() == 1


def test_two_servers_may_give_the_same_number(woken):
    sending_server()
    said = words()
    post(said)
    key = another_key()
    belgium = CountryFactory(code="BE", prefix="https://b.example#", host="b.example")
    ServerAuthorityFactory(country=belgium, base_url="https://server.example", messages_key=public_hex(key))
    answer = post(said, bearer=token(key=key, iss="https://server.example"))
    assert (answer.status_code, ContactMessage.objects.count()) == (202, 2)


def public_hex(key):
    from clea_portal.protocol.keys import public_key_hex

    return public_key_hex(key.public_key(), compressed=True)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"id": "7"}, "#/id"),
        ({"ltid": "no"}, "#/ltid"),
        ({"encrypted_contact": "A" * 86}, "#/encrypted_contact"),
        ({"encrypted_contact": "A" * 88}, "#/encrypted_contact"),
        ({"encrypted_contact": "+" * 87}, "#/encrypted_contact"),
        ({"encrypted_contact": 7}, "#/encrypted_contact"),
        ({"start": "2026-06-12T12:00:00"}, "#/start"),
        ({"start": "yesterday"}, "#/start"),
        ({"start": None}, "#/start"),
        ({"duration": 0}, "#/duration"),
        ({"duration": 172801}, "#/duration"),
        ({"duration": "long"}, "#/duration"),
        ({"risk": -1}, "#/risk"),
        ({"risk": 11}, "#/risk"),
        ({"phone": "+33476123456"}, "#/phone"),
    ],
)
def test_what_is_not_right_is_named(woken, change, pointer):
    sending_server()
    assert pointers(post(words(**change))) == [pointer]
    assert ContactMessage.objects.count() == 0


def test_cluster_of_the_future_or_of_long_ago_is_refused(woken):
    sending_server()
    now = timezone.now()
    for start in (now + timedelta(minutes=10), now - timedelta(days=31)):
        assert pointers(post(words(start=start.isoformat()))) == ["#/start"]
    assert post(words(start=(now + timedelta(minutes=4)).isoformat())).status_code == 202


@pytest.mark.parametrize(("body", "kind"), [(b"{", "malformed"), (b"[]", "invalid"), (b'{"risk": NaN}', "malformed")])
def test_body_that_is_no_message_is_refused(body, kind):
    sending_server()
    assert refusal(post(body)) == (400, kind)


def test_body_that_is_too_large_is_refused():
    sending_server()
    assert refusal(post(b" " * (256 * 1024 + 1))) == (413, "too-large")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_are_refused(client, method):
    sending_server()
    answer = getattr(client, method)(URL, headers={"authorization": f"Bearer {token()}"})
    assert refusal(answer) == (405, "method-not-allowed")


def bearers():
    now = int(timezone.now().timestamp())
    return {
        "none": "",
        "no token": "nonsense",
        "another key": token(key=another_key()),
        "another key by name": token(headers={"kid": "00"}),
        "another portal": token(aud="https://elsewhere.example"),
        "another server": token(iss="http://127.0.0.1:10"),
        "expired": token(iat=now - 120, exp=now - 60),
        "of the future": token(iat=now + 60, exp=now + 120),
        "long lived": token(exp=now + 301),
        "no number": token(exp="soon"),
        "unsigned": "eyJhbGciOiJub25lIn0.e30.",
    } | {f"without {claim}": token(without=claim) for claim in ("iss", "aud", "iat", "exp", "jti")}


@pytest.mark.parametrize("name", bearers())
def test_whoever_is_not_the_server_is_refused(name):
    sending_server()
    answer = post(words(), bearer=bearers()[name])
    assert refusal(answer) == (401, "not-authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert ContactMessage.objects.count() == 0


def test_token_of_an_organisation_is_no_token_of_a_server(woken):
    server = sending_server()
    organisation = OrganisationFactory(country=server.country)
    assert refusal(program(organisation).send("post", URL, words())) == (401, "not-authenticated")


def test_server_without_recorded_key_is_refused():
    server = sending_server()
    server.messages_key = ""
    server.save()
    assert refusal(post(words())) == (401, "not-authenticated")


def test_token_may_name_its_key(woken):
    server = sending_server()
    from clea_portal.protocol.keys import fingerprint, parse_public_key

    kid = fingerprint(parse_public_key(server.messages_key))
    assert post(words(), bearer=token(headers={"kid": kid})).status_code == 202


def test_client_certificate_counts_only_where_the_proxy_checks_them(woken):
    server = sending_server()
    server.client_certificate = FINGERPRINT
    server.save()
    header = {"x_client_certificate": FINGERPRINT.replace(":", "").lower()}
    assert refusal(post(words(), bearer="", **header)) == (401, "not-authenticated")
    with override_settings(SERVER_CERTIFICATE_HEADER="X-Client-Certificate"):
        assert post(words(), bearer="", **header).status_code == 202
        assert post(words(), bearer="", x_client_certificate="AA" + header["x_client_certificate"][2:]).status_code == 401
        assert post(words(), bearer="", x_client_certificate="").status_code == 401
        # A token that is not right does not become right by a certificate.
        assert post(words(), bearer="nonsense", **header).status_code == 401


@override_settings(SERVER_CERTIFICATE_HEADER="X-Client-Certificate")
def test_client_certificate_may_be_known_by_its_subject(woken):
    server = sending_server()
    server.client_certificate = "CN=clusters,O=Server Authority"
    server.save()
    assert post(words(), bearer="", x_client_certificate="CN=clusters,O=Server Authority").status_code == 202
    assert post(words(), bearer="", x_client_certificate="cn=clusters,o=server authority").status_code == 401


@pytest.mark.parametrize("bearer", [None, "", "nonsense"])
def test_nothing_answers_where_the_country_runs_without_contact_tracing(bearer):
    sending_server()
    Country.objects.update(deployment=Deployment.NONE)
    assert refusal(post(words(), bearer=bearer)) == (404, "not-found")
    assert ContactMessage.objects.count() == 0


def test_server_of_a_country_without_contact_tracing_finds_nothing_where_another_has_it():
    sending_server(deployment=Deployment.NONE)
    CountryFactory(code="BE", prefix="https://b.example#", host="b.example")
    assert refusal(post(words())) == (404, "not-found")


@override_settings(API_CALLS_PER_MINUTE=2)
def test_server_that_calls_too_often_is_told_when_to_come_again(woken):
    sending_server()
    answers = [post(words()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60

"""Phones redeem codes: without a token, without being told more than they need, and not often without success."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country, Region, ServerAuthority
from mct.authorising import limits
from mct.authorising.issuing import authorise_upload
from mct.authorising.limits import network_of
from mct.authorising.models import UploadAuthorisation
from tests.clea_portal.api.calling import PROBLEM, Program

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/upload-authorisations/redeem"
WRONG = "B7KTZ9XN"


@pytest.fixture
def code(interviewer, monkeypatch):
    monkeypatch.setattr("clea_portal.limits.time.time", lambda: 1_800_000_000.0 + 60)
    return authorise_upload(region=Region.objects.get(), by=interviewer, now=timezone.now())[1]


def send(words, *, address="192.0.2.1", language="en"):
    phone = Program(language=language)
    phone.defaults["REMOTE_ADDR"] = address
    return phone.send("post", WHERE, words)


def kind(answer):
    if answer.status_code == 200:
        return "done"
    assert answer["Content-Type"] == PROBLEM
    return answer.json()["type"].rpartition("#")[2]


def test_phone_gets_a_token(code):
    before = timezone.now()
    answer = send({"code": code})
    body = answer.json()
    assert (answer.status_code, set(body)) == (200, {"token", "report_url", "expires_at"})
    assert body["report_url"] == f"{ServerAuthority.objects.get().base_url}/api/clea/v1/wreport"
    assert body["token"].count(".") == 2
    assert body["expires_at"].endswith("Z")
    assert UploadAuthorisation.objects.get().redeemed_at >= before
    assert answer["Cache-Control"] == "private, no-store"


def test_wrong_used_and_expired_codes_get_the_same_answer(code):
    send({"code": code})
    used = send({"code": code})
    UploadAuthorisation.objects.update(
        redeemed_at=None, created_at=timezone.now() - timedelta(hours=2), expires_at=timezone.now() - timedelta(hours=1)
    )
    answers = [used, send({"code": code}), send({"code": WRONG}), send({"code": "?"})]
    assert {(answer.status_code, answer.content) for answer in answers} == {(403, used.content)}
    assert kind(used) == "code-not-valid"


@pytest.mark.parametrize("words", [{}, {"code": ""}, {"code": None}, {"code": []}, {"code": "x" * 41}, {"code": "a", "b": 1}, []])
def test_malformed_request(code, words):
    assert send(words).status_code == 400


def test_no_country_has_uploads_under_control(code):
    Country.objects.update(deployment=Deployment.EDGE)
    assert (send({"code": code}).status_code, kind(send({"code": code}))) == (404, "not-found")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_wrong_method(code, method):
    assert Program().send(method, WHERE).status_code == 405


def test_server_that_is_not_set_up(code):
    ServerAuthority.objects.update(client_key="")
    for _ in range(limits.MOST_WRONG_FROM_AN_ADDRESS + 1):
        answer = send({"code": code})
    assert (answer.status_code, kind(answer)) == (503, "not-set-up")
    assert UploadAuthorisation.objects.get().redeemed_at is None


def test_address_has_to_wait_after_ten_wrong_codes(code):
    kinds = [kind(send({"code": WRONG})) for _ in range(12)]
    assert kinds == ["code-not-valid"] * 10 + ["too-many-calls"] * 2
    answer = send({"code": code})
    assert (answer.status_code, kind(answer), answer["Retry-After"]) == (429, "too-many-calls", str(3600 - 60))
    assert answer.json()["detail"] == "Too many codes that do not work. Try again in 59 minutes."
    assert kind(send({"code": code}, address="192.0.2.2")) == "done"


def test_codes_that_are_right_count_for_nothing(interviewer, code):
    codes = [authorise_upload(region=Region.objects.get(), by=interviewer, now=timezone.now())[1] for _ in range(12)]
    assert {kind(send({"code": each})) for each in codes} == {"done"}


def test_all_addresses_together_have_to_wait(code, monkeypatch, caplog):
    monkeypatch.setattr(limits, "MOST_WRONG", 3)
    kinds = [kind(send({"code": WRONG}, address=f"192.0.2.{number}")) for number in range(5)]
    assert kinds == ["code-not-valid"] * 3 + ["too-many-calls"] * 2
    assert kind(send({"code": code}, address="192.0.2.9")) == "too-many-calls"
    assert "upload codes are being guessed" in caplog.text


def test_whole_ipv6_network_counts_as_one_address(code):
    for number in range(limits.MOST_WRONG_FROM_AN_ADDRESS):
        send({"code": WRONG}, address=f"2001:db8:1:2::{number:x}")
    assert kind(send({"code": code}, address="2001:db8:1:2:ffff::1")) == "too-many-calls"
    assert kind(send({"code": code}, address="2001:db8:1:3::1")) == "done"


def test_networks():
    told = ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::7", "unix:", ""]
    assert [network_of(address) for address in told] == ["192.0.2.7", "192.0.2.7", "2001:db8::/64", "unix:", ""]


def test_code_and_token_are_in_no_line_of_the_log(code, caplog):
    caplog.set_level("DEBUG")
    token = send({"code": code}).json()["token"]
    text = "\n".join(json.dumps(record.msg, default=str) + record.getMessage() for record in caplog.records)
    assert [word in text for word in (code, token)] == [False, False]


def test_phone_is_told_in_its_language(code):
    assert send({"code": WRONG}, language="fr").json()["title"] == "Ce code ne fonctionne pas"

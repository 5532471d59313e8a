import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from clea_portal.authorities.consents import ConsentAct, KeyConsent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country, TracingKey
from clea_portal.protocol.key_sealing import seal_private_key
from clea_portal.protocol.keys import fingerprint, parse_private_key, private_key_hex, public_key_hex
from tests.clea_portal.administration.scenes import DAY, LONG, agreed, colleague_of, rotated
from tests.factories import SK_CLIENT, SK_MCTA, VenueFactory
from venues.codes import issue_code

KEY = parse_private_key("4d" * 32)
PASSPHRASE = "a passphrase of length"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def key(country):
    return country.tracing.keys.get()


@pytest.fixture
def colleague(country):
    return colleague_of(country)


@pytest.fixture
def browser(desk, administrator):
    return desk(administrator)


def at(name, *arguments):
    return reverse(f"administration:{name}", args=["FR", *arguments])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_list_shows_fingerprints_in_groups_and_no_private_key(browser, key):
    page = browser.get(at("tracing")).content.decode()
    assert " ".join(key.fingerprint[start : start + 4] for start in range(0, 64, 4)) in page
    assert private_key_hex(SK_MCTA) not in page
    assert "You are the only administrator" in page


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_as_much_for_one_as_for_many(country, browser, administrator, now, number, django_assert_num_queries):
    for count in range(number):
        issue_code(venue=VenueFactory(), by=administrator, now=now)
        rotated(country, now=now - count * DAY)
    browser.get(at("tracing"))
    with django_assert_num_queries(16):
        assert len(browser.get(at("tracing")).context["generations"]) == number + 1


def test_made_here_for_a_date(browser, country):
    response = browser.post(at("tracing_make"), {"valid_from": "2020-01-01T00:00"})
    assert response.context["form"].errors["valid_from"][0].startswith("Choose a date from now on, two years ahead at most.")
    assert "2020-01-01T00:00" in response.content.decode()
    response = browser.post(at("tracing_make"), {"valid_from": "soon"})
    assert list(response.context["form"].errors) == ["valid_from"]
    tomorrow = (timezone.localtime() + DAY).replace(second=0, microsecond=0)
    response = browser.post(at("tracing_make"), {"valid_from": tomorrow.strftime("%Y-%m-%dT%H:%M")})
    made = TracingKey.objects.latest("pk")
    assert (response.headers["Location"], made.valid_from) == (at("tracing_key", made.fingerprint), tomorrow)
    browser.post(at("tracing_take_back", made.fingerprint))
    assert TracingKey.objects.count() == 1


FORMS = [
    ("digits", {"pasted": private_key_hex(KEY)}, None),
    ("with its public key", {"pasted": private_key_hex(KEY), "expected": public_key_hex(KEY.public_key())}, None),
    ("in a file", {}, private_key_hex(KEY).encode()),
    ("under a passphrase", {"passphrase": PASSPHRASE}, "sealed"),
]


@pytest.mark.parametrize(("data", "file"), [form[1:] for form in FORMS], ids=[form[0] for form in FORMS])
def test_imported_in_any_form(browser, country, data, file):
    content = seal_private_key(KEY, passphrase=PASSPHRASE).encode() if file == "sealed" else file
    files = {"file": SimpleUploadedFile("key.pem", content)} if content else {}
    response = browser.post(at("tracing_import"), data | files)
    assert response.headers["Location"] == at("tracing_key", fingerprint(KEY.public_key()))


REFUSED = [
    ({}, "Paste the private key, or choose a file with it"),
    ({"pasted": "not a key"}, "This is not a private key on the curve P-256."),
    ({"pasted": public_key_hex(KEY.public_key())}, "Is it the public key?"),
    ({"pasted": private_key_hex(KEY), "expected": public_key_hex(SK_CLIENT.public_key())}, "These two keys are not a pair"),
    ({"pasted": private_key_hex(KEY), "expected": private_key_hex(SK_CLIENT)}, "This is a private key. It may now be known"),
    ({"pasted": private_key_hex(SK_MCTA)}, "This key is already there."),
    ({"pasted": "-----BEGIN ENCRYPTED PRIVATE KEY-----"}, "under a passphrase, and it is not the one you typed"),
]


@pytest.mark.parametrize(("data", "sentence"), REFUSED)
def test_import_that_is_refused_sends_nothing_secret_back(browser, country, data, sentence):
    response = browser.post(at("tracing_import"), data)
    page = response.content.decode()
    assert (response.status_code, sentence in page, TracingKey.objects.count()) == (200, True, 1)
    for secret in (KEY, SK_CLIENT, SK_MCTA):
        assert private_key_hex(secret) not in page


def test_published_key_is_refused_outside_a_demonstration(browser, country, monkeypatch):
    monkeypatch.setattr("clea_portal.authorities.models.PUBLISHED_TEST_KEYS", frozenset({fingerprint(KEY.public_key())}))
    response = browser.post(at("tracing_import"), {"pasted": private_key_hex(KEY)})
    assert "everybody has its private half" in response.content.decode()


def test_rehearsal_changes_nothing_and_shows_what_goes_on(country, browser, administrator, key, now):
    issue_code(venue=VenueFactory(), by=administrator, now=now)
    new = rotated(country, now=now)
    before = (list(TracingKey.objects.values()), KeyConsent.objects.count())
    response = browser.get(at("tracing_rehearsal", new.fingerprint))
    assert [check.ok for check in response.context["checks"]] == [True] * 4
    assert "1 poster’s code without an end" in response.content.decode()
    assert (list(TracingKey.objects.values()), KeyConsent.objects.count()) == before


def test_pages_of_a_destroyed_key_have_no_acts(country, browser, administrator, colleague, key, now):
    rotated(country, now=now - LONG)
    consent = agreed(key, ConsentAct.DESTROY, by=administrator, with_=colleague, now=now)
    assert browser.post(at("tracing_destroy", consent.uuid), {"typed": "x"}).context["form"].errors["typed"]
    response = browser.post(at("tracing_destroy", consent.uuid), {"typed": key.fingerprint[:8]})
    assert (response.headers["Location"], said(response)[-1]) == (
        at("tracing_key", key.fingerprint),
        "The private key is destroyed.",
    )
    page = browser.get(at("tracing_key", key.fingerprint)).content.decode()
    assert ("Private key destroyed" in page, "Ask for" in page, "Rehearse" in page) == (True, False, False)
    assert browser.get(at("tracing_rehearsal", key.fingerprint)).status_code == 404
    for name in ("tracing_ask_export", "tracing_ask_destroy"):
        assert "nothing is left of it" in browser.get(at(name, key.fingerprint)).content.decode()


def test_export_is_asked_agreed_downloaded_and_mailed_about(browser, desk, administrator, colleague, key):
    response = browser.post(at("tracing_ask_export", key.fingerprint), {"reason": "<b>moving</b>"})
    consent = KeyConsent.objects.get()
    assert response.headers["Location"] == at("tracing_consent", consent.uuid)
    (asked,) = mail.outbox
    assert (asked.to, key.fingerprint[:4] in asked.body, "<b>" in asked.body) == ([colleague.email], True, False)
    assert re.findall(r"https?://\S+", asked.body) == [f"http://localhost:8000{at('tracing_consent', consent.uuid)}"]
    assert browser.get(at("tracing_export", consent.uuid)).status_code == 404
    assert said(browser.post(at("tracing_consent", consent.uuid), {"answer": "approve"})) == [
        "Another administrator has to approve what you ask for."
    ]
    second = desk(colleague)
    assert "&lt;b&gt;moving&lt;/b&gt;" in second.get(at("tracing_consent", consent.uuid)).content.decode()
    second.post(at("tracing_consent", consent.uuid), {"answer": "approve"})
    assert second.get(at("tracing_export", consent.uuid)).status_code == 404
    for wrong in ({"passphrase": "short", "again": "short"}, {"passphrase": PASSPHRASE, "again": f"{PASSPHRASE}x"}):
        page = browser.post(at("tracing_export", consent.uuid), wrong)
        assert (page.status_code, PASSPHRASE in page.content.decode()) == (200, False)
    given = {"passphrase": PASSPHRASE, "again": PASSPHRASE}
    response = browser.post(at("tracing_export", consent.uuid), given)
    assert response.content.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert (response.headers["Cache-Control"], response.headers["Content-Type"]) == ("no-store", "application/x-pem-file")
    again = browser.post(at("tracing_export", consent.uuid), given)
    assert (again.headers["Location"], said(again)) == (
        at("tracing_consent", consent.uuid),
        ["This has changed meanwhile. Look at the page again."],
    )
    both = sorted([administrator.email, colleague.email])
    assert [sorted(one.to[0] for one in mail.outbox[start : start + 2]) for start in (1, 3)] == [both, both]


def test_single_administrator_cannot_ask(browser, key):
    response = browser.post(at("tracing_ask_export", key.fingerprint), {"reason": "x"})
    assert (response.status_code, KeyConsent.objects.count(), mail.outbox) == (200, 0, [])
    assert "takes two administrators" in response.content.decode()


def test_destruction_cannot_be_asked_for_while_the_key_is_needed(browser, colleague, key):
    response = browser.post(at("tracing_ask_destroy", key.fingerprint), {"reason": "x"})
    assert ("Something still needs this key" in response.content.decode(), KeyConsent.objects.count()) == (True, 0)


@pytest.mark.parametrize("name", ["tracing_ask_export", "tracing_ask_destroy", "tracing_consent", "tracing_export"])
def test_acts_ask_who_it_is_once_more(browser, administrator, colleague, key, now, name, settings):
    consent = agreed(key, ConsentAct.EXPORT, by=administrator, with_=colleague, now=now)
    url = at(name, key.fingerprint if "ask" in name else consent.uuid)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1
    response = browser.get(url)
    assert (response.status_code, "reauthenticate" in response.headers["Location"]) == (302, True)


@pytest.mark.parametrize("fields", [{"deployment": Deployment.NONE}, {"issues_codes": False}])
def test_country_without_such_keys_has_no_such_pages(browser, key, fields):
    Country.objects.update(**fields)
    for url in (at("tracing"), at("tracing_make"), at("tracing_import"), at("tracing_key", key.fingerprint)):
        assert browser.get(url).status_code == 404
    assert at("tracing") not in browser.get(reverse("administration:country", args=["FR"])).content.decode()


def test_expired_request_says_so(browser, administrator, colleague, key, now):
    consent = KeyConsent.objects.create(
        key=key, act="export", reason="x", asked_by=administrator, asked_at=now - timedelta(hours=25)
    )
    page = browser.get(at("tracing_consent", consent.uuid)).content.decode()
    assert ("expired" in page, "Call it off" in page) == (True, False)

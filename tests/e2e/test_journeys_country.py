"""The journey of whoever sets a country up: from nothing to a server that answers; with one browser that runs no scripts."""

import json

import httpx
import pypdfium2
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from playwright.sync_api import expect

from clea_portal.administration import connection_tests
from clea_portal.administration.country_models import ConnectionTest
from clea_portal.authorities.france import OVERSEAS_TIME_ZONES
from clea_portal.authorities.models import Country, ServerAuthority
from clea_portal.protocol.keys import fingerprint, parse_private_key, parse_public_key, public_key_hex
from clea_portal.scanning.reading import decode_image
from tests.e2e.browser import PHONE
from tests.e2e.journeys import download, follow, look_at, press
from tests.factories import AdministrationFactory, UserFactory, ready_country
from tests.sandbox import running_sandbox

SECRET = "CLEATESTSCLEATESTSCLEATESTSCLEAT"


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def installer(db):
    """Whoever ran ``add_administrator``."""
    user = UserFactory(is_staff=True)
    TOTP.activate(user, SECRET)
    return user


def enter_a_country(page, look):
    """All steps of the assistant, the second one at the second try."""
    press(page, "Add a country")
    look(page, "Add a country: Identity")
    page.get_by_label("Country code (ISO)").fill("fr")
    page.get_by_label("Name in French").fill("France")
    page.get_by_label("Name in English").fill("France")
    press(page, "Keep and go on")

    look(page, "Add a country: Links")
    page.get_by_label("Host").fill("tac.gouv.fr")
    page.get_by_label("Prefix").fill("https://tac.gouv.fr/a-path-that-is-long?v=0#")
    press(page, "Keep and go on")
    look(page, "Add a country: Links")
    expect(page.locator("main")).to_contain_text("This prefix has 44 characters, and 40 fit")
    page.get_by_label("Prefix").fill("https://tac.gouv.fr?v=0#")
    press(page, "Keep and go on")

    look(page, "Add a country: Deployment")
    page.get_by_label("1: contact tracing at the centre").check()
    press(page, "Keep and go on")

    look(page, "Add a country: Languages and time")
    page.get_by_label("Português").uncheck()
    zones = page.get_by_label("Other time zones of the country")
    assert zones.input_value().splitlines() == OVERSEAS_TIME_ZONES
    zones.fill("Guadeloupe\nIndian/Reunion")
    press(page, "Keep and go on")

    look(page, "Add a country: Rules and retention")
    page.get_by_label("Name of the phone application").fill("TousAntiCovid")
    press(page, "Keep and go on")

    look(page, "Check and add")
    press(page, "Add this country")


@pytest.mark.parametrize("choices", [{}, {"device": PHONE, "javascript": False}], ids=["desktop", "phone without scripts"])
def test_country_from_nothing_to_a_server_that_answers(open_page, sign_in, installer, sandbox, choices):
    page = open_page(language="en", **choices)
    sign_in(page, installer, second_factor=True)
    page.goto("/start/")
    look = look_at if choices.get("javascript", True) else look_without_scripts
    look(page, "Authorities")
    enter_a_country(page, look)
    look(page, "France")
    country = Country.objects.get()
    assert (country.code, country.deployment) == ("FR", 1)
    assert country.time_zones == ["Europe/Paris", "America/Guadeloupe", "Indian/Reunion"]
    assert "pt" not in country.languages

    follow(page, "Cluster server")
    look(page, "France")
    follow(page, "Enter the server")
    look(page, "France")
    page.get_by_label("Name of the server's authority").fill("Sandbox")
    page.get_by_label("Address", exact=False).first.fill(sandbox.base_url)
    page.get_by_label("Address of the public list").fill(sandbox.list_url)
    press(page, "Save")
    look(page, "France")

    follow(page, "Change what it shows")
    look(page, "France")
    press(page, "Make the key")
    look(page, "France")
    server = ServerAuthority.objects.get()
    public = page.locator("#hex").inner_text()
    assert public == public_key_hex(parse_private_key(server.client_key).public_key())
    answer = httpx.put(f"{sandbox.base_url}/sandbox/client-keys", json={"public_keys": [public]}, trust_env=False)
    assert answer.status_code == 204

    page.goto("/authorities/FR/server/keys/")
    look(page, "France")
    page.get_by_label("Public key", exact=True).fill(sandbox.pk_sa)
    press(page, "Add the key")
    look(page, "France")
    told = fingerprint(parse_public_key(sandbox.pk_sa))
    expect(page.locator(".fingerprint")).to_have_text(" ".join(told[start : start + 4] for start in range(0, 64, 4)))

    page.goto("/authorities/FR/server/")
    follow(page, "Test the connection")
    look(page, "France")
    press(page, "Start the test")
    look(page, "France")
    test = ConnectionTest.objects.get()
    connection_tests.take(test_id=test.pk, run_uuid=test.run)
    if not choices.get("javascript", True):
        page.reload()
    expect(page.locator("#connection")).to_contain_text("It answers as the contract says, and knows the portal.")
    expect(page.get_by_role("button", name="Test again")).to_be_visible()
    look(page, "France")
    test.refresh_from_db()
    assert {step["result"] for step in test.steps} == {"ok", "warning"}
    assert [step["name"] for step in test.steps if step["result"] == "warning"] == ["tls", "age"]


def look_without_scripts(page, heading):
    """axe is a script itself: here only that the page has come, and fits."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_exposure_rule_profile_and_test_code(open_page, sign_in, db):
    country = ready_country()
    administrator = AdministrationFactory(country=country).user
    TOTP.activate(administrator, SECRET)
    page = open_page(language="en")
    sign_in(page, administrator, second_factor=True)

    page.goto("/authorities/FR/server/exposure/")
    look_at(page, "France")
    page.locator("#id_form-0-venue_type").select_option("3")
    page.locator("#id_form-0-slots_before").fill("1")
    page.locator("#id_form-0-slots_after").fill("6")
    press(page, "Save and add another type")
    look_at(page, "France")
    assert list(country.server.exposures.values_list("venue_type", "slots_before", "slots_after")) == [(3, 1, 6)]

    page.goto("/authorities/FR/profile/")
    look_at(page, "France")
    told = page.locator(".fingerprint").inner_text()
    name, content = download(page, lambda: follow(page, "Download the profile"))
    assert (name, json.loads(content)["code"]) == ("clea-profile-FR.json", "FR")
    profile = json.loads(content) | {"code": "MC", "host": "clea.example.mc", "prefix": "https://clea.example.mc#"}
    page.goto("/authorities/import/")
    look_at(page, "Take in a profile")
    page.get_by_label("Profile (JSON)").fill(json.dumps(profile))
    press(page, "Show what it would change")
    look_at(page, "Take in a profile")
    assert page.locator(".fingerprint").inner_text() != told
    press(page, "The fingerprint is right: take it in")
    look_at(page, "France")
    assert Country.objects.get(code="MC").issues_codes is False

    page.goto("/authorities/FR/server/")
    look_at(page, "France")
    name, content = download(page, lambda: press(page, "Print a test code"))
    with pypdfium2.PdfDocument(content) as document:
        assert len(decode_image(document[0].render(scale=2).to_pil())) == 1
    assert name == "TEST-FR.pdf"

    page.goto("/authorities/FR/settings/links/")
    look_at(page, "France")
    page.goto("/authorities/FR/settings/")
    look_at(page, "France")

"""Two administrators rotate the contact tracing key, export one, destroy the old one, and read all of it in the log."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clea_portal.authorities.keys import issuing_keys
from clea_portal.authorities.models import TracingKey
from clea_portal.protocol.key_forms import read_private_key
from clea_portal.protocol.keys import private_key_hex
from tests.e2e.browser import PHONE
from tests.e2e.journeys import download, follow, look_at, press
from tests.factories import SK_MCTA, AdministrationFactory, ready_country

PASSPHRASE = "seven words that nobody ever guesses"


@pytest.fixture
def country(transactional_db):
    return ready_country(name_fr="France", name_en="France")


@pytest.fixture
def administrator_page(open_page, sign_in, country):
    """A page on which an administrator of the country is signed in, and who that is."""

    def make(**choices):
        user = AdministrationFactory(country=country).user
        TOTP.activate(user, "CLEATESTSCLEATESTSCLEATESTSCLEAT")
        page = open_page(language="en", **choices)
        sign_in(page, user, second_factor=True)
        return page, user

    return make


def test_rotation_and_export_with_two_administrators(administrator_page, country):
    page, first = administrator_page()
    other, second = administrator_page(device=PHONE, colours="dark")
    old = TracingKey.objects.get()

    page.goto(reverse("administration:tracing", args=["FR"]))
    look_at(page, "France")
    follow(page, "Make a pair")
    look_at(page, "France")
    page.get_by_label("New codes use it from").fill("2020-01-01T00:00")
    press(page, "Make it")
    look_at(page, "France")
    expect(page.locator("main")).to_contain_text("Choose a date from now on")
    page.get_by_label("New codes use it from").fill("")
    press(page, "Make it")
    look_at(page, "France")
    new = TracingKey.objects.latest("pk")
    expect(page.locator(".fingerprint-large")).to_have_text(" ".join(new.fingerprint[i : i + 4] for i in range(0, 64, 4)))
    assert new.private_key not in page.content()
    assert issuing_keys(country, at=timezone.now()).tracing_key == new.pk
    follow(page, "Rehearse and prove")
    look_at(page, "France")
    expect(page.get_by_text("works", exact=True)).to_have_count(4)

    export(page, other, old, first, second)
    # Long after: nothing needs the old key any more.
    TracingKey.objects.filter(pk=new.pk).update(valid_from=timezone.now() - timedelta(days=90))
    destroy(page, other, old)

    page.goto(reverse("administration:log", args=["FR"]))
    look_at(page, "France")
    titles = page.locator(".log .what").all_inner_texts()
    assert [title.partition("  ")[0].split(" Key pair")[0] for title in titles][:2] == [
        "Private key destroyed",
        "Agreed: destruction of the private key",
    ]
    page.locator(".log summary").first.click()
    look_at(page, "France")
    expect(page.locator(".log table").first).to_contain_text("Private key")
    page.get_by_label("Who").select_option(label=second.email)
    press(page, "Filter")
    look_at(page, "France")
    expect(page.locator(".log > li")).to_have_count(2)


def export(page, other, key, first, second):
    page.goto(reverse("administration:tracing_key", args=["FR", key.fingerprint]))
    look_at(page, "France")
    follow(page, "Ask for an export")
    look_at(page, "France")
    press(page, "Ask")
    look_at(page, "France")
    page.get_by_label("Reason").fill("A second portal reads messages, too.")
    press(page, "Ask")
    look_at(page, "France")
    expect(page.get_by_role("button", name="Agree")).to_have_count(0)
    assert [(one.to, "your agreement is asked for" in one.subject or "votre accord" in one.subject) for one in mail.outbox] == [
        ([second.email], True)
    ]
    other.goto(page.url)
    look_at(other, "France")
    expect(other.locator("main")).to_contain_text("A second portal reads messages, too.")
    press(other, "Agree")
    look_at(other, "France")
    page.reload()
    look_at(page, "France")
    follow(page, "Download it")
    look_at(page, "France")
    page.get_by_label("Passphrase for the file").fill("short")
    page.get_by_label("The same again").fill("short")
    press(page, "Download once")
    look_at(page, "France")
    page.get_by_label("Passphrase for the file").fill(PASSPHRASE)
    page.get_by_label("The same again").fill(PASSPHRASE)
    name, pem = download(page, lambda: press(page, "Download once"))
    assert name == f"CLEA-SK_MCTA-{key.fingerprint[:16]}.pem"
    assert private_key_hex(read_private_key(pem, passphrase=PASSPHRASE)) == private_key_hex(SK_MCTA)
    assert sorted(one.to[0] for one in mail.outbox[1:]) == sorted([first.email, second.email] * 2)


def destroy(page, other, key):
    page.goto(reverse("administration:tracing_key", args=["FR", key.fingerprint]))
    look_at(page, "France")
    follow(page, "Ask for its destruction")
    look_at(page, "France")
    page.get_by_label("Reason").fill("Nothing needs it.")
    press(page, "Ask")
    look_at(page, "France")
    other.goto(page.url)
    press(other, "Agree")
    look_at(other, "France")
    page.reload()
    follow(page, "Destroy it")
    look_at(page, "France")
    page.get_by_label("The first eight digits of its fingerprint").fill("0000 0000")
    press(page, "Destroy it for good")
    look_at(page, "France")
    expect(page.locator("main")).to_contain_text("This is not how the fingerprint begins.")
    page.get_by_label("The first eight digits of its fingerprint").fill(key.fingerprint[:8])
    press(page, "Destroy it for good")
    look_at(page, "France")
    key.refresh_from_db()
    assert key.private_key is None

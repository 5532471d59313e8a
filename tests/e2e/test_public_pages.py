import re

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import expect

from tests.e2e.browser import DESKTOP, PHONE, assert_fits
from tests.factories import PASSWORD, UserFactory

PUBLIC = ["home", "account_login", "account_signup", "account_reset_password", "account_reset_password_done"]
ACCOUNT = ["account_email", "account_change_password", "mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn"]


def submit(page):
    page.locator("main form button[type=submit]").first.click()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=lambda device: device.name)
def test_public_pages_are_accessible_and_fit(open_page, axe, device, colours):
    page = open_page(device=device, colours=colours)
    for name in PUBLIC:
        page.goto(reverse(name))
        axe(page)
        assert_fits(page)
    page.goto("/nothing-here/")
    axe(page)
    assert_fits(page)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_account_pages_are_accessible_and_fit_a_phone(open_page, axe, sign_in, colours):
    page = open_page(device=PHONE, colours=colours)
    sign_in(page, UserFactory())
    for name in ACCOUNT:
        page.goto(reverse(name))
        assert page.url.endswith(reverse(name))
        axe(page)
        assert_fits(page)


def test_axe_notices_a_picture_without_alternative(page, axe):
    page.goto(reverse("home"))
    page.evaluate("document.querySelector('main img').removeAttribute('alt')")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)


def test_skip_link_leads_past_the_header(page):
    page.goto(reverse("account_login"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "id_login"


def test_colours_follow_the_device_until_chosen_and_are_remembered(open_page):
    page = open_page(colours="dark")
    colours = "document.documentElement.dataset.bsTheme"
    toggle = page.locator("[data-colour-toggle]")
    page.goto(reverse("home"))
    assert (page.evaluate(colours), toggle.get_attribute("aria-pressed")) == ("dark", "true")
    toggle.click()
    page.goto(reverse("account_login"))
    assert (page.evaluate(colours), toggle.get_attribute("aria-pressed")) == ("light", "false")
    toggle.click()
    assert page.evaluate("localStorage.length") == 0
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_language_switch_stays_on_the_page(page):
    page.goto(f"{reverse('account_login')}?next=/start/")
    assert page.evaluate("document.documentElement.lang") == "fr"
    page.get_by_role("button", name="English").click()
    page.wait_for_url(re.compile(r"/login/\?next=/start/$"))
    assert page.evaluate("document.documentElement.lang") == "en"


def test_errors_are_listed_first_and_lead_to_their_fields(page, axe):
    page.goto(reverse("account_login"))
    submit(page)
    summary = page.locator("[data-error-summary]")
    summary.wait_for()
    assert summary.evaluate("element => element === document.activeElement")
    axe(page)
    summary.get_by_role("link").nth(1).click()
    assert page.evaluate("document.activeElement.id") == "id_password"


def test_account_menu_closes_on_escape_and_gives_the_focus_back(page, axe, sign_in):
    sign_in(page, UserFactory())
    page.goto(reverse("mfa_index"))
    summary = page.locator("details.menu summary")
    summary.focus()
    page.keyboard.press("Enter")
    axe(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0
    assert summary.evaluate("element => element === document.activeElement")


def test_signing_in_and_out_needs_no_javascript(open_page):
    user = UserFactory()
    page = open_page(device=PHONE, javascript=False)
    page.goto(f"{reverse('account_login')}?next={reverse('account_email')}")
    page.fill("#id_login", user.email)
    page.fill("#id_password", PASSWORD)
    submit(page)
    page.wait_for_url(f"**{reverse('account_email')}")
    page.locator("details.menu summary").click()
    page.locator("details.menu button[type=submit]").click()
    page.wait_for_url(re.compile(r"://[^/]+/$"))
    assert page.locator("details.menu").count() == 0


def test_security_key_is_added_and_then_asked_for(page, axe, sign_in):
    user = UserFactory()
    sign_in(page, user)
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    protocol.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.goto(reverse("mfa_add_webauthn"))
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: not url.endswith(reverse("mfa_add_webauthn")))
    kinds = Authenticator.objects.filter(user=user).values_list("type", flat=True)
    assert sorted(kinds) == ["recovery_codes", "webauthn"]
    page.goto(reverse("mfa_view_recovery_codes"))
    axe(page)

    page.context.clear_cookies()
    page.goto(f"{reverse('account_login')}?next={reverse('mfa_index')}")
    page.fill("#id_login", user.email)
    page.fill("#id_password", PASSWORD)
    submit(page)
    page.wait_for_url(f"**{reverse('mfa_authenticate')}*")
    axe(page)
    page.locator("#mfa_webauthn_authenticate").click()
    page.wait_for_url(f"**{reverse('mfa_index')}")


def test_security_key_that_cannot_be_read_is_explained_on_the_page(page, axe, sign_in):
    sign_in(page, UserFactory())
    page.add_init_script("navigator.credentials.create = () => Promise.reject(new Error('no key'))")
    page.goto(reverse("mfa_add_webauthn"))
    page.locator("#mfa_webauthn_add").click()
    failed = page.locator("#security-key-failed")
    failed.wait_for()
    assert failed.evaluate("element => element === document.activeElement")
    axe(page)

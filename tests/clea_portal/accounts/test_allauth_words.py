"""Mails and messages that the sign-in library sends: in our words, complete, in both languages."""

import re
from pathlib import Path

import allauth
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from tests.conftest import OUR_TEMPLATES
from tests.factories import PASSWORD, UserFactory

LIBRARY = Path(allauth.__file__).parent / "templates"
# Of things that are switched off here: codes instead of links, phones, accounts elsewhere.
UNUSED = re.compile(r"(login_code|password_reset_code|phone_|email_confirm_)")
NEW = "another long test password"
pytestmark = pytest.mark.django_db


def texts():
    for kind in ("account/email", "account/messages", "mfa/email", "mfa/messages"):
        for path in sorted((LIBRARY / kind).glob("*.txt")):
            if not UNUSED.match(path.name):
                yield f"{kind}/{path.name}"


@pytest.mark.parametrize("name", [name for name in texts() if not name.endswith(("signup_message.txt", "signup_subject.txt"))])
def test_every_text_is_our_own(name):
    """Those for signing up include the ones for confirming."""
    assert Path(get_template(name).origin.name).is_relative_to(OUR_TEMPLATES)


@pytest.fixture
def user():
    return UserFactory(email="camille@example.org")


@pytest.fixture
def browser(user, sign_in):
    return sign_in(user)


def body_of(notice):
    """The whole mail; only its moment is not known beforehand."""
    (message,) = mail.outbox
    moment = re.search(r"This was done on (.+?), from", message.body)[1]
    assert message.body == (
        f"Hello,\n\n{notice}\n\n"
        f"This was done on {moment}, from the address 127.0.0.1, with:\nTests 1.0\n\n"
        "If it was not you, somebody else can use your account: choose a new password at once, and look at your second "
        "factors.\n\n"
        "The CLÉA portal"
    )
    return message.subject


AGENT = {"headers": {"user-agent": "Tests 1.0"}}


def test_password_changed(browser):
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    response = browser.post(reverse("account_change_password"), form, follow=True, **AGENT)
    assert [str(message) for message in response.context["messages"]] == ["Your new password is saved."]
    subject = body_of("The password of your account of the CLÉA portal has been changed.")
    assert subject == "[CLÉA] Your password has been changed"


def test_password_reset(user):
    browser = Client(headers={"accept-language": "en", "user-agent": "Tests 1.0"})
    browser.post(reverse("account_reset_password"), {"email": user.email})
    link = re.search(r"https://\S+", mail.outbox.pop().body)[0]
    form = browser.get(link.removeprefix("https://testserver"), follow=True)
    browser.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    subject = body_of("A new password has been chosen for your account of the CLÉA portal, by the link that we sent you.")
    assert subject == "[CLÉA] Your password has been changed"


def test_second_address_removed_and_made_the_main_one(browser, user):
    user.emailaddress_set.create(email="second@example.org", verified=True)
    browser.post(reverse("account_email"), {"action_primary": "", "email": "second@example.org"}, **AGENT)
    subject = body_of(
        "The main address of your account of the CLÉA portal was camille@example.org and is now second@example.org."
    )
    assert (subject, mail.outbox.pop().to) == ("[CLÉA] Your e-mail address has been changed", ["camille@example.org"])
    browser.post(reverse("account_email"), {"action_remove": "", "email": "camille@example.org"}, **AGENT)
    subject = body_of("The address camille@example.org has been removed from your account of the CLÉA portal.")
    assert (subject, mail.outbox[0].to) == ("[CLÉA] An e-mail address has been removed", ["second@example.org"])


def test_app_for_codes_removed(browser, user):
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    browser.post(reverse("mfa_deactivate_totp"), **AGENT)
    assert not Authenticator.objects.exists()
    subject = body_of("The app that shows codes is no longer a second factor of your account of the CLÉA portal.")
    assert subject == "[CLÉA] The app for codes has been removed"


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes(browser, user):
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    browser.post(reverse("mfa_generate_recovery_codes"), **AGENT)
    subject = body_of("New recovery codes have been made for your account of the CLÉA portal. The old ones no longer work.")
    assert subject == "[CLÉA] New recovery codes"


def test_signing_up_with_a_known_address(user):
    form = {"email": user.email, "password1": NEW, "password2": NEW}
    Client(headers={"accept-language": "en"}).post(reverse("account_signup"), form)
    (message,) = mail.outbox
    assert message.subject == "[CLÉA] You have an account already"
    assert message.body == (
        "Hello,\n\n"
        "Somebody, perhaps you, wanted to open an account of the CLÉA portal with the address camille@example.org. There is one "
        "already: sign in with it. If you have forgotten the password, choose a new one here:\n\n"
        "https://testserver/account/password/reset/\n\n"
        "If it was not you, do nothing: your account stays as it is.\n\n"
        "The CLÉA portal"
    )


def test_new_password_for_an_unknown_address():
    Client(headers={"accept-language": "en"}).post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    (message,) = mail.outbox
    assert message.subject == "[CLÉA] No account with this address"
    assert message.body == (
        "Hello,\n\n"
        "Somebody, perhaps you, asked for a new password of the CLÉA portal for the address nobody@example.org. No account has "
        "this address. Perhaps you used another one; or open an account here:\n\n"
        "https://testserver/account/signup/\n\n"
        "If it was not you, do nothing.\n\n"
        "The CLÉA portal"
    )


def test_wrong_password_is_explained_in_our_words(user):
    response = Client(headers={"accept-language": "en"}).post(
        reverse("account_login"), {"login": user.email, "password": "wrong"}
    )
    assert response.context["form"].non_field_errors() == ["The e-mail address or the password is not right."]

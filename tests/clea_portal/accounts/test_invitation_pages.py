import re
import smtplib
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts import mails
from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.invitations import invite
from clea_portal.accounts.models import Invitation, User
from tests.factories import UserFactory

GUEST = "guest@example.org"
PASSWORD = "a fine long password"


def link_of(message):
    (link,) = re.findall(r"https?://\S+", message.body)
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def words_of(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def browser(sign_in, owner):
    return sign_in(owner)


@pytest.fixture
def invite_url(organisation):
    return reverse("organisations:invite", args=[organisation.uuid])


@pytest.fixture
def token(organisation, owner):
    return invite(organisation, by=owner, email=GUEST, role=MemberRole.EDITOR, language="en", now=timezone.now())[1]


def test_invitation_is_sent_in_the_language_chosen(browser, invite_url, owner, organisation):
    response = browser.post(invite_url, {"email": GUEST, "role": "reader", "language": "en"}, follow=True)
    assert words_of(response) == [f"The invitation is on its way to {GUEST}."]
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([GUEST], "[CLÉA] Invitation to join Les Tables du Drac")
    until = timezone.localtime(Invitation.objects.get().expires_at)
    assert message.body == (
        "Hello,\n\n"
        f"{owner.email} invites you to join Les Tables du Drac on the CLÉA portal, where venues and events get their codes.\n\n"
        "As a reader you see its venues and events, and print their posters.\n\n"
        f"Accept or decline here, until {until.day} {until:%B %Y, %H:%M}:\n\n"
        f"http://localhost:8000{link_of(message)}\n\n"
        "The link works once, and only for an account with this e-mail address. Without an account, you can open one on the way."
        "\n\n"
        "If you do not know who this is, do nothing: your address is deleted with the invitation.\n\n"
        "The CLÉA portal"
    )


def test_refusal_keeps_what_was_typed(browser, invite_url, editor):
    response = browser.post(invite_url, {"email": editor.email, "role": "reader", "language": "fr"})
    form = response.context["form"]
    assert (response.status_code, form.non_field_errors()) == (200, ["This person is a member already."])
    assert (form["email"].value(), form["role"].value(), form["language"].value()) == (editor.email, "reader", "fr")
    assert mail.outbox == []


@pytest.mark.parametrize("change", [{"email": "no address"}, {"role": "king"}, {"language": "xx"}, {"email": "a" * 300}])
def test_bad_input_is_refused(change, browser, invite_url):
    response = browser.post(invite_url, {"email": GUEST, "role": "reader", "language": "fr"} | change)
    assert (response.status_code, list(response.context["form"].errors)) == (200, list(change))
    assert Invitation.objects.count() == 0


def test_mail_that_cannot_be_sent_is_said(browser, invite_url, monkeypatch):
    def fail(self):
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(mails.EmailMessage, "send", fail)
    response = browser.post(invite_url, {"email": GUEST, "role": "reader", "language": "fr"}, follow=True)
    assert words_of(response) == ["The invitation stands, but its e-mail could not be sent. Send it again in a few minutes."]
    assert Invitation.objects.count() == 1


def test_sent_again_the_link_is_another_one(browser, token):
    invitation = Invitation.objects.get()
    browser.post(reverse("organisations:send_again", args=[invitation.uuid]))
    new = link_of(mail.outbox[0])
    assert new != reverse("invitation", args=[token])
    assert [Client().get(url).status_code for url in (new, reverse("invitation", args=[token]))] == [200, 410]


def test_anonymous_person_is_led_to_sign_in_or_up_and_back(token):
    url = reverse("invitation", args=[token])
    response = Client().get(url)
    assert response.status_code == 200
    for name in ("sign_in_url", "sign_up_url"):
        assert parse_qs(urlsplit(response.context[name]).query) == {"next": [url]}
    assert response.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_person_with_the_address_accepts(token, sign_in, organisation):
    guest = UserFactory(email=GUEST)
    browser = sign_in(guest)
    assert browser.get(reverse("invitation", args=[token])).context["fits"] is True
    response = browser.post(reverse("accept_invitation", args=[token]), follow=True)
    assert response.redirect_chain == [(reverse("organisations:detail", args=[organisation.uuid]), 302)]
    assert words_of(response) == ["Welcome to Les Tables du Drac."]


def test_person_with_another_address_is_told_what_to_do(token, sign_in):
    other = UserFactory()
    browser = sign_in(other)
    response = browser.post(reverse("accept_invitation", args=[token]), follow=True)
    page = response.content.decode()
    assert f"You are signed in as {other.email}, and this account has not confirmed {GUEST}." in page
    assert reverse("account_email") in page
    assert Invitation.objects.count() == 1


def test_member_sees_that_it_is_not_needed(token, sign_in, editor):
    assert sign_in(editor).get(reverse("invitation", args=[token])).context["is_member"] is True


def test_anybody_with_the_link_declines(token):
    browser = Client(headers={"accept-language": "en"})
    response = browser.post(reverse("decline_invitation", args=[token]), follow=True)
    assert words_of(response) == ["You have declined the invitation. Your address has been deleted with it."]
    assert browser.post(reverse("decline_invitation", args=[token])).status_code == 410
    assert Invitation.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["x", "A" * 43, "ünïcödé", "a" * 2000])
def test_link_that_never_was_says_so(token):
    assert Client().get(reverse("invitation", args=[token])).status_code == 410


def test_accepting_needs_a_person_and_all_need_their_method(token):
    url = reverse("accept_invitation", args=[token])
    assert Client().post(url).headers["Location"] == f"{reverse('account_login')}?next={url}"
    assert Client().post(reverse("invitation", args=[token])).status_code == 405
    assert Client().get(reverse("decline_invitation", args=[token])).status_code == 405


def sign_up(browser, url):
    address = browser.get(url).context["sign_up_url"]
    page = browser.get(address)
    assert page.context["form"]["email"].value() == GUEST
    form = {"email": GUEST, "password1": PASSWORD, "password2": PASSWORD, "next": url}
    browser.post(reverse("account_signup"), form)
    return link_of(mail.outbox[-1])


def test_from_the_link_over_signing_up_and_confirming_to_accepting(token, organisation):
    url = reverse("invitation", args=[token])
    browser = Client(headers={"accept-language": "en"})
    confirmation = sign_up(browser, url)
    response = browser.post(confirmation)
    assert (response.status_code, response.headers["Location"]) == (302, url)
    browser.post(reverse("accept_invitation", args=[token]))
    assert organisation.memberships.get(user__email=GUEST).role == "editor"


def test_mail_confirmed_on_another_device_leads_over_signing_in_to_the_same_place(token):
    url = reverse("invitation", args=[token])
    confirmation = sign_up(Client(), url)
    phone = Client()
    page = phone.get(confirmation)
    assert f'name="next" value="{url}"' in page.content.decode()
    response = phone.post(urlsplit(confirmation).path, {"next": url})
    assert (response.status_code, response.headers["Location"]) == (302, url)
    signed_in = phone.post(reverse("account_login"), {"login": GUEST, "password": PASSWORD, "next": url})
    assert signed_in.headers["Location"] == url


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_confirmation_leads_nowhere_else(wanted):
    form = {"email": GUEST, "password1": PASSWORD, "password2": PASSWORD, "next": wanted}
    browser = Client()
    browser.post(reverse("account_signup"), form)
    confirmation = link_of(mail.outbox[-1])
    assert "next" not in confirmation
    assert browser.post(confirmation).headers["Location"] == reverse("start")


@pytest.mark.django_db
def test_language_of_the_sign_in_and_of_a_later_choice_is_kept_for_mails():
    user = UserFactory()
    browser = Client(headers={"accept-language": "fr"})
    browser.post(reverse("account_login"), {"login": user.email, "password": "a long test password"})
    assert User.objects.get().language == "fr"
    browser.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert User.objects.get().language == "en"
    browser.post(reverse("set_language"), {"language": "xx", "next": "/"})
    assert User.objects.get().language == "en"

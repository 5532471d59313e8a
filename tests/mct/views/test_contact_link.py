"""An agent's side of a contact's link."""

from urllib.parse import unquote

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from clea_portal.audit.models import AuditEvent
from mct.models import ContactLink
from mct.views import contact_link as views
from tests.factories import CaseFactory, ready_country
from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(agent, woken):
    ready_country()
    return CaseFactory()


@pytest.fixture
def browser(desk, agent):
    return desk(agent)


def at(case, end=""):
    return f"/cases/{case.uuid}/contact/{end}"


def test_link_is_made_and_shown_with_messages_in_both_languages(browser, case):
    page = browser.get(f"/cases/{case.uuid}/ask/").content.decode()
    assert ("Make a number and a link" in page, "Make a link" in page) == (True, True)
    assert browser.post(at(case))["Location"] == f"/cases/{case.uuid}/ask/#by-contact"
    link = ContactLink.objects.get()
    response = browser.get(f"/cases/{case.uuid}/ask/")
    address = f"http://localhost:8000/contact/{link.token}/"
    french, english = response.context["messages_of_contact"]
    assert (french.language, english.language, response.context["contact_address"]) == ("fr", "en", address)
    assert english.sms.startswith("The contact tracing team of Region 38 asks you for photos of the day's code")
    assert all(address in text for text in (french.sms, french.mail, english.sms, english.mail))
    assert french.sms != english.sms
    assert unquote(english.sms_url.removeprefix("sms:?&body=")) == english.sms
    assert unquote(english.mail_url.partition("&body=")[2]) == english.mail
    assert "It can be opened in 5 more browsers." in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_making_another_one_and_calling_it_off(browser, case):
    for _ in range(2):
        browser.post(at(case))
    assert ContactLink.objects.filter(ended_at=None).count() == 1
    response = browser.post(at(case, "stop/"), follow=True)
    text = response.content.decode()
    assert ("The contact’s link no longer works." in text, "Make a link" in text) == (True, True)
    assert not ContactLink.objects.filter(ended_at=None).exists()


def test_closed_case_takes_no_link(browser, agent):
    case = SCENES["closed"](agent)
    response = browser.post(at(case), follow=True)
    assert "nobody can send anything to it any more" in response.content.decode()
    assert not ContactLink.objects.exists()


def test_qr_code_is_a_picture_that_no_cache_keeps(browser, case):
    browser.post(at(case))
    response = browser.get(at(case, "code.svg"))
    assert (response["Content-Type"], response["Cache-Control"]) == ("image/svg+xml", "private, no-store")
    assert b'<svg xmlns="http://www.w3.org/2000/svg"' in response.content
    assert b"style" not in response.content


@pytest.mark.parametrize("end", ["code.svg", "mail/"])
def test_without_a_link_there_is_nothing_to_show_or_send(browser, case, end):
    method = browser.get if end == "code.svg" else browser.post
    assert method(at(case, end), {"address": "a@example.org", "language": "fr"}).status_code == 404
    assert mail.outbox == []


@pytest.mark.parametrize(("language", "words"), [("fr", "Bonjour"), ("en", "Hello")])
def test_link_is_mailed_and_the_address_kept_nowhere(browser, case, language, words):
    browser.post(at(case))
    browser.post(at(case, "mail/"), {"address": "contact@place.example", "language": language})
    (message,) = mail.outbox
    assert (message.to, ContactLink.objects.get().token in message.body, words in message.body) == (
        ["contact@place.example"],
        True,
        True,
    )
    event = AuditEvent.objects.get(verb="contact_link_mailed")
    assert (event.subject_uuid, event.details) == (case.uuid, {})
    assert not case.timeline.filter(params__icontains="place.example").exists()


def test_wrong_address_comes_back_as_it_was_typed(browser, case):
    browser.post(at(case))
    response = browser.post(at(case, "mail/"), {"address": "contact at place", "language": "en"})
    text = response.content.decode()
    assert (response.status_code, 'value="contact at place"' in text, "valid email address" in text) == (200, True, True)
    assert mail.outbox == []


def test_mail_server_that_refuses_is_no_error(browser, case, monkeypatch):
    browser.post(at(case))

    def refuse(*_):
        raise OSError

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    response = browser.post(at(case, "mail/"), {"address": "contact@place.example", "language": "en"})
    assert "The mail could not be sent." in response.content.decode()


def test_mails_are_limited(browser, case, monkeypatch):
    monkeypatch.setattr(views, "MAILS_PER_HOUR", 1)
    browser.post(at(case))
    for _ in range(2):
        response = browser.post(at(case, "mail/"), {"address": "contact@place.example", "language": "en"})
    assert "You have mailed 1 links within an hour." in response.content.decode()
    assert len(mail.outbox) == 1


def test_case_page_tells_of_link_receipt_and_pages(browser, agent):
    case = SCENES["with_a_contact"](agent)
    text = browser.get(f"/cases/{case.uuid}/").content.decode()
    receipt = ContactLink.objects.get(ending="done").receipt
    for words in (receipt, "Register page 1", "JPEG", "It can be opened in 5 more browsers.", "The contact sent register pages"):
        assert words in text
    assert not any(link.token and link.token in text for link in ContactLink.objects.all())

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import TeamMembership
from mct.messages import handling
from mct.messages.enums import MessageState
from mct.models import Case
from tests.e2e.browser import DESKTOP, PHONE, assert_accessible, assert_fits
from tests.factories import ContactMessageFactory as Message
from tests.factories import ready_country

pytestmark = pytest.mark.django_db(transaction=True)
LIST = reverse("contact_messages:list")
NOW = timezone.now()


def messages_of(tracer):
    """One in every situation."""
    ready_country()
    called = Message(taken_by=tracer)
    handling.not_reached(called, retry_at=NOW - timedelta(hours=1), remark="Answering machine.", by=tracer)
    return [
        Message(),
        called,
        Message(taken_by=tracer, tries_left=1, wrong_pins=2),
        Message(taken_by=tracer, tries_left=0, wrong_pins=3),
        Message(taken_by=tracer, matched_at=NOW),
        Message(taken_by=tracer, matched_at=NOW, case_opened=True),
        Message(region=None, taken_by=tracer, matched_at=NOW),
        Message(state=MessageState.UNREADABLE),
        Message(state=MessageState.DONE),
        Message(state=MessageState.FORGED),
    ]


@pytest.mark.parametrize(("device", "colours"), [(DESKTOP, "dark"), (PHONE, "light")])
def test_inbox_and_every_situation_of_a_message_are_accessible(desk_page, tracer, device, colours):
    TeamMembership.objects.filter(user=tracer).update(role=TeamRole.LEAD)
    page = desk_page(device=device, colours=colours)
    page.goto(LIST)
    assert_accessible(page)
    messages = messages_of(tracer)
    addresses = [reverse("contact_messages:message", args=[message.uuid]) for message in messages]
    for address in (LIST, f"{LIST}?show=unreadable", f"{LIST}?show=done", *addresses):
        page.goto(address)
        assert_accessible(page)
        assert_fits(page)


def test_contact_is_called_and_a_case_opened(desk_page, tracer):
    ready_country()
    message = Message()
    page = desk_page(device=PHONE)
    page.goto(LIST)
    page.get_by_role("link", name=str(message)).click()
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("link", name="+33 4 76 12 34 56")).to_have_attribute("href", "tel:+33476123456")
    page.get_by_label("PIN that the contact says").fill("12")
    page.get_by_role("button", name="Check the PIN").click()
    expect(page.get_by_label("PIN that the contact says")).to_have_value("12")
    assert_accessible(page)
    page.get_by_label("PIN that the contact says").fill("314159")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Match: you speak with the contact of the place.")).to_be_visible()
    page.get_by_text("Note the call", exact=True).click()
    page.get_by_label("What was said").fill("Sends the register.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("“Sends the register.”")).to_be_visible()
    page.get_by_role("button", name="Ask for the register").click()
    page.wait_for_url("**/ask/#by-contact")
    assert reverse("mct:case_ask", args=[Case.objects.get().uuid]) in page.url
    expect(page.get_by_text("Send it while they are on the phone.")).to_be_visible()
    assert_accessible(page)

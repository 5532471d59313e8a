import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import TeamRole
from clea_portal.audit.models import AuditEvent
from mct.messages.enums import MessageState
from mct.messages.models import ContactMessage
from mct.messages.views import ROWS_PER_PAGE
from mct.models import Case, ContactLink
from tests.factories import ContactMessageFactory as Message
from tests.factories import RegionFactory, TeamMembershipFactory, ready_country

pytestmark = pytest.mark.django_db
URL = reverse("contact_messages:list")
NOW = timezone.now()
HOUR = timedelta(hours=1)
DIALLED, SHOWN = "tel:+33476123456", "+33 4 76 12 34 56"


def at(name, message):
    return reverse(f"contact_messages:{name}", args=[message.uuid])


def text(response):
    return unescape(response.content.decode())


def shown(response):
    return [row["message"] for row in response.context["rows"]]


def said(response):
    return [str(message) for message in response.context["messages"]]


def reads(verb):
    return [(event.actor, event.details) for event in AuditEvent.objects.filter(kind="read", verb=verb).order_by("pk")]


def test_empty_inbox_says_when_messages_come(agent, desk):
    assert "No message yet" in text(desk(agent).get(URL))


def test_empty_tab_says_where_to_look(agent, desk):
    Message(taken_by=agent)
    assert "Choose another tab." in text(desk(agent).get(URL, {"show": "free"}))


def test_whoever_waits_longest_stands_first_and_of_what_is_done_the_last(agent, desk):
    young, old = Message(received_at=NOW - HOUR), Message(received_at=NOW - 2 * HOUR)
    first, last = (Message(state=MessageState.DONE, state_changed_at=NOW - hours * HOUR) for hours in (2, 1))
    Message(region=RegionFactory(number=69))
    client = desk(agent)
    assert shown(client.get(URL)) == [old, young]
    assert shown(client.get(URL, {"show": "done"})) == [last, first]
    assert reads("listed_messages")[0] == (agent, {"show": "", "page": 1, "messages": 2})


def test_tabs_count_and_show_what_they_say(agent, colleague, desk):
    mine, theirs, free = Message(taken_by=agent), Message(taken_by=colleague), Message()
    due, later = Message(taken_by=agent, retry_at=NOW - HOUR), Message(taken_by=colleague, retry_at=NOW + HOUR)
    done, forged = Message(state=MessageState.DONE), Message(state=MessageState.FORGED)
    client = desk(agent)
    wanted = {
        "": {mine, theirs, free, due, later},
        "mine": {mine, due},
        "free": {free},
        "due": {due},
        "done": {done, forged},
        "nonsense": {mine, theirs, free, due, later},
    }
    for name, messages in wanted.items():
        response = client.get(URL, {"show": name})
        assert set(shown(response)) == messages
    counts = {tab["name"]: tab["count"] for tab in response.context["tabs"]}
    assert counts == {name: len(messages) for name, messages in wanted.items() if name != "nonsense"}


def test_leads_see_what_could_not_be_decrypted(desk):
    lead, message = TeamMembershipFactory(role=TeamRole.LEAD).user, Message(state=MessageState.UNREADABLE)
    client = desk(lead)
    assert shown(client.get(URL, {"show": "unreadable"})) == [message]
    page = text(client.get(at("message", message)))
    assert "No key of the authority opens this message" in page
    response = client.post(at("decrypt_again", message), follow=True)
    assert said(response) == ["It is decrypted again. In a moment it is back in the list."]
    assert ContactMessage.objects.get().state == MessageState.WAITING


def test_list_shows_no_phone_and_no_ltid(agent, desk):
    Message(taken_by=agent)
    page = text(desk(agent).get(URL))
    assert [word for word in (DIALLED, SHOWN, "33476123456", "314159", "LTId") if word in page] == []


def test_list_is_paged(agent, desk):
    messages = [Message(received_at=NOW - number * HOUR) for number in range(ROWS_PER_PAGE + 1)]
    client = desk(agent)
    assert len(shown(client.get(URL))) == ROWS_PER_PAGE
    assert shown(client.get(URL, {"page": 2})) == [messages[0]]


def test_list_asks_the_database_as_often_for_one_as_for_three(agent, desk, django_assert_num_queries):
    client = desk(agent)
    Message(taken_by=agent)
    client.get(URL)
    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(URL)
    for number in (1, 2):
        Message(taken_by=TeamMembershipFactory().user, hours=f"2026-06-1{number}T12:00:00+00:00/60")
    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(URL)


QUERIES_OF_LIST = 10


def test_page_asks_the_database_as_often_for_one_line_of_history_as_for_three(agent, desk, django_assert_num_queries):
    message, client = Message(), desk(agent)
    client.post(at("take", message))
    client.get(at("message", message))
    with django_assert_num_queries(QUERIES_OF_PAGE):
        client.get(at("message", message))
    for _ in range(2):
        client.post(at("note_call", message), {"call-remark": "Again."})
    client.get(at("message", message))
    with django_assert_num_queries(QUERIES_OF_PAGE):
        client.get(at("message", message))


QUERIES_OF_PAGE = 10


def test_number_is_shown_to_whoever_has_the_message_and_each_time_is_noted(agent, colleague, desk):
    message = Message()
    client = desk(agent)
    assert SHOWN not in text(client.get(at("message", message)))
    page = text(client.post(at("take", message), follow=True))
    assert (DIALLED in page, SHOWN in page, "314159" in page) == (True, True, False)
    assert SHOWN not in text(desk(colleague).get(at("message", message)))
    assert reads("opened_message") == [(agent, {"number": False}), (agent, {"number": True}), (colleague, {"number": False})]


def test_page_is_not_kept_by_browsers(agent, desk):
    assert "no-store" in desk(agent).get(at("message", Message(taken_by=agent)))["Cache-Control"]


def test_number_that_cannot_exist_is_shown_as_it_is(agent, desk):
    page = text(desk(agent).get(at("message", Message(taken_by=agent, phone="999"))))
    assert "tel:+999" in page


def test_second_to_take_is_told_that_someone_was_faster(agent, colleague, desk):
    message = Message(taken_by=colleague)
    response = desk(agent).post(at("take", message), follow=True)
    assert said(response) == ["Someone was faster: this message is no longer free."]
    message.refresh_from_db()
    assert message.taken_by == colleague


def test_pin_is_told_to_match_or_not_and_never_shown(agent, desk):
    message, client = Message(taken_by=agent), desk(agent)
    for pin, begins, left in (("000 000", "No match.", "2 tries left."), ("111111", "No match.", "1 try left.")):
        page = client.post(at("try_pin", message), {"pin": pin}, follow=True)
        assert (said(page)[0].startswith(begins), left in text(page), "314159" in text(page)) == (True, True, False)
    page = client.post(at("try_pin", message), {"pin": " 314159"}, follow=True)
    assert said(page) == ["Match: you speak with the contact of the place."]
    assert "314159" not in text(page)


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "abcdef", "٣١٤١٥٩"])
def test_what_is_no_pin_is_not_counted(agent, desk, pin):
    message = Message(taken_by=agent)
    response = desk(agent).post(at("try_pin", message), {"pin": pin})
    assert (response.status_code, list(response.context["pin_form"].errors)) == (200, ["pin"])
    message.refresh_from_db()
    assert (message.tries_left, message.history.count()) == (3, 0)
    if pin:
        assert f'value="{pin}"' in text(response)


def test_locked_message_is_unlocked_by_a_lead(agent, desk):
    message, client = Message(taken_by=agent, tries_left=0, wrong_pins=3), desk(agent)
    assert "Unlock three more tries" not in text(client.get(at("message", message)))
    response = client.post(at("try_pin", message), {"pin": "314159"}, follow=True)
    assert said(response) == ["This message is locked. A lead of your region can unlock it."]
    lead = desk(TeamMembershipFactory(role=TeamRole.LEAD).user)
    assert "Unlock three more tries" in text(lead.get(at("message", message)))
    assert said(lead.post(at("unlock", message), follow=True)) == ["Unlocked: three more tries."]
    assert "Check the PIN" in text(client.get(at("message", message)))


def test_forged_code_is_closed(agent, desk):
    message, client = Message(taken_by=agent), desk(agent)
    assert "Close as forged" not in text(client.get(at("message", message)))
    client.post(at("try_pin", message), {"pin": "000000"})
    assert "Close as forged" in text(client.get(at("message", message)))
    page = client.post(at("close_as_forged", message), follow=True)
    assert said(page) == ["Closed as forged. Phone and PIN are erased."]
    assert ("The code was forged" in text(page), SHOWN in text(page)) == (True, False)


def test_case_is_opened_with_one_click(agent, desk):
    ready_country()
    message, client = Message(taken_by=agent, matched_at=NOW), desk(agent)
    response = client.post(at("open_case", message))
    case = Case.objects.get()
    assert (response["Location"], response["Referrer-Policy"]) == (reverse("mct:case", args=[case.uuid]), "no-referrer")
    page = text(client.get(response["Location"]))
    assert str(message.uuid) not in page
    again = client.post(at("open_case", message), follow=True)
    assert said(again)[-1] == "A case was opened from this message before. Look for it in the list of cases."
    assert (str(case.uuid) in text(again), Case.objects.count()) == (False, 1)


def test_register_is_asked_for_with_one_click(agent, desk):
    ready_country()
    message, client = Message(taken_by=agent, matched_at=NOW), desk(agent)
    assert "Ask for the register" in text(client.get(at("message", message)))
    response = client.post(at("ask_for_register", message))
    case = Case.objects.get()
    assert (response["Location"], response["Referrer-Policy"]) == (
        reverse("mct:case_ask", args=[case.uuid]) + "#by-contact",
        "no-referrer",
    )
    page = text(client.get(response["Location"]))
    link = ContactLink.objects.get(case=case)
    assert (link.token in page, str(message.uuid) in page) == (True, False)
    page = text(client.get(at("message", message)))
    assert ("Ask for the register" in page, str(case.uuid) in page, link.token in page) == (False, False, False)


@pytest.mark.parametrize("act", ["open_case", "ask_for_register"])
def test_case_needs_a_match(agent, desk, act):
    message = Message(taken_by=agent)
    response = desk(agent).post(at(act, message), follow=True)
    assert said(response) == ["No case can be opened yet: the PIN must match, and the message needs a region."]
    assert Case.objects.count() == 0


def test_call_is_noted_encrypted(agent, desk):
    message, client = Message(taken_by=agent), desk(agent)
    page = client.post(at("note_call", message), {"call-remark": "Madame Dupont <b>rappelle</b>"}, follow=True)
    assert "“Madame Dupont <b>rappelle</b>”" in text(page)
    assert "&lt;b&gt;rappelle" in page.content.decode()


def test_empty_note_comes_back(agent, desk):
    message = Message(taken_by=agent)
    response = desk(agent).post(at("note_call", message), {"call-remark": " "})
    assert (list(response.context["call_form"].errors), message.history.count()) == (["remark"], 0)
    assert re.search(r'<details class="narrow" open>\s*<summary>.{0,900}Note the call', text(response), re.DOTALL)


def test_contact_that_was_not_reached_comes_back_when_it_is_time(agent, desk):
    message, client = Message(taken_by=agent), desk(agent)
    later = timezone.localtime(NOW + 3 * HOUR).strftime("%Y-%m-%dT%H:%M")
    page = client.post(at("not_reached", message), {"missed-retry_at": later, "missed-remark": "Busy."}, follow=True)
    assert said(page) == ["Noted. It comes back in the list when it is time."]
    message.refresh_from_db()
    assert timezone.localtime(message.retry_at).strftime("%Y-%m-%dT%H:%M") == later
    assert "call again on" in text(page)


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ("", "This field is required."),
        ("soon", "Write a day and a time, for instance 2026-06-12 14:30."),
        ("2020-01-01T12:00", "This time has passed. Write when to call again."),
        ("2035-01-01T12:00", "This is more than 7 days ahead: too late to warn anybody."),
    ],
)
def test_time_to_call_again_that_is_none_is_refused(agent, desk, when, sentence):
    message = Message(taken_by=agent)
    response = desk(agent).post(at("not_reached", message), {"missed-retry_at": when, "missed-remark": "Busy."})
    assert response.context["missed_form"].errors == {"retry_at": [sentence]}
    assert "Busy." in text(response)


def test_done_message_shows_no_number(agent, desk):
    message, client = Message(taken_by=agent), desk(agent)
    page = client.post(at("finish", message), {"finish-remark": "Register received."}, follow=True)
    assert said(page) == ["Done. Phone and PIN are erased."]
    assert ("“Register received.”" in text(page), SHOWN in text(page)) == (True, False)


def test_message_is_handed_over_to_a_colleague_of_the_region(agent, colleague, desk):
    message, client = Message(taken_by=agent), desk(agent)
    stranger = TeamMembershipFactory(team__region=RegionFactory(number=69)).user
    response = client.post(at("hand_over", message), {"hand-to": stranger.pk})
    assert list(response.context["hand_form"].errors) == ["to"]
    assert said(client.post(at("hand_over", message), {"hand-to": colleague.pk}, follow=True)) == ["Handed over."]
    message.refresh_from_db()
    assert message.taken_by == colleague


def test_lead_takes_a_message_from_somebody_who_is_away(agent, desk):
    message = Message(taken_by=agent)
    lead = TeamMembershipFactory(role=TeamRole.LEAD).user
    desk(lead).post(at("hand_over", message), {"hand-to": lead.pk})
    message.refresh_from_db()
    assert message.taken_by == lead


def test_lead_gives_a_message_to_another_region_and_no_longer_sees_it(agent, desk):
    message, rhone = Message(region=None), RegionFactory(number=69, name="Rhône")
    lead = desk(TeamMembershipFactory(role=TeamRole.LEAD).user)
    response = lead.post(at("give_to_region", message), {"move-region": rhone.pk})
    assert response["Location"] == URL
    message.refresh_from_db()
    assert message.region == rhone
    assert lead.get(at("message", message)).status_code == 404


def test_page_of_somebody_else_s_message_offers_nothing(agent, colleague, desk):
    page = text(desk(agent).get(at("message", Message(taken_by=colleague))))
    assert "A colleague has this message" in page
    assert re.findall(r'action="(/contact-messages/[^"]+)"', page) == []


def test_inbox_stands_in_the_navigation_of_tracers(agent, desk):
    assert f'href="{URL}"' in text(desk(agent).get(reverse("mct:case_list")))

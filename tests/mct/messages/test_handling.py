from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from mct.enums import CaseState
from mct.messages import handling
from mct.messages.enums import MessageState
from mct.messages.models import ContactMessage
from mct.models import Case, ContactLink
from mct.moves import IllegalMove, SomeoneWasFaster
from tests.factories import ContactMessageFactory as Message
from tests.factories import RegionFactory

pytestmark = pytest.mark.django_db
S = MessageState
NOW = timezone.now()


def told(message):
    """What its history and the audit trail say."""
    history = [(event.entry, event.actor, event.to, event.remark) for event in message.history.all()]
    acts = AuditEvent.objects.filter(subject_uuid=message.uuid).order_by("pk")
    assert [act.verb for act in acts] == [f"message_{entry}" for entry, actor, _, _ in history if actor]
    return history


def fresh(message):
    return ContactMessage.objects.get(pk=message.pk)


def test_free_message_is_taken_once(agent, colleague):
    message = Message()
    handling.take(message, by=agent)
    for person in (agent, colleague):
        with pytest.raises(SomeoneWasFaster):
            handling.take(fresh(message), by=person)
    assert (fresh(message).taken_by, told(message)) == (agent, [("taken", agent, None, "")])


@pytest.mark.parametrize("state", [S.UNREADABLE, S.DONE, S.FORGED])
def test_message_that_is_not_open_is_not_taken(agent, state):
    message = Message(state=state)
    with pytest.raises(SomeoneWasFaster):
        handling.take(message, by=agent)
    assert (fresh(message).taken_by, told(message)) == (None, [])


def test_message_is_handed_over_and_given_back(agent, colleague):
    message = Message(taken_by=agent)
    stale = fresh(message)
    handling.hand_over(message, to=colleague, by=agent)
    with pytest.raises(SomeoneWasFaster):
        handling.hand_over(stale, to=None, by=agent)
    assert fresh(message).taken_by == colleague
    handling.hand_over(fresh(message), to=None, by=colleague)
    assert fresh(message).taken_by is None
    assert told(message) == [("handed_over", agent, colleague, ""), ("given_back", colleague, None, "")]


def test_message_that_nobody_has_is_not_handed_over(agent, colleague):
    message = Message()
    with pytest.raises(SomeoneWasFaster):
        handling.hand_over(message, to=colleague, by=agent)
    assert fresh(message).taken_by is None


def test_right_pin_matches(agent):
    message = Message(taken_by=agent, retry_at=NOW)
    assert handling.try_pin(message, pin="314159", by=agent) is True
    assert (fresh(message).matched_at is not None, fresh(message).tries_left, fresh(message).retry_at) == (True, 3, None)
    assert told(message) == [("pin_matched", agent, None, "")]
    with pytest.raises(SomeoneWasFaster):
        handling.try_pin(message, pin="000000", by=agent)


def test_three_wrong_pins_lock_the_message_until_a_lead_unlocks_it(agent, colleague):
    message = Message(taken_by=agent)
    assert [handling.try_pin(message, pin=pin, by=agent) for pin in ("314158", "000000", "951413")] == [False] * 3
    for pin in ("314159", "000000"):
        with pytest.raises(handling.Locked):
            handling.try_pin(message, pin=pin, by=agent)
    assert (message.is_locked, fresh(message).tries_left, fresh(message).wrong_pins) == (True, 0, 3)
    handling.unlock(message, by=colleague)
    with pytest.raises(SomeoneWasFaster):
        handling.unlock(message, by=colleague)
    assert fresh(message).tries_left == 3
    assert handling.try_pin(message, pin="314159", by=agent) is True
    assert [line[:2] for line in told(message)] == [
        *[("pin_wrong", agent)] * 3,
        ("unlocked", colleague),
        ("pin_matched", agent),
    ]


def test_pin_is_tried_by_whoever_has_the_message_only(agent, colleague):
    message = Message(taken_by=agent)
    with pytest.raises(SomeoneWasFaster):
        handling.try_pin(message, pin="314159", by=colleague)
    assert (fresh(message).tries_left, fresh(message).matched_at, told(message)) == (3, None, [])


def test_case_is_opened_once_and_neither_names_the_other(agent):
    message = Message(taken_by=agent, matched_at=NOW)
    case = handling.open_case(message, by=agent)
    assert (case.region, case.exposure_start, case.exposure_end, case.state) == (
        message.region,
        message.start,
        message.end,
        CaseState.DRAFT,
    )
    assert (case.reference, case.notes, case.infected_count, case.created_by) == ("", "", 1, agent)
    assert (fresh(message).case_opened, told(message)) == (True, [])
    with pytest.raises(SomeoneWasFaster):
        handling.open_case(fresh(message), by=agent)
    assert Case.objects.count() == 1
    everything = [*AuditEvent.objects.values(), *ContactMessage.objects.values("state", "region", "taken_by")]
    both = [line for line in everything if str(case.uuid) in str(line) and str(message.uuid) in str(line)]
    assert both == []


def test_asking_for_the_register_opens_the_case_with_a_link_for_the_contact(agent):
    message = Message(taken_by=agent, matched_at=NOW)
    case = handling.ask_for_register(message, by=agent)
    link = ContactLink.objects.get()
    assert (link.case, link.created_by, link.ended_at, fresh(message).case_opened) == (case, agent, None, True)
    assert list(case.timeline.order_by("pk").values_list("entry", flat=True)) == ["registered", "contact_asked"]
    with pytest.raises(SomeoneWasFaster):
        handling.ask_for_register(fresh(message), by=agent)
    assert (Case.objects.count(), ContactLink.objects.count()) == (1, 1)


def test_case_ends_now_for_a_cluster_that_lasts(agent):
    start = timezone.now() - timedelta(hours=1)
    message = Message(taken_by=agent, matched_at=NOW, hours=f"{start.isoformat()}/7200")
    case = handling.open_case(message, by=agent)
    assert start < case.exposure_end <= timezone.now()


@pytest.mark.parametrize("missing", [{"matched_at": None}, {"region": None}, {"hours": "9999-01-01T00:00:00+00:00/60"}])
def test_no_case_without_match_region_or_past_hours(agent, missing):
    message = Message(**({"taken_by": agent, "matched_at": NOW} | missing))
    with pytest.raises(IllegalMove):
        handling.open_case(message, by=agent)
    assert (Case.objects.count(), fresh(message).case_opened) == (0, False)


def test_calls_are_noted(agent):
    message = Message(taken_by=agent)
    later = NOW + timedelta(hours=2)
    handling.not_reached(message, retry_at=later, remark="Answering machine.", by=agent)
    assert fresh(message).retry_at == later
    handling.note_call(message, remark="Sends the register.", by=agent)
    assert fresh(message).retry_at is None
    assert told(message) == [("not_reached", agent, None, "Answering machine."), ("called", agent, None, "Sends the register.")]


def test_contact_is_erased_when_nothing_is_left_to_do(agent):
    message = Message(taken_by=agent, retry_at=NOW)
    handling.finish(message, remark="Register is on its way.", by=agent)
    done = fresh(message)
    assert (done.state, done.phone, done.pin, done.content, done.retry_at) == (S.DONE, None, None, None, None)
    assert told(message) == [("done", agent, None, "Register is on its way.")]


def test_forged_code_is_closed_after_a_wrong_pin_and_before_a_match(agent):
    fine, matched = Message(taken_by=agent), Message(taken_by=agent, wrong_pins=1, matched_at=NOW)
    for message in (fine, matched):
        with pytest.raises(SomeoneWasFaster):
            handling.close_as_forged(message, by=agent)
    handling.try_pin(fine, pin="000000", by=agent)
    handling.close_as_forged(fine, by=agent)
    assert (fresh(fine).state, fresh(fine).phone, fresh(fine).pin) == (S.FORGED, None, None)
    assert [line[0] for line in told(fine)] == ["pin_wrong", "forged"]


ACTS = {
    "note_call": lambda message, by: handling.note_call(message, remark="x", by=by),
    "not_reached": lambda message, by: handling.not_reached(message, retry_at=NOW, remark="", by=by),
    "finish": lambda message, by: handling.finish(message, remark="", by=by),
    "close_as_forged": lambda message, by: handling.close_as_forged(message, by=by),
    "open_case": lambda message, by: handling.open_case(message, by=by),
    "ask_for_register": lambda message, by: handling.ask_for_register(message, by=by),
}


@pytest.mark.parametrize("act", ACTS)
def test_who_does_not_have_it_changes_nothing(agent, colleague, act):
    message = Message(taken_by=agent, wrong_pins=1, matched_at=NOW if act in ("open_case", "ask_for_register") else None)
    before = ContactMessage.objects.values().get()
    with pytest.raises(SomeoneWasFaster):
        ACTS[act](message, colleague)
    assert (ContactMessage.objects.values().get(), told(message), Case.objects.count()) == (before, [], 0)


def test_message_is_given_to_another_region_and_is_free_there(agent):
    message, rhone = Message(taken_by=agent), RegionFactory(number=69)
    stale = fresh(message)
    handling.give_to_region(message, region=rhone, by=agent)
    with pytest.raises(SomeoneWasFaster):
        handling.give_to_region(stale, region=rhone, by=agent)
    assert (fresh(message).region, fresh(message).taken_by) == (rhone, None)
    nowhere = Message(region=None)
    handling.give_to_region(nowhere, region=rhone, by=agent)
    assert fresh(nowhere).region == rhone


def test_unreadable_message_is_tried_again_or_given_up(agent, woken, django_capture_on_commit_callbacks):
    again, gone = Message(state=S.UNREADABLE), Message(state=S.UNREADABLE)
    with django_capture_on_commit_callbacks(execute=True):
        handling.decrypt_again(again, by=agent)
    handling.give_up(gone, by=agent)
    assert (fresh(again).state, woken) == (S.WAITING, [("mct.decrypt_message", again.pk)])
    assert (fresh(gone).state, fresh(gone).content) == (S.DONE, None)
    for verb in (handling.decrypt_again, handling.give_up):
        with pytest.raises(SomeoneWasFaster):
            verb(gone, by=agent)


@pytest.mark.parametrize("wrong", [{"state": S.OPEN, "phone": None}, {"state": S.DONE, "pin": "314159"}, {"content": bytes(65)}])
def test_database_keeps_no_more_than_the_state_needs(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Message(**wrong)

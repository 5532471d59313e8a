import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from mct import sharing
from mct.enums import CaseState, Entry
from mct.models import Case, CodeRequest
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.retention import purge
from mct.waking import LINK_CASE
from tests.factories import CaseFactory, linked_case, new_code, ready_country
from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def case(agent, woken):
    ready_country()
    return CaseFactory(created_by=agent)


@pytest.fixture
def asked(case, agent):
    return sharing.ask_for_code(case=case, by=agent, now=timezone.now())


def test_number_and_link_are_found_and_kept_secret(asked):
    now = timezone.now()
    assert re.fullmatch("[0-9]{8}", asked.number)
    assert sharing.find_by_number(f"{asked.number[:4]} {asked.number[4:]}", now=now) == asked
    assert sharing.find_by_token(asked.token, now=now) == asked
    assert sharing.still_open(str(asked.uuid), now=now) == asked
    assert asked.number not in asked.number_digest
    assert sharing.find_by_number("00000000" if asked.number != "00000000" else "1" * 8, now=now) is None
    assert sharing.find_by_token("x", now=now) is None


def test_number_lasts_ten_minutes_and_the_link_two_days(asked):
    now = timezone.now()
    assert sharing.find_by_number(asked.number, now=now + 9 * MINUTE) == asked
    assert sharing.find_by_number(asked.number, now=now + 11 * MINUTE) is None
    assert sharing.find_by_token(asked.token, now=now + timedelta(hours=47)) == asked
    assert sharing.find_by_token(asked.token, now=now + timedelta(hours=49)) is None


def test_asking_again_replaces_number_and_link(asked, case, agent):
    again = sharing.ask_for_code(case=case, by=agent, now=timezone.now())
    assert [*CodeRequest.objects.all()] == [again]
    assert sharing.find_by_token(asked.token, now=timezone.now()) is None


def test_calling_off(asked, case, agent):
    sharing.call_off(case=case, by=agent)
    sharing.call_off(case=case, by=agent)
    assert not CodeRequest.objects.exists()
    assert AuditEvent.objects.filter(verb="code_request_called_off").count() == 1


def test_given_code_lands_on_the_case_and_nobody_is_named(asked, case, woken, django_capture_on_commit_callbacks):
    link = new_code().deep_link
    with django_capture_on_commit_callbacks(execute=True):
        sharing.give_code(asked, link=link, day=date(2026, 6, 3))
    case = Case.objects.get(pk=case.pk)
    code = case.codes.get()
    assert (case.state, case.code, code.deep_link) == (CaseState.LINKING, code, link)
    assert not CodeRequest.objects.exists()
    entry = case.timeline.get(entry=Entry.CODE_SHARED)
    assert (entry.actor, entry.params) == (None, {"day": "2026-06-03", "matches": None})
    act = AuditEvent.objects.get(verb="code_shared")
    assert (act.actor, act.subject_uuid, act.details) == (None, case.uuid, {"day": "2026-06-03"})
    assert woken == [(LINK_CASE, case.pk)]


@pytest.mark.parametrize("same", [True, False])
def test_given_code_is_compared_with_the_one_of_the_picture(agent, woken, same):
    ready_country()
    case = linked_case(created_by=agent)
    asked = sharing.ask_for_code(case=case, by=agent, now=timezone.now())
    link = case.code.deep_link if same else new_code().deep_link
    sharing.give_code(asked, link=link, day=date(2026, 6, 3))
    case = Case.objects.get(pk=case.pk)
    assert case.timeline.get(entry=Entry.CODE_SHARED).params["matches"] is same
    assert case.code.deep_link == link
    assert case.codes.count() == (1 if same else 2)


def test_a_request_counts_once(asked):
    sharing.give_code(asked, link=new_code().deep_link, day=date(2026, 6, 3))
    with pytest.raises(SomeoneWasFaster):
        sharing.give_code(asked, link=new_code().deep_link, day=date(2026, 6, 3))


@pytest.mark.parametrize("scene", ["held", "published", "closed"])
def test_a_case_on_its_way_takes_no_code(scene, agent, woken):
    case = SCENES[scene](agent)
    with pytest.raises(IllegalMove):
        sharing.ask_for_code(case=case, by=agent, now=timezone.now())


def test_a_case_that_went_on_meanwhile_takes_no_code(asked, case):
    Case.objects.filter(pk=case.pk).update(state=CaseState.CLOSED)
    with pytest.raises(IllegalMove):
        sharing.give_code(asked, link=new_code().deep_link, day=date(2026, 6, 3))
    assert CodeRequest.objects.filter(pk=asked.pk).exists()
    assert not case.codes.exists()


def test_without_contact_tracing_nothing_is_found(asked):
    Country.objects.update(deployment=Deployment.NONE)
    assert sharing.find_by_number(asked.number, now=timezone.now()) is None


def test_old_requests_are_purged(asked):
    now = timezone.now()
    assert purge(now=now + timedelta(hours=47)) == 0
    assert purge(now=now + timedelta(hours=49)) == 1
    assert not CodeRequest.objects.exists()

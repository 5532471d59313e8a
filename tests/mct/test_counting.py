from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from clea_portal.authorities.models import Country
from clea_portal.cluster_server.outcomes import Outcome, Reason, Result
from clea_portal.cluster_server.public_list import Exposition
from clea_portal.protocol.ntp import to_ntp
from mct import assigning, counting
from mct.cases import close_case, register_case, retry_case
from mct.counting import bounds, count_day, recount
from mct.declaring import approve, decide, declare, withdraw
from mct.enums import CaseState, ClosingReason, DeclarationState
from mct.figure_changes import case_changed
from mct.figure_models import DayChange, DayFigures
from mct.figures import Origin, Stage
from mct.figures import Outcome as Became
from mct.intake import add_evidence
from mct.linking import link_case
from mct.merging import merge
from mct.models import Case, Declaration
from mct.retention import purge
from mct.sending import record
from mct.watching import publish
from mct.withdrawing import record_withdrawal, take_back
from tests.factories import CaseFactory, RegionFactory, linked_case, new_code, ready_country
from tests.mct.counted import count_everything

pytestmark = pytest.mark.django_db


def kept():
    rows = DayFigures.objects.values_list("region", "day", "counts")
    return {(region, day): counts for region, day, counts in rows}


def fresh():
    """Of every day that has cases, counted from nothing but these."""
    found = {}
    for case in Case.objects.select_related("region__country"):
        zone = case.region.country.zone
        day = case.created_at.astimezone(zone).date()
        found[case.region_id, day] = count_day(case.region, *bounds(day, zone=zone))
    return found


def answered(case, result, **words):
    """The server answers every call of the case that has not left yet."""
    for declaration in case.declarations.filter(state__in=[DeclarationState.HELD, DeclarationState.READY]):
        Declaration.objects.filter(pk=declaration.pk).update(state=DeclarationState.SENDING, attempts=1)
        declaration.refresh_from_db()
        record(declaration, Outcome(result=result, reason=Reason.TIMED_OUT, **words))


def listed(case):
    for declaration in case.declarations.filter(state=DeclarationState.ACCEPTED):
        start = to_ntp(declaration.start)
        publish(declaration, Exposition(start=start, duration=3600, risk=1.0))


def taken_back(case, by):
    take_back(case=case, reason="", by=by)
    for declaration in case.declarations.filter(state=DeclarationState.WITHDRAWING):
        record_withdrawal(declaration, Outcome(result=Result.ACCEPTED, reason=Reason.WITHDRAWN))


def test_whatever_happens_to_a_case_the_kept_figures_follow(agent, colleague):
    ready_country(four_eyes=True)
    Country.objects.update(four_eyes=True)
    region, there, code = agent.team_memberships.get().team.region, RegionFactory(number=69), new_code()
    start = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    words = {"exposure_start": start, "exposure_end": start + timedelta(hours=1), "infected_count": 1}
    words |= {"reference": "", "notes": "", "pictures": [], "by": agent}
    first = register_case(region=region, links=[], **words)
    second = register_case(region=region, links=[code.deep_link], **words)
    third = register_case(region=region, links=[code.deep_link], **words)
    old = timezone.now() - timedelta(days=400)
    Case.objects.filter(pk=first.pk).update(created_at=old)
    first.refresh_from_db()
    case_changed(first)
    acts = [
        lambda: None,
        lambda: add_evidence(case=first, pictures=[], links=[new_code().deep_link], by=agent),
        lambda: [link_case(each.pk) for each in (first, second, third)],
        lambda: declare(case=first, by=agent),
        lambda: approve(case=first, by=colleague),
        lambda: withdraw(case=first, by=agent),
        lambda: [declare(case=first, by=agent), approve(case=first, by=colleague)],
        lambda: answered(first, Result.UNKNOWN),
        lambda: decide(declaration=first.declarations.filter(state="unknown").first(), arrived=False, reason="", by=agent),
        lambda: answered(first, Result.ACCEPTED),
        lambda: listed(first),
        lambda: taken_back(first, agent),
        lambda: [declare(case=second, by=agent), approve(case=second, by=colleague)],
        lambda: answered(second, Result.REFUSED),
        lambda: retry_case(case=second, by=agent),
        lambda: link_case(second.pk),
        lambda: assigning.hand_over(case=first, region=there, by=agent),
        lambda: merge(case=second, duplicate=third, by=agent),
        lambda: close_case(case=first, reason=ClosingReason.WARNED, by=agent),
        lambda: Case.objects.filter(pk=first.pk).update(state_changed_at=old),
        lambda: purge(now=timezone.now()),
    ]
    seen = []
    for number, act in enumerate(acts):
        for each in (first, second, third):
            if Case.objects.filter(pk=each.pk).exists():
                each.refresh_from_db()
        act()
        recount()
        assert kept() == fresh(), number
        assert DayChange.objects.count() == 0
        if kept() not in seen:
            seen.append(kept())
    # The acts did what figures tell of.
    assert len(seen) > len(acts) * 2 / 3
    assert not Case.objects.filter(pk=first.pk).exists()


def test_counts_of_a_day(agent):
    case = linked_case()
    count_everything()
    [counts] = kept().values()
    by_value = {"stages": {Stage.OPEN: 1}, "origins": {Origin.LINK: 1}, "outcomes": {Became.OPEN: 1}, "types": {"": 1}}
    assert counts == by_value | {"minutes": {}}
    assert DayFigures.objects.get().day == timezone.localdate(case.created_at)


def test_days_begin_and_end_by_the_country_s_clock():
    region = RegionFactory()
    Country.objects.update(time_zone="Pacific/Auckland")
    region.country.refresh_from_db()
    at = datetime(2026, 6, 15, 12, tzinfo=region.country.zone)
    for moment in (at.replace(hour=0), at.replace(hour=23, minute=59), at.replace(hour=0) + timedelta(days=1)):
        CaseFactory(created_at=moment)
    count_everything()
    assert {day.day: counts["stages"] for (_region, day), counts in kept().items()} == {15: {"open": 2}, 16: {"open": 1}}
    assert kept() == fresh()


def test_clock_of_the_country_changes_and_all_days_are_counted_by_the_new_one():
    CaseFactory.create_batch(2, created_at=timezone.now().replace(hour=22, minute=30))
    count_everything()
    Country.objects.update(time_zone="Pacific/Auckland")
    count_everything()
    assert kept() == fresh()


def test_change_that_comes_while_a_day_is_counted_is_counted_next_time(monkeypatch):
    case = CaseFactory()
    case_changed(case)
    count = counting.count_day

    def slowly(*words):
        counts = count(*words)
        Case.objects.filter(pk=case.pk).update(state=CaseState.READY)
        Case.objects.filter(pk=CaseFactory().pk).update(state=CaseState.CLOSED)
        case_changed(case)
        return counts

    monkeypatch.setattr(counting, "count_day", slowly)
    assert recount() == 1
    monkeypatch.setattr(counting, "count_day", count)
    assert (kept() == fresh(), DayChange.objects.count()) == (False, 1)
    assert recount() == 1
    assert (kept() == fresh(), DayChange.objects.count(), recount()) == (True, 0, 0)


def test_as_many_days_as_there_is_time_for_the_newest_first():
    for days in range(3):
        case_changed(CaseFactory(created_at=timezone.now() - timedelta(days=days)))
    assert recount(seconds=0) == 1
    assert [day for _region, day in kept()] == [timezone.localdate()]
    assert recount() == 2
    assert kept() == fresh()


def test_day_without_cases_is_not_kept():
    case = CaseFactory()
    case_changed(case)
    recount()
    case_changed(case)
    case.delete()
    recount()
    assert (kept(), DayChange.objects.count()) == ({}, 0)


def test_figures_are_made_anew_from_the_cases_by_command(capsys):
    CaseFactory(created_at=timezone.now() - timedelta(days=3))
    DayFigures.objects.create(region=RegionFactory(), day=timezone.localdate(), counts={"stages": {"open": 7}})
    call_command("count_figures")
    assert kept() == fresh()
    assert capsys.readouterr().out == "2 days counted\n"


@pytest.mark.parametrize("rows", [1, 3])
def test_number_of_queries_does_not_grow_with_the_cases(rows, django_assert_num_queries):
    cases = [linked_case() for _ in range(rows)]
    case = cases[0]
    zone = case.region.country.zone
    start, end = bounds(timezone.localdate(case.created_at), zone=zone)
    with django_assert_num_queries(4):
        count_day(case.region, start, end)

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from clea_portal.audit.models import AuditEvent
from mct.dossiers import put_together
from mct.duplicates import Likeness, compare, keep_apart, no_longer_apart, to_keep
from mct.enums import CaseState, DeclarationState
from mct.models import DistinctPair, TimelineEntry
from mct.moves import IllegalMove
from mct.searching import index_case
from tests.factories import (
    CaseFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    declaration_of,
    linked_case,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def like(case, **fields):
    """Another case of the same code, hours as well unless ``fields`` say otherwise."""
    return linked_case(code={"deep_link": case.code.deep_link}, **fields)


def named(reference, **fields):
    case = CaseFactory(reference=reference, **fields)
    index_case(case)
    return case


def proposed(case, by):
    return [each.case for each in Likeness.read(case, list(case.codes.all()), by=by).candidates]


def test_case_of_the_same_code_and_overlapping_hours_is_proposed(agent):
    case = linked_case()
    overlaps = like(case, exposure_start=case.exposure_start + HOUR, exposure_end=case.exposure_end + HOUR)
    like(case, exposure_start=case.exposure_end, exposure_end=case.exposure_end + HOUR)
    like(case, state=CaseState.CLOSED)
    linked_case()
    assert proposed(case, agent) == [overlaps]


def test_case_of_the_same_reference_is_proposed_and_of_a_longer_one_not(agent):
    case, same = named("2026-117"), named("2026 117")
    named("2026-1178")
    named("")
    assert (proposed(case, agent), proposed(same, agent)) == ([same], [case])
    assert proposed(named(""), agent) == []


def test_case_of_another_region_is_proposed_to_those_who_work_there_too(agent):
    case = linked_case(reference="2026-117")
    there = RegionFactory(number=69)
    other = like(case, region=there)
    named("2026-117", region=there)
    assert proposed(case, agent) == []
    TeamMembershipFactory(user=agent, team=TeamFactory(region=there))
    agent = type(agent).objects.get(pk=agent.pk)
    assert other in proposed(case, agent)


def test_neither_the_same_person_s_other_places_nor_what_was_told_apart_is_proposed(agent):
    case = linked_case()
    sibling, apart, twin = like(case), like(case), like(case)
    put_together(case=case, other=sibling, by=agent)
    keep_apart(case=apart, other=case, by=agent)
    case.refresh_from_db()
    likeness = Likeness.read(case, list(case.codes.all()), by=agent)
    assert ([each.case for each in likeness.candidates], likeness.apart) == ([twin], [apart])
    no_longer_apart(case=case, other=apart, by=agent)
    assert set(proposed(case, agent)) == {twin, apart}


def test_closed_case_proposes_nothing(agent, django_assert_num_queries):
    case = linked_case(state=CaseState.CLOSED)
    like(case)
    with django_assert_num_queries(0):
        assert Likeness.read(case, [case.code], by=agent).candidates == []


def test_pair_is_remembered_once_in_order_and_noted_in_both(agent, colleague):
    first, second = CaseFactory(), CaseFactory()
    keep_apart(case=second, other=first, by=agent)
    keep_apart(case=first, other=second, by=colleague)
    pair = DistinctPair.objects.get()
    assert (pair.first, pair.second, pair.created_by) == (first, second, agent)
    no_longer_apart(case=second, other=first, by=colleague)
    no_longer_apart(case=second, other=first, by=colleague)
    assert DistinctPair.objects.count() == 0
    assert list(TimelineEntry.objects.order_by("pk").values_list("case", "entry", "actor")) == [
        (first.pk, "distinct", agent.pk),
        (second.pk, "distinct", agent.pk),
        (first.pk, "distinct_revoked", colleague.pk),
        (second.pk, "distinct_revoked", colleague.pk),
    ]
    assert AuditEvent.objects.filter(verb__startswith="distinct").count() == 4
    with pytest.raises(IllegalMove):
        keep_apart(case=first, other=first, by=agent)


def test_database_takes_a_pair_in_order_and_once():
    first, second = CaseFactory(), CaseFactory()
    for pair in ((second, first), (first, first)):
        with pytest.raises(IntegrityError), transaction.atomic():
            DistinctPair.objects.create(first=pair[0], second=pair[1])
    DistinctPair.objects.create(first=first, second=second)
    with pytest.raises(IntegrityError), transaction.atomic():
        DistinctPair.objects.create(first=first, second=second)


def test_two_cases_are_compared():
    case = linked_case(reference="2026-117")
    other = like(case, exposure_start=case.exposure_start + HOUR, reference="2026 117", infected_count=2)
    with translation.override("en"):
        rows = {row.label: row.same for row in compare(case, other)}
    assert rows == {
        "code": True,
        "day": True,
        "hours": False,
        "reference": True,
        "infected people": False,
        "region": True,
    }


def test_what_is_declared_stays_then_what_has_a_code_then_what_was_first():
    bare, linked = CaseFactory(), linked_case()
    declared = linked_case(state=CaseState.DECLARED)
    declaration_of(declared, state=DeclarationState.ACCEPTED)
    assert (to_keep(bare, linked), to_keep(linked, declared), to_keep(linked_case(), linked)) == (linked, declared, linked)

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clea_portal.audit.models import AuditEvent
from mct import dossiers
from mct.cases import register_case
from mct.dossiers import OtherPerson, TooManyCases, put_together, split_codes, take_out
from mct.enums import CaseState, Entry
from mct.linking import link_case
from mct.models import Case, Dossier, TimelineEntry
from mct.moves import IllegalMove
from mct.searching import find_cases
from tests.factories import CaseCodeFactory, CaseFactory, RegionFactory, declaration_of, linked_case, new_code, ready_country

pytestmark = pytest.mark.django_db
C = CaseState


def beside(case, agent, **changes):
    words = {
        "region": case.region,
        "exposure_start": case.exposure_start + timedelta(hours=5),
        "exposure_end": case.exposure_end + timedelta(hours=5),
        "infected_count": 1,
        "reference": "2026-117",
        "notes": "",
        "pictures": [],
        "links": [],
    }
    return register_case(by=agent, beside=case, **(words | changes))


def spots():
    return list(Case.objects.order_by("pk").values_list("dossier", "place"))


def told(case):
    return [(entry, params) for entry, params in TimelineEntry.objects.filter(case=case).values_list("entry", "params")]


def test_further_places_and_codes_of_a_place_are_held_together_and_each_is_a_case(agent):
    ready_country()
    first = CaseFactory(reference="2026-117")
    second = beside(first, agent, links=[new_code().deep_link])
    third = beside(second, agent, same_place=True)
    fourth = beside(first, agent, region=RegionFactory(number=69))
    dossier = Dossier.objects.get()
    assert spots() == [(dossier.pk, 1), (dossier.pk, 2), (dossier.pk, 2), (dossier.pk, 3)]
    assert [case.state for case in (second, third, fourth)] == [C.LINKING, C.DRAFT, C.DRAFT]
    assert told(first) == [("beside", {"other": str(second.uuid)}), ("beside", {"other": str(fourth.uuid)})]
    assert told(third) == [("registered", {}), ("beside", {"other": str(second.uuid)})]
    assert AuditEvent.objects.filter(verb="beside", subject_uuid=first.uuid).count() == 2


def test_case_beside_a_closed_one_is_registered_and_beside_a_merged_one_is_not(agent):
    closed = CaseFactory(state=C.CLOSED)
    assert beside(closed, agent).place == 2
    merged = CaseFactory(state=C.CLOSED, closing_reason="duplicate", merged_into=CaseFactory())
    with pytest.raises(IllegalMove):
        beside(merged, agent)
    assert (Case.objects.count(), Dossier.objects.count()) == (4, 1)


def test_dossier_has_an_end(agent, monkeypatch):
    monkeypatch.setattr(dossiers, "MOST_CASES", 2)
    first = CaseFactory()
    beside(first, agent)
    with pytest.raises(TooManyCases):
        beside(first, agent)
    assert Case.objects.count() == 2


def test_registration_that_fails_leaves_no_dossier(agent):
    first = CaseFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        beside(first, agent, uuid=first.uuid)
    assert (spots(), Dossier.objects.count()) == ([(None, None)], 0)


def several_codes(**fields):
    case = linked_case(reference="2026-117", **fields)
    return case, [case.code, *(CaseCodeFactory(case=case) for _ in range(2))]


def test_of_several_codes_each_chosen_one_gets_a_case(agent, woken, django_capture_on_commit_callbacks):
    case, codes = several_codes(notes="Near the window.", assignee=agent)
    with django_capture_on_commit_callbacks(execute=True):
        [new] = split_codes(case=case, codes=[codes[1], codes[2]], by=agent)
    case.refresh_from_db()
    new.refresh_from_db()
    assert (case.code, new.code, case.state, new.state) == (codes[1], codes[2], C.LINKING, C.LINKING)
    assert list(case.codes.all()) == codes[:2]
    assert list(new.codes.all()) == [codes[2]]
    assert spots() == [(case.dossier_id, 1)] * 2
    same = ("exposure_start", "exposure_end", "region", "reference", "infected_count", "assignee")
    assert all(getattr(case, name) == getattr(new, name) for name in same)
    assert (new.notes, new.created_by) == ("", agent)
    assert told(case)[0] == ("split", {"cases": 2})
    assert sorted(woken) == sorted([("mct.link_case", new.pk), ("mct.link_case", case.pk)])
    for each in (case, new):
        link_case(each.pk)
        each.refresh_from_db()
    assert (case.state, case.code, new.state, new.code) == (C.READY, codes[1], C.READY, codes[2])
    for code, found in ((codes[1], case), (codes[2], new)):
        assert find_cases(code.check_code, regions=frozenset({case.region_id})).ids == {found.pk}
    assert find_cases("2026-117", regions=frozenset({case.region_id})).ids == {case.pk, new.pk}


@pytest.mark.parametrize("state", [C.DRAFT, C.LINKING, C.AWAITING_APPROVAL, C.DECLARING, C.PUBLISHED, C.CLOSED])
def test_codes_are_not_split_where_none_is_to_be_chosen(agent, state):
    case, codes = several_codes(state=state)
    with pytest.raises(IllegalMove):
        split_codes(case=case, codes=codes, by=agent)
    assert (Case.objects.count(), Dossier.objects.count(), TimelineEntry.objects.count()) == (1, 0, 0)


def test_codes_of_what_is_declared_or_of_another_case_are_not_split(agent):
    case, codes = several_codes()
    other = linked_case()
    with pytest.raises(IllegalMove):
        split_codes(case=case, codes=[codes[0], other.code], by=agent)
    declaration_of(case, state="accepted")
    with pytest.raises(IllegalMove):
        split_codes(case=case, codes=codes, by=agent)
    assert (Case.objects.count(), Dossier.objects.count()) == (2, 0)


def test_two_cases_are_put_together_and_taken_apart(agent):
    first, second, third = CaseFactory(), CaseFactory(), CaseFactory()
    put_together(case=second, other=first, by=agent)
    put_together(case=second, other=first, by=agent)
    put_together(case=third, other=first, by=agent)
    dossier = Dossier.objects.get()
    assert spots() == [(dossier.pk, 1), (dossier.pk, 2), (dossier.pk, 3)]
    assert told(second) == [("same_person", {"other": str(first.uuid)})]
    take_out(case=second, by=agent)
    take_out(case=second, by=agent)
    assert spots() == [(dossier.pk, 1), (None, None), (dossier.pk, 3)]
    assert told(second)[1:] == [(Entry.TAKEN_OUT, {})]


def test_two_persons_stay_two_and_one_case_is_no_pair(agent):
    pairs = [(CaseFactory(), CaseFactory()) for _ in range(2)]
    for one, other in pairs:
        put_together(case=one, other=other, by=agent)
    with pytest.raises(OtherPerson):
        put_together(case=pairs[0][0], other=pairs[1][1], by=agent)
    with pytest.raises(IllegalMove):
        put_together(case=pairs[0][0], other=pairs[0][0], by=agent)
    assert Dossier.objects.count() == 2
    assert Case.objects.values("dossier").distinct().count() == 2


def test_place_stands_in_a_dossier_only():
    case = CaseFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(place=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(dossier=Dossier.objects.create())

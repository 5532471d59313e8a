from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import Country, ServerAuthority
from clea_portal.cluster_server.outcomes import Outcome, Reason, Result
from mct import contact_links, sharing
from mct.assigning import add_note
from mct.contact_links import make_link, open_anew, send_codes
from mct.declaring import approve, declare
from mct.dossiers import put_together
from mct.duplicates import keep_apart
from mct.enums import CaseState, ClosingReason, DeclarationState, Entry, LinkEnding, PictureState, Problem
from mct.linking import link_case
from mct.merging import DeclaredTheOther, HoursWouldBeLost, SomethingIsUnderWay, TwoPlacesDeclared, TwoRegions, merge
from mct.models import Case, CaseCode, CodeRequest, ContactLink, Declaration, DistinctPair, Dossier, Picture
from mct.moves import IllegalMove, SomeoneWasFaster, note
from mct.register_pages import keep_pages
from mct.retention import purge
from mct.searching import find_cases, index_case
from mct.withdrawing import record_withdrawal, take_back
from tests.factories import (
    CaseCodeFactory,
    CaseFactory,
    PictureFactory,
    RegionFactory,
    TeamFactory,
    declaration_of,
    linked_case,
    ready_country,
)

pytestmark = pytest.mark.django_db
C, D = CaseState, DeclarationState
HOUR = timedelta(hours=1)


def like(case, **fields):
    return linked_case(code={"deep_link": case.code.deep_link}, **fields)


def told(case):
    return [(entry.entry, entry.params) for entry in case.timeline.order_by("pk")]


def stored():
    """All that a merge could change."""
    models = (Case, CaseCode, CodeRequest, ContactLink, Declaration.cases.through, DistinctPair, Dossier, Picture)
    return [list(model.objects.order_by("pk").values()) for model in models]


def find(word, case):
    return find_cases(word, regions=frozenset({case.region_id})).ids


def test_duplicate_is_closed_with_the_number_of_the_case_that_stays(agent):
    case, duplicate = linked_case(reference="2026-117"), CaseFactory(reference="2026-118", state=C.DRAFT)
    merge(case=case, duplicate=duplicate, by=agent)
    duplicate.refresh_from_db()
    assert (duplicate.state, duplicate.closing_reason, duplicate.merged_into) == (C.CLOSED, ClosingReason.DUPLICATE, case)
    assert told(duplicate) == [
        ("merged_into", {"other": str(case.uuid)}),
        ("moved", {"came_from": "draft", "to": "closed", "problem": ""}),
    ]
    [entry] = case.timeline.all()
    hours = {"start": duplicate.exposure_start.isoformat(), "end": duplicate.exposure_end.isoformat()}
    assert (entry.entry, entry.params, entry.remark) == ("merged", {"other": str(duplicate.uuid), **hours}, "2026-118")
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", "subject_uuid")) == [
        ("merged", case.uuid),
        ("merged_into", duplicate.uuid),
        ("moved", duplicate.uuid),
    ]


def test_words_history_and_people_come_together(agent, colleague):
    first, then = timezone.localdate() + timedelta(days=1), timezone.localdate() + timedelta(days=4)
    case = linked_case(notes="Near the window.", follow_up_on=then)
    duplicate = like(case, reference="2026-118", notes="Table by the door.", infected_count=3, team=TeamFactory())
    Case.objects.filter(pk=duplicate.pk).update(follow_up_on=first)
    for each in (case, duplicate):
        index_case(each)
    add_note(case=duplicate, text="Called the lighthouse.", by=colleague)
    at = duplicate.timeline.get().at
    merge(case=case, duplicate=duplicate, by=agent)
    case.refresh_from_db()
    assert (case.notes, case.reference, case.infected_count) == ("Near the window.\n\nTable by the door.", "2026-118", 3)
    assert (case.follow_up_on, case.team, case.assignments, case.state) == (first, duplicate.team, 1, C.READY)
    copied = case.timeline.get(entry="noted")
    assert (copied.at, copied.actor, copied.params) == (at, colleague, {"of": str(duplicate.uuid)[:8]})
    assert copied.remark == "Called the lighthouse."
    for word in ("window", "door", "lighthouse", "2026-118"):
        assert case.pk in find(word, case)
    # The duplicate still says what it was.
    assert [entry for entry, _ in told(duplicate)] == ["noted", "merged_into", "moved"]
    assert find("lighthouse", case) == {case.pk, duplicate.pk}


def test_who_has_the_case_keeps_it_and_another_reference_is_found(agent, colleague):
    case = linked_case(reference="2026-117", assignee=agent)
    duplicate = like(case, reference="2026-118", assignee=colleague)
    merge(case=case, duplicate=duplicate, by=agent)
    case.refresh_from_db()
    assert (case.assignee, case.assignments, case.reference) == (agent, 0, "2026-117")
    assert case.pk in find("2026-118", case)


def test_notes_that_are_too_long_together_become_notes_of_the_timeline(agent):
    case = linked_case(notes="a" * 4000)
    duplicate = like(case, notes="b" * 1001)
    merge(case=case, duplicate=duplicate, by=agent)
    case.refresh_from_db()
    assert case.notes == "a" * 4000
    assert [entry.remark for entry in case.timeline.filter(entry="noted")] == ["b" * 500, "b" * 500, "b"]


def test_pictures_codes_and_register_pages_go_on_counting(agent):
    ready_country()
    case, duplicate = CaseFactory(), CaseFactory()
    for each in (case, case, duplicate, duplicate):
        PictureFactory(case=each, state=PictureState.READ)
    code = CaseCodeFactory(case=duplicate)
    for each in (case, duplicate):
        keep_pages(make_link(case=each, by=agent, now=timezone.now()), contents=[b"%PDF-1.7"], now=timezone.now())
    envelopes = {bytes(page.envelope) for each in (case, duplicate) for page in each.register_pages.all()}
    merge(case=case, duplicate=duplicate, by=agent)
    assert list(case.pictures.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert list(case.register_pages.values_list("number", flat=True)) == [1, 2]
    assert {bytes(page.envelope) for page in case.register_pages.all()} == envelopes
    assert [each.ltid for each in case.codes.all()] == [code.ltid]
    case.refresh_from_db()
    assert case.state == C.LINKING
    link_case(case.pk)
    case.refresh_from_db()
    assert (case.state, case.code.ltid) == (C.READY, code.ltid)
    # The duplicate keeps its own, by which it is still found.
    assert [each.ltid for each in duplicate.codes.all()] == [code.ltid]


def test_hours_that_touch_become_those_of_both_and_the_case_is_checked_again(agent):
    case = linked_case()
    duplicate = like(case, exposure_start=case.exposure_start + HOUR, exposure_end=case.exposure_end + HOUR)
    merge(case=case, duplicate=duplicate, by=agent)
    case.refresh_from_db()
    assert (case.exposure_start, case.exposure_end) == (duplicate.exposure_start - HOUR, duplicate.exposure_end)
    assert (case.state, case.code.ltid) == (C.LINKING, duplicate.code.ltid)


def test_hours_of_other_days_are_written_down_only(agent):
    case = linked_case()
    hours = case.exposure_start, case.exposure_end
    duplicate = like(case, exposure_start=case.exposure_start - 30 * HOUR, exposure_end=case.exposure_start - 28 * HOUR)
    merge(case=case, duplicate=duplicate, by=agent)
    case.refresh_from_db()
    assert ((case.exposure_start, case.exposure_end), case.state) == (hours, C.READY)
    assert case.timeline.get(entry="merged").params["start"] == duplicate.exposure_start.isoformat()


def test_what_a_colleague_was_to_approve_goes_back_when_it_has_changed(agent, colleague):
    case = linked_case()
    Country.objects.update(four_eyes=True)
    declare(case=case, by=colleague)
    case.refresh_from_db()
    seen = case.state_changed_at
    merge(case=case, duplicate=like(case, exposure_end=case.exposure_end + HOUR), by=agent)
    case.refresh_from_db()
    assert (case.state, case.proposed_by) == (C.LINKING, None)
    with pytest.raises(SomeoneWasFaster):
        approve(case=case, by=agent, seen=seen)
    assert Declaration.objects.count() == 0


def test_working_link_of_the_duplicate_works_for_the_case_that_stays(agent):
    ready_country()
    case, duplicate, now = CaseFactory(), CaseFactory(), timezone.now()
    make_link(case=case, by=agent, now=now - timedelta(days=3))
    link = make_link(case=duplicate, by=agent, now=now)
    merge(case=case, duplicate=duplicate, by=agent)
    old, kept = case.contact_links.order_by("pk")
    assert (old.ending, kept, kept.ended_at) == (LinkEnding.EXPIRED, link, None)
    # Loaded before the merge: whoever comes by it is asked to come again, and nothing goes to the closed case.
    with pytest.raises(SomeoneWasFaster):
        send_codes(link, pictures=[b"x"], now=now)
    fresh = contact_links.find_by_token(link.token, now=now)
    open_anew(fresh, now=now)
    send_codes(fresh, pictures=[b"x"], now=now)
    assert [picture.case for picture in Picture.objects.all()] == [case]


def test_of_two_working_links_that_of_the_case_that_stays_goes_on(agent):
    ready_country()
    case, duplicate, now = CaseFactory(), CaseFactory(), timezone.now()
    mine, theirs = make_link(case=case, by=agent, now=now), make_link(case=duplicate, by=agent, now=now)
    merge(case=case, duplicate=duplicate, by=agent)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.ended_at, theirs.case, theirs.ending, theirs.token) == (None, case, LinkEnding.CASE_CLOSED, "")


@pytest.mark.parametrize("both", [False, True])
def test_manager_can_still_give_the_code_that_was_asked_for(agent, both):
    ready_country()
    case, duplicate, now = CaseFactory(), CaseFactory(), timezone.now()
    request = sharing.ask_for_code(case=duplicate, by=agent, now=now)
    if both:
        request = sharing.ask_for_code(case=case, by=agent, now=now)
    merge(case=case, duplicate=duplicate, by=agent)
    assert CodeRequest.objects.get() == request
    assert sharing.find_by_token(request.token, now=now).case == case


@pytest.mark.parametrize("state", [D.ACCEPTED, D.PUBLISHED])
def test_declarations_of_both_stand_on_and_none_is_sent_again(agent, woken, django_capture_on_commit_callbacks, state):
    case = linked_case(state=C.PUBLISHED)
    duplicate = like(case, state=C.DECLARED, exposure_start=case.exposure_end, exposure_end=case.exposure_end + HOUR)
    shared = declaration_of(case, state=D.PUBLISHED)
    shared.cases.add(duplicate)
    own = declaration_of(duplicate, state=state)
    refused = declaration_of(duplicate, state=D.REFUSED)
    with django_capture_on_commit_callbacks(execute=True):
        merge(case=case, duplicate=duplicate, by=agent)
    assert (set(case.declarations.all()), set(duplicate.declarations.all())) == ({shared, own}, {refused})
    case.refresh_from_db()
    assert case.state == (C.DECLARED if state == D.ACCEPTED else C.PUBLISHED)
    assert (woken, Declaration.objects.count()) == ([], 3)
    # Declared by the other, these hours are the case's own now.
    assert case.exposure_end == shared.end + HOUR


def test_hours_of_the_other_are_declared_again_after_all_was_withdrawn(agent):
    ready_country()
    ServerAuthority.objects.update(kind=ServerKind.API)
    case = linked_case(state=C.PUBLISHED)
    duplicate = like(case, state=C.PUBLISHED, exposure_end=case.exposure_end + HOUR)
    declaration_of(case, state=D.PUBLISHED).cases.add(duplicate)
    declaration_of(duplicate, state=D.PUBLISHED, start=case.exposure_end, end=case.exposure_end + HOUR)
    merge(case=case, duplicate=duplicate, by=agent)
    take_back(case=case, reason="", by=agent)
    for declaration in case.declarations.all():
        record_withdrawal(declaration, Outcome(result=Result.ACCEPTED, reason=Reason.WITHDRAWN))
    declare(case=case, by=agent)
    ordered = Declaration.objects.filter(state=D.HELD).values_list("start", "end")
    assert list(ordered) == [(case.exposure_start, case.exposure_end + HOUR)]


def test_what_is_declared_is_kept_and_not_the_other(agent):
    case = linked_case()
    duplicate = like(case, state=C.DECLARED)
    declaration_of(duplicate, state=D.ACCEPTED)
    before = stored()
    with pytest.raises(DeclaredTheOther):
        merge(case=case, duplicate=duplicate, by=agent)
    assert stored() == before
    merge(case=duplicate, duplicate=case, by=agent)
    case.refresh_from_db()
    assert (case.merged_into, duplicate.declarations.count()) == (duplicate, 1)


def test_hours_that_nobody_has_declared_are_not_lost(agent):
    case = linked_case(state=C.PUBLISHED)
    declaration_of(case, state=D.PUBLISHED)
    duplicate = like(case, exposure_end=case.exposure_end + HOUR)
    before = stored()
    with pytest.raises(HoursWouldBeLost) as error:
        merge(case=case, duplicate=duplicate, by=agent)
    assert (error.value.args, stored()) == ((case.exposure_end, case.exposure_end + HOUR), before)
    # A third case has declared them: they are not lost, but this one does not say so.
    declaration_of(duplicate, state=D.ACCEPTED, start=case.exposure_end, end=case.exposure_end + HOUR)
    Case.objects.filter(pk=duplicate.pk).update(state=C.DECLARED)
    merge(case=case, duplicate=duplicate, by=agent)
    assert case.declarations.count() == 2


def test_two_codes_that_are_declared_are_two_places(agent):
    cases = [linked_case(state=C.PUBLISHED) for _ in range(2)]
    for case in cases:
        declaration_of(case, state=D.PUBLISHED)
    before = stored()
    with pytest.raises(TwoPlacesDeclared):
        merge(case=cases[0], duplicate=cases[1], by=agent)
    assert stored() == before


def _read(case):
    Case.objects.filter(pk=case.pk).update(state=C.LINKING)


def _wait(case):
    PictureFactory(case=case)


def _declare(state):
    def act(case):
        declaration_of(case, state=state)
        if state == D.UNKNOWN:
            Case.objects.filter(pk=case.pk).update(state=C.NEEDS_ATTENTION, problem=Problem.UNKNOWN_OUTCOME)
        elif state != D.WITHDRAWING:
            Case.objects.filter(pk=case.pk).update(state=C.DECLARING)

    return act


MOVING = [_read, _wait, *(_declare(state) for state in (D.HELD, D.READY, D.SENDING, D.WITHDRAWING, D.UNKNOWN))]


@pytest.mark.parametrize("whose", [0, 1])
@pytest.mark.parametrize("act", MOVING)
def test_what_is_under_way_is_not_merged(agent, act, whose):
    case = linked_case()
    pair = [case, like(case)]
    act(pair[whose])
    before = stored()
    with pytest.raises(SomethingIsUnderWay):
        merge(case=pair[0], duplicate=pair[1], by=agent)
    assert stored() == before


def test_closed_cases_one_and_the_same_and_two_regions_are_not_merged(agent):
    case = linked_case()
    closed, there = like(case, state=C.CLOSED), like(case, region=RegionFactory(number=69))
    before = stored()
    for one, other in ((case, closed), (closed, case), (case, case)):
        with pytest.raises(IllegalMove):
            merge(case=one, duplicate=other, by=agent)
    with pytest.raises(TwoRegions):
        merge(case=case, duplicate=there, by=agent)
    assert stored() == before


def test_only_what_was_seen_is_merged(agent):
    case = linked_case()
    duplicate = like(case)
    seen = case.state_changed_at, duplicate.state_changed_at
    for index in range(2):
        wrong = list(seen)
        wrong[index] -= HOUR
        with pytest.raises(SomeoneWasFaster):
            merge(case=case, duplicate=duplicate, by=agent, seen=tuple(wrong))
    merge(case=case, duplicate=duplicate, by=agent, seen=seen)
    with pytest.raises(SomeoneWasFaster):
        merge(case=case, duplicate=duplicate, by=agent, seen=seen)


def test_other_places_of_both_are_those_of_one_person(agent):
    case = linked_case()
    duplicate = like(case)
    mine, theirs, apart = CaseFactory(), CaseFactory(), CaseFactory()
    put_together(case=case, other=mine, by=agent)
    put_together(case=theirs, other=duplicate, by=agent)
    for one, other in ((duplicate, apart), (duplicate, case)):
        keep_apart(case=one, other=other, by=agent)
    merge(case=case, duplicate=duplicate, by=agent)
    case.refresh_from_db()
    places = dict(Case.objects.filter(dossier=case.dossier).values_list("pk", "place"))
    assert places == {case.pk: 1, mine.pk: 2, duplicate.pk: 3, theirs.pk: 4}
    pair = DistinctPair.objects.get()
    assert (pair.first, pair.second) == (case, apart)
    assert purge(now=timezone.now()) == 1
    assert Dossier.objects.get() == case.dossier


def test_lone_case_gets_the_place_of_its_duplicate(agent):
    case = linked_case()
    duplicate, other = like(case), CaseFactory()
    put_together(case=other, other=duplicate, by=agent)
    merge(case=case, duplicate=duplicate, by=agent)
    duplicate.refresh_from_db()
    case.refresh_from_db()
    assert (case.dossier, case.place) == (duplicate.dossier, duplicate.place)


def test_history_of_three_merges_says_whose_each_line_was(agent):
    cases = [CaseFactory() for _ in range(3)]
    note(cases[2], Entry.REGISTERED, by=agent)
    merge(case=cases[1], duplicate=cases[2], by=agent)
    merge(case=cases[0], duplicate=cases[1], by=agent)
    lines = [(entry.entry, entry.params.get("of")) for entry in cases[0].timeline.order_by("pk")]
    number = [str(case.uuid)[:8] for case in cases]
    assert lines == [("merged", None), ("registered", number[2]), ("merged", number[1])]


def test_case_that_is_deleted_leaves_its_duplicate_a_duplicate(agent):
    case, duplicate = CaseFactory(), CaseFactory()
    merge(case=case, duplicate=duplicate, by=agent)
    case.delete()
    duplicate.refresh_from_db()
    assert (duplicate.merged_into, duplicate.closing_reason) == (None, ClosingReason.DUPLICATE)

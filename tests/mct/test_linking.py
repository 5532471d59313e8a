from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import Country, ServerAuthority
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp
from mct.enums import CaseState, CodeKind, DeclarationState, PictureState, Problem
from mct.linking import choose_code, link_case
from mct.models import Case, TimelineEntry
from mct.moves import IllegalMove, relink
from tests.factories import CaseCodeFactory, CaseFactory, PictureFactory, declaration_of, linked_case, new_code, ready_country

pytestmark = pytest.mark.django_db
C, P = CaseState, Problem


def linking(**code):
    """A case that waits to be linked, with one code that is not chosen yet."""
    case = linked_case(state=C.LINKING, code=code)
    code = case.code
    Case.objects.update(code=None, code_kind=CodeKind.NONE)
    return case, code


def result(case):
    return Case.objects.values_list("state", "problem", "code").get(pk=case.pk)


def asynchronous(starts_at, hours):
    code = new_code(lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(starts_at), visit_duration=hours)
    return {"deep_link": code.deep_link}


def test_only_code_of_a_case_makes_it_ready():
    case, code = linking()
    link_case(case.pk)
    assert result(case) == (C.READY, "", code.pk)


def test_linking_a_second_time_changes_nothing():
    case, _ = linking()
    link_case(case.pk)
    link_case(case.pk)
    assert TimelineEntry.objects.values_list("entry").count() == 1


def test_case_without_code_needs_attention():
    case = CaseFactory(state=C.LINKING)
    PictureFactory(case=case, state=PictureState.UNREADABLE)
    link_case(case.pk)
    assert result(case) == (C.NEEDS_ATTENTION, P.NO_CODE, None)


@pytest.mark.parametrize("state", [PictureState.WAITING, PictureState.READING])
def test_linking_waits_for_the_last_picture(state):
    case, _ = linking()
    PictureFactory(case=case, state=state)
    link_case(case.pk)
    assert result(case) == (C.LINKING, "", None)


def test_several_codes_ask_for_a_choice():
    case, _ = linking()
    CaseCodeFactory(case=case)
    link_case(case.pk)
    assert result(case) == (C.NEEDS_ATTENTION, P.SEVERAL_CODES, None)


def test_entrance_code_and_invitation_are_one_place():
    secret = b"k" * 51
    now = timezone.now()
    invitation = new_code(sk_l=secret, lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(now), visit_duration=4)
    case, _ = linking(deep_link=invitation.deep_link)
    entrance = CaseCodeFactory(case=case, deep_link=new_code(sk_l=secret).deep_link)
    link_case(case.pk)
    assert result(case) == (C.READY, "", entrance.pk)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ({}, CodeKind.POSTER),
        ({"starts_at": timezone.now}, CodeKind.DATED),
        ({"lsp_type": LspType.ASYNCHRONOUS}, CodeKind.ASYNCHRONOUS),
    ],
)
def test_case_knows_what_its_code_is(agent, code, kind):
    case, _ = linking(**{name: value() if callable(value) else value for name, value in code.items()})
    link_case(case.pk)
    linked = Case.objects.get()
    assert (linked.code_id, linked.code_kind) == (case.codes.get().pk, kind)
    relink(linked, by=agent, code=None)
    assert (linked.code_kind, Case.objects.get().code_kind) == (CodeKind.NONE, CodeKind.NONE)


def test_chosen_code_of_several_is_taken(agent):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=P.SEVERAL_CODES)
    Case.objects.update(code=None)
    other = CaseCodeFactory(case=case)
    choose_code(case=case, code=other, by=agent)
    assert result(case) == (C.LINKING, "", other.pk)
    link_case(case.pk)
    assert result(case) == (C.READY, "", other.pk)
    entries = list(TimelineEntry.objects.values_list("entry", "actor", "params"))
    assert entries[0] == ("code_chosen", agent.pk, {"code": str(other.uuid)})


def test_ready_case_can_be_given_another_of_its_codes(agent):
    case = linked_case()
    other = CaseCodeFactory(case=case)
    choose_code(case=case, code=other, by=agent)
    assert result(case) == (C.LINKING, "", other.pk)


@pytest.mark.parametrize("state", [C.DRAFT, C.LINKING, C.AWAITING_APPROVAL, C.DECLARING, C.DECLARED, C.PUBLISHED, C.CLOSED])
def test_code_is_not_chosen_where_nothing_is_to_be_chosen(agent, state):
    case = linked_case(state=state)
    other = CaseCodeFactory(case=case)
    if state in (C.DECLARING, C.DECLARED, C.PUBLISHED):
        declaration_of(case, state=DeclarationState.ACCEPTED)
    with pytest.raises(IllegalMove):
        choose_code(case=case, code=other, by=agent)
    assert (result(case), TimelineEntry.objects.count()) == ((state, "", case.code_id), 0)


def test_code_of_another_case_is_not_taken(agent):
    case, other = linked_case(), linked_case()
    with pytest.raises(IllegalMove):
        choose_code(case=case, code=other.code, by=agent)
    assert result(case) == (C.READY, "", case.code_id)


def test_unknown_country_stands_in_the_way():
    case, code = linking(country=None, deep_link=new_code(prefix="https://clea.example.pt?v=0#").deep_link)
    link_case(case.pk)
    assert result(case) == (C.NEEDS_ATTENTION, P.UNKNOWN_COUNTRY, code.pk)


def test_country_added_meanwhile_is_found_at_the_next_linking():
    case, code = linking(country=None)
    link_case(case.pk)
    assert result(case) == (C.READY, "", code.pk)


def test_missing_server_stands_in_the_way():
    case, code = linking()
    ServerAuthority.objects.update(
        country=Country.objects.create(code="BE", name_fr="b", name_en="b", prefix="https://b#", host="b")
    )
    link_case(case.pk)
    assert result(case) == (C.NEEDS_ATTENTION, P.NO_SERVER, code.pk)


@pytest.mark.parametrize(("kind", "state"), [(ServerKind.API, C.NEEDS_ATTENTION), (ServerKind.FORM, C.READY)])
def test_only_an_api_server_needs_the_portal_s_key(kind, state):
    case, code = linking()
    ServerAuthority.objects.update(client_key="", kind=kind)
    link_case(case.pk)
    assert result(case) == (state, P.NO_SERVER if state == C.NEEDS_ATTENTION else "", code.pk)


@pytest.mark.parametrize(("accepts", "state"), [(False, C.NEEDS_ATTENTION), (True, C.READY)])
def test_asynchronous_code_needs_a_server_that_takes_it(accepts, state):
    start = CaseFactory.build(region=None).exposure_start
    case, code = linking(**asynchronous(start, 2))
    ServerAuthority.objects.update(accepts_type_1=accepts)
    link_case(case.pk)
    assert result(case) == (state, "" if accepts else P.TYPE_REFUSED, code.pk)


@pytest.mark.parametrize(
    ("starts", "hours", "fits"),
    [
        (timedelta(), 2, True),
        (timedelta(hours=-3), 3, False),
        (timedelta(hours=-3), 4, True),
        (timedelta(hours=2), 2, False),
        (timedelta(hours=1), 2, True),
        (timedelta(hours=-23), 0, True),
        (timedelta(hours=-24), 0, False),
    ],
)
def test_hours_of_the_code_must_meet_those_of_the_case(starts, hours, fits):
    start = CaseFactory.build(region=None).exposure_start
    case, code = linking(**asynchronous(start + starts, hours))
    link_case(case.pk)
    assert result(case) == ((C.READY, "", code.pk) if fits else (C.NEEDS_ATTENTION, P.OTHER_TIME, code.pk))


@pytest.mark.parametrize(("hours_past", "state"), [(1, C.NEEDS_ATTENTION), (-1, C.READY)])
def test_exposure_before_the_horizon_is_too_old(hours_past, state):
    country = ready_country()
    case, code = linking()
    end = timezone.now() - timedelta(days=country.horizon_days, hours=hours_past)
    Case.objects.update(exposure_start=end - timedelta(hours=2), exposure_end=end)
    link_case(case.pk)
    assert result(case) == (state, P.TOO_OLD if state == C.NEEDS_ATTENTION else "", code.pk)

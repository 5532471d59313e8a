from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.models import Country
from mct import dossiers
from mct.assigning import key_of
from mct.declaring import declare
from mct.enums import CaseState, DeclarationState
from mct.models import Case, Declaration, Dossier
from tests.factories import (
    CaseCodeFactory,
    CaseFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    declaration_of,
    linked_case,
    new_code,
    ready_country,
)
from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db
LIST = reverse("mct:case_list")


def url(name, case):
    return reverse(f"mct:{name}", args=[case.uuid])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def written(**changes):
    end = timezone.localtime() - timedelta(days=1)
    return {
        "number": str(uuid4()),
        "at": "other",
        "exposure_start": (end - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
        "exposure_end": end.strftime("%Y-%m-%dT%H:%M"),
        "infected_count": "2",
        "reference": "2026-117",
        "notes": "",
        "links": "",
    } | changes


def test_form_for_another_place_has_what_is_common_filled_in(agent, desk):
    there = RegionFactory(number=69)
    TeamMembershipFactory(user=agent, team=TeamFactory(region=there))
    case = CaseFactory(region=there, reference="2026-117", infected_count=3, notes="Near the window.")
    client = desk(agent)
    response = client.get(url("case_beside", case))
    values = {name: response.context["form"][name].value() for name in ("reference", "region", "infected_count", "at")}
    assert values == {"reference": "2026-117", "region": there.pk, "infected_count": 3, "at": "other"}
    assert [response.context["form"][name].value() for name in ("exposure_start", "notes")] == [None, None]
    assert "Near the window." not in response.content.decode()
    same = client.get(url("case_beside", case) + "?at=same").context["form"]
    start = timezone.localtime(case.exposure_start).replace(tzinfo=None)
    assert (same["at"].value(), same["exposure_start"].value()) == ("same", start)
    assert AuditEvent.objects.filter(verb="opened_to_add_beside", subject_uuid=case.uuid).count() == 2


@pytest.mark.parametrize(("at", "place"), [("other", 2), ("same", 1)])
def test_another_place_is_registered_beside_the_case(agent, desk, at, place):
    ready_country()
    case, code = CaseFactory(), new_code()
    response = desk(agent).post(url("case_beside", case), written(at=at, links=code.deep_link))
    new = Case.objects.exclude(pk=case.pk).get()
    assert response["Location"] == url("case", new)
    case.refresh_from_db()
    assert (new.dossier, new.place, case.place) == (case.dossier, place, 1)
    assert (new.state, new.codes.get().ltid, new.infected_count) == (CaseState.LINKING, code.ltid, 2)


def test_one_place_after_the_other_is_registered(agent, desk):
    client = desk(agent)
    words = written()
    response = client.post(reverse("mct:case_register"), words | {"then_another": ""})
    first = Case.objects.get()
    assert response["Location"] == url("case_beside", first)
    response = client.post(response["Location"], written(then_another=""))
    second = Case.objects.exclude(pk=first.pk).get()
    assert response["Location"] == url("case_beside", second)
    client.post(response["Location"], written())
    assert list(Case.objects.order_by("pk").values_list("place", flat=True)) == [1, 2, 3]


def test_form_with_a_mistake_comes_back_with_everything_typed_and_makes_no_dossier(agent, desk):
    case = CaseFactory()
    client = desk(agent)
    response = client.post(url("case_beside", case), written(at="same", infected_count="0", notes="By the door"))
    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (200, ["infected_count"])
    assert (form["at"].value(), form["notes"].value(), Dossier.objects.count()) == ("same", "By the door", 0)
    response = client.post(url("case_beside", case), written(at="nowhere"))
    assert list(response.context["form"].errors) == ["at"]


def test_same_form_sent_twice_makes_one_case(agent, desk):
    case, words, client = CaseFactory(), written(), desk(agent)
    answers = [client.post(url("case_beside", case), words)["Location"] for _ in range(2)]
    assert answers == [url("case", Case.objects.exclude(pk=case.pk).get())] * 2


def test_what_keeps_a_case_from_being_added_is_said_and_what_was_typed_stays(agent, desk, monkeypatch):
    case, client = CaseFactory(), desk(agent)
    merged = CaseFactory(state=CaseState.CLOSED, closing_reason="duplicate", merged_into=case)
    monkeypatch.setattr(dossiers, "MOST_CASES", 1)
    for each, sentence in (
        (case, "One person has at most 50 cases. Register further ones by themselves."),
        (merged, "The other case was merged into another one meanwhile. Go there to add this place."),
    ):
        response = client.post(url("case_beside", each), written(notes="By the door"))
        assert response.context["form"].non_field_errors() == [sentence]
        assert response.context["form"]["notes"].value() == "By the door"
    assert Case.objects.count() == 2


def test_case_page_tells_of_the_others_and_of_another_region_only_that_there_is_one(agent, desk):
    case = SCENES["of_several_places"](agent)
    response = desk(agent).get(url("case", case))
    siblings = response.context["page"].siblings
    assert [(row.place, row.is_this, row.case.state) for row in siblings.rows] == [
        ("Place 1", True, "ready"),
        ("Place 1", False, "ready"),
        ("Place 2", False, "published"),
    ]
    foreign = Case.objects.get(region__number=69)
    assert siblings.elsewhere == ["Rhône"]
    text = response.content.decode()
    assert ("A case of the same person is in another region: Rhône." in text, str(foreign.uuid) in text) == (True, False)


def test_list_marks_them(agent, desk):
    case = SCENES["of_several_places"](agent)
    CaseFactory(reference="alone")
    response = desk(agent).get(LIST)
    assert [row["place"] for row in response.context["rows"]] == [None, 2, 1, 1]
    assert "Place 2 of the same person" in response.content.decode()
    assert case.place == 1


def person_page(client, case):
    return client.get(url("case_person", case))


def sent(response, **words):
    """What the page's form sends with every box ticked."""
    rows = [row for row in response.context["rows"] if row.case.state != "closed"]
    return {"case": [row.ticked for row in rows], "seen": [row.seen for row in rows]} | words


def test_all_that_are_ready_are_declared_by_one_press(agent, desk):
    case = SCENES["of_several_places"](agent)
    client = desk(agent)
    page = person_page(client, case)
    assert [len(row.going.hours) if row.going else None for row in page.context["rows"]] == [1, 1, None]
    assert page.context["ready"] == 2
    response = client.post(url("case_person", case), sent(page, act="declare"))
    assert (response["Location"], said(response)) == (url("case_person", case), ["2 cases are on their way."])
    states = list(Case.objects.order_by("pk").values_list("state", flat=True))
    assert states == [CaseState.DECLARING, CaseState.DECLARING, CaseState.PUBLISHED, CaseState.DRAFT]
    assert Declaration.objects.count() == 2
    response = client.post(url("case_person", case), sent(page, act="declare"))
    assert said(response)[-1] == "None of the ticked cases is ready for that. Look again."


def test_only_what_was_seen_and_ticked_is_declared_and_what_was_not_is_told(agent, desk):
    case = SCENES["of_several_places"](agent)
    client = desk(agent)
    words = sent(person_page(client, case), act="declare")
    moved = Case.objects.order_by("pk")[1]
    Case.objects.filter(pk=moved.pk).update(state_changed_at=timezone.now())
    client.post(url("case_person", case), words)
    outcome = person_page(client, case).context["outcome"]
    assert [(each["uuid"], each["why"]) for each in outcome] == [(str(moved.uuid), "has changed meanwhile")]
    assert list(Declaration.objects.values_list("cases", flat=True)) == [case.pk]
    words = sent(person_page(client, case), act="declare", case=[f"{uuid4()}.0"])
    assert said(client.post(url("case_person", case), words))[-1] == "None of the ticked cases is ready for that. Look again."


def test_those_that_wait_are_approved_by_a_colleague(agent, colleague, desk):
    case = SCENES["of_several_places"](agent)
    Country.objects.update(four_eyes=True)
    first, second = Case.objects.filter(state=CaseState.READY)
    declare(case=first, by=agent)
    declare(case=second, by=colleague)
    client = desk(agent)
    page = person_page(client, case)
    assert (page.context["ready"], page.context["to_approve"]) == (0, 1)
    response = client.post(url("case_person", case), sent(page, act="approve"))
    assert said(response) == ["1 case is approved."]
    outcome = person_page(client, case).context["outcome"]
    assert [each["why"] for each in outcome] == ["was proposed by you: somebody else must approve it"]


def test_all_are_assigned_and_closed_by_one_press(agent, desk):
    case = SCENES["of_several_places"](agent)
    client = desk(agent)
    page = person_page(client, case)
    response = client.post(url("case_person", case), sent(page, act="assign", to=key_of(agent)))
    assert said(response) == [f"3 cases are assigned to: {agent}."]
    client.post(url("case_person", case), sent(person_page(client, case), act="close", reason="warned"))
    assert list(Case.objects.order_by("pk").values_list("assignee", "state")) == [
        *[(agent.pk, "closed")] * 3,
        (None, "draft"),
    ]


def test_case_of_nobody_else_s_is_not_acted_on_here(agent, desk):
    case, other = SCENES["of_several_places"](agent), linked_case()
    words = {"case": [f"{other.uuid}.0"], "seen": [f"{other.uuid}@{other.state_changed_at.isoformat()}"]}
    client = desk(agent)
    client.post(url("case_person", case), words | {"act": "declare"})
    client.post(url("case_person", case), words | {"act": "assign", "to": key_of(agent)})
    other.refresh_from_db()
    assert (other.state, other.assignee, Declaration.objects.count()) == (CaseState.READY, None, 0)


@pytest.mark.parametrize("seen", ["", "nonsense", "1@2", f"{UUID(int=7)}@9999-99-99T00:00", f"{UUID(int=7)}@"])
def test_nonsense_is_answered_by_a_sentence(agent, desk, seen):
    case = SCENES["of_several_places"](agent)
    words = {"case": [f"{case.uuid}.0"], "seen": [seen], "act": "declare"}
    response = desk(agent).post(url("case_person", case), words)
    assert said(response) == ["None of the ticked cases is ready for that. Look again."]


def test_lone_case_has_no_page_of_its_person(agent, desk):
    case = CaseFactory()
    response = person_page(desk(agent), case)
    assert (response["Location"], said(response)) == (url("case", case), ["No other case of the same person is known."])


def test_what_stands_in_the_way_is_named_on_the_page(agent, desk):
    case = SCENES["of_several_places"](agent)
    other = Case.objects.order_by("pk")[1]
    declaration_of(other, cases=[], state=DeclarationState.WITHDRAWING)
    rows = person_page(desk(agent), case).context["rows"]
    assert [row.going.obstacle[:40] for row in rows[:2]] == ["", "These hours are being withdrawn at the s"]


@pytest.mark.parametrize("rows", [1, 3])
def test_number_of_queries_does_not_grow_with_the_cases(agent, desk, rows, django_assert_num_queries):
    case = SCENES["of_several_places"](agent)
    for number in range(rows):
        new = linked_case(dossier=case.dossier, place=4 + number)
        declaration_of(new, cases=[], state=DeclarationState.ACCEPTED)
    client = desk(agent)
    with django_assert_num_queries(14):
        person_page(client, case)


def test_case_is_taken_out(agent, desk):
    case = SCENES["of_several_places"](agent)
    response = desk(agent).post(url("case_leave", case))
    case.refresh_from_db()
    assert (response["Location"], case.dossier, said(response)) == (url("case", case), None, ["The case stands alone now."])


def several(**fields):
    case = linked_case(state=CaseState.NEEDS_ATTENTION, problem="several_codes", **fields)
    return case, [case.code, CaseCodeFactory(case=case)]


def test_several_codes_are_chosen(agent, desk):
    case, codes = several()
    client = desk(agent)
    assert "The person was at several of them" in client.get(url("case", case)).content.decode()
    response = client.post(url("codes_split", case), {"code": [str(code.uuid) for code in codes]})
    assert said(response) == ["The code is chosen, and 1 more case is made, of the other code. Correct its hours if need be."]
    assert sorted(Case.objects.values_list("code__ltid", "place")) == sorted((code.ltid, 1) for code in codes)


def test_one_ticked_code_is_chosen_and_none_is_asked_for(agent, desk):
    case, codes = several()
    client = desk(agent)
    sentence = "Tick the codes of the places where the person was."
    assert said(client.post(url("codes_split", case), {"code": ["nonsense", str(uuid4())]})) == [sentence]
    response = client.post(url("codes_split", case), {"code": [str(codes[1].uuid)]})
    case.refresh_from_db()
    assert (said(response)[-1], case.code, case.dossier) == ("The code is chosen.", codes[1], None)
    Case.objects.update(state=CaseState.CLOSED, problem="")
    response = client.post(url("codes_split", case), {"code": [str(code.uuid) for code in codes]})
    assert (said(response)[-1], Case.objects.count()) == ("The case has changed meanwhile. Look again.", 1)

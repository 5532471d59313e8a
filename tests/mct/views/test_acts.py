"""Each button does what it says, once, and tells what came of it."""

import pytest
from django.urls import reverse

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import Country, ServerAuthority
from mct import assigning, cases
from mct.enums import CaseState, DeclarationState, Problem
from mct.models import Case, Declaration, TimelineEntry
from mct.moves import move_case
from tests.factories import linked_case
from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db
CHANGED = "The case has changed meanwhile. Look again."
C, D = CaseState, DeclarationState


def post(client, name, case, *parts, **data):
    response = client.post(reverse(f"mct:{name}", args=[case.uuid, *parts]), data, follow=True)
    assert response.redirect_chain == [(reverse("mct:case", args=[case.uuid]), 302)]
    return [str(message) for message in response.context["messages"]]


def seen(case):
    return {"seen": case.state_changed_at.isoformat()}


def state(case):
    return Case.objects.values_list("state", "problem").get(pk=case.pk)


def test_declare(agent, desk):
    case = SCENES["ready"](agent)
    assert post(desk(agent), "case_declare", case, **seen(case)) == ["The declaration is ordered."]
    assert (state(case), Declaration.objects.get().created_by) == ((C.DECLARING, ""), agent)
    acts = AuditEvent.objects.filter(kind="act", verb="declared").values_list("actor", "subject_uuid", "details")
    assert list(acts) == [(agent.pk, case.uuid, {"calls": 1})]


def test_page_carries_what_was_seen(agent, desk):
    case = SCENES["ready"](agent)
    client = desk(agent)
    text = client.get(reverse("mct:case", args=[case.uuid])).content.decode()
    assert f'name="seen" value="{case.state_changed_at.isoformat()}"'.replace("+", "&#x2B;") in text.replace("+", "&#x2B;")


def test_second_click_declares_nothing_more(agent, desk):
    case, client = SCENES["ready"](agent), desk(agent)
    post(client, "case_declare", case, **seen(case))
    assert post(client, "case_declare", case, **seen(case)) == [CHANGED]
    assert Declaration.objects.count() == 1


@pytest.mark.parametrize(
    "words", [{}, {"seen": ""}, {"seen": "now"}, {"seen": "2026-99-99T00:00:00Z"}, {"seen": "2026-01-01T00:00:00"}]
)
def test_case_that_the_person_did_not_see_so_is_not_declared(agent, desk, words):
    case = SCENES["ready"](agent)
    assert post(desk(agent), "case_declare", case, **words) == [CHANGED]
    assert (state(case), Declaration.objects.count()) == ((C.READY, ""), 0)


def test_case_that_a_colleague_corrected_meanwhile_is_not_declared(agent, desk):
    case = SCENES["ready"](agent)
    before = seen(case)
    move_case(case, C.LINKING)
    move_case(case, C.READY)
    assert post(desk(agent), "case_declare", case, **before) == [CHANGED]
    assert Declaration.objects.count() == 0


def test_declare_where_four_eyes_are_asked_for(agent, colleague, desk):
    case = SCENES["ready_where_four_eyes_are_asked_for"](agent)
    mine, theirs = desk(agent), desk(colleague)
    assert post(mine, "case_declare", case, **seen(case)) == [
        "Approval is asked for. A colleague of your region can now approve."
    ]
    case.refresh_from_db()
    assert post(mine, "case_approve", case, **seen(case)) == ["Somebody else must approve what you proposed."]
    assert (state(case), Declaration.objects.count()) == ((C.AWAITING_APPROVAL, ""), 0)
    assert post(theirs, "case_approve", case, **seen(case)) == ["Approved. The declaration is ordered."]
    assert (state(case), Declaration.objects.get().created_by) == ((C.DECLARING, ""), colleague)


def test_send_back(agent, desk):
    case = SCENES["proposed_by_a_colleague"](agent)
    assert post(desk(agent), "case_send_back", case) == ["The case is back, without approval."]
    assert state(case) == (C.READY, "")


def test_declare_when_something_has_come_between(agent, desk):
    case = SCENES["ready_but_something_came_between"](agent)
    assert post(desk(agent), "case_declare", case, **seen(case)) == ["Something has come between. See below."]
    assert state(case) == (C.NEEDS_ATTENTION, Problem.NO_SERVER)


def test_declare_when_nothing_is_left(agent, desk):
    case = SCENES["ready_but_nothing_is_left"](agent)
    expected = "No hour of this case can be declared any more. Correct the hours, or close the case."
    assert post(desk(agent), "case_declare", case, **seen(case)) == [expected]
    assert state(case) == (C.READY, "")


def test_withdraw(agent, desk):
    case, client = SCENES["held"](agent), desk(agent)
    assert post(client, "case_withdraw", case) == ["Withdrawn. The case can be declared again."]
    assert (state(case), Declaration.objects.get().state) == ((C.READY, ""), D.WITHDRAWN)
    assert post(client, "case_withdraw", case) == [CHANGED]


@pytest.mark.parametrize("scene", ["sending", "declared", "published"])
def test_withdraw_what_has_left_already(agent, desk, scene):
    case = SCENES[scene](agent)
    before = Declaration.objects.values().get()
    assert post(desk(agent), "case_withdraw", case) == [CHANGED]
    assert Declaration.objects.values().get() == before


def test_retry(agent, desk):
    case = SCENES["refused"](agent)
    assert post(desk(agent), "case_retry", case) == ["The case is checked again."]
    assert (state(case), case.declarations.count()) == ((C.LINKING, ""), 0)


def test_close(agent, desk):
    case, client = SCENES["published"](agent), desk(agent)
    for reason in ({}, {"reason": "nonsense"}):
        assert post(client, "case_close", case, **reason) == ["Choose why the case is closed."]
    assert state(case) == (C.PUBLISHED, "")
    assert post(client, "case_close", case, reason="warned") == ["The case is closed."]
    assert state(case) == (C.CLOSED, "")
    assert "everybody who could be warned is warned" in client.get(reverse("mct:case", args=[case.uuid])).content.decode()
    assert post(client, "case_close", case, reason="warned") == [CHANGED]


@pytest.mark.parametrize("scene", ["linking", "held", "unknown_outcome", "partly_refused"])
def test_close_what_is_not_through(agent, desk, scene):
    case = SCENES[scene](agent)
    assert post(desk(agent), "case_close", case, reason="other") == [CHANGED]
    assert state(case) == (case.state, case.problem)


def test_choose_a_code(agent, desk):
    case = SCENES["several_codes"](agent)
    code = case.codes.last()
    assert post(desk(agent), "code_choose", case, code.uuid) == ["The code is chosen."]
    assert Case.objects.values_list("state", "code").get() == (C.LINKING, code.pk)


def test_choose_a_code_of_a_case_that_is_declared(agent, desk):
    case = SCENES["declared"](agent)
    assert post(desk(agent), "code_choose", case, case.code.uuid) == [CHANGED]


@pytest.mark.parametrize(
    ("decision", "said", "declaration", "case_state"),
    [
        ("arrived", "Noted as arrived. The portal watches the public list.", D.ACCEPTED, C.DECLARED),
        ("again", "It is sent again.", D.READY, C.DECLARING),
    ],
)
def test_decide(agent, desk, decision, said, declaration, case_state):
    case = SCENES["unknown_outcome"](agent)
    row = case.declarations.get()
    words = {"decision": decision, "reason": "Their operator told me."}
    assert post(desk(agent), "declaration_decide", case, row.uuid, **words) == [said]
    assert (Declaration.objects.get().state, state(case)) == (declaration, (case_state, ""))
    entry = TimelineEntry.objects.get(entry__startswith="decided")
    assert (entry.entry, entry.actor, entry.remark) == (f"decided_{decision}", agent, "Their operator told me.")
    assert "operator" not in str(list(AuditEvent.objects.values_list("details", flat=True)))


def test_decide_without_a_reason_keeps_the_choice(agent, desk):
    case = SCENES["unknown_outcome"](agent)
    url = reverse("mct:declaration_decide", args=[case.uuid, case.declarations.get().uuid])
    response = desk(agent).post(url, {"decision": "again", "reason": ""})
    assert (list(response.context["form"].errors), response.context["form"]["decision"].value()) == (["reason"], "again")
    assert Declaration.objects.get().state == D.UNKNOWN


def test_take_back_asks_for_a_reason_then_orders_the_withdrawal(agent, desk):
    case, client = SCENES["published"](agent), desk(agent)
    url = reverse("mct:case_take_back", args=[case.uuid])
    assert f'href="{url}"' in client.get(reverse("mct:case", args=[case.uuid])).content.decode()
    assert "may have warned their owners" in client.get(url).content.decode()
    assert list(client.post(url, {"reason": " "}).context["form"].errors) == ["reason"]
    said = ["The withdrawal is ordered. The portal repeats it until the server has answered."]
    assert post(client, "case_take_back", case, reason="Wrong day.") == said
    assert Declaration.objects.get().state == D.WITHDRAWING
    entry = TimelineEntry.objects.get(entry="taken_back")
    assert (entry.actor, entry.remark) == (agent, "Wrong day.")
    assert post(client, "case_take_back", case, reason="x") == ["Nothing of this case can be withdrawn at the server."]
    assert post(client, "case_close", case, reason="warned") == [CHANGED]


@pytest.mark.parametrize("scene", ["held", "sending", "withdrawing", "closed", "refused"])
def test_take_back_what_does_not_stand(agent, desk, scene):
    case, client = SCENES[scene](agent), desk(agent)
    assert post(client, "case_take_back", case, reason="So.") == ["Nothing of this case can be withdrawn at the server."]
    assert reverse("mct:case_take_back", args=[case.uuid]) not in client.get(f"/cases/{case.uuid}/").content.decode()


def test_declare_hours_that_are_being_withdrawn(agent, desk):
    first = SCENES["withdrawing"](agent)
    case = linked_case(code={"deep_link": first.code.deep_link})
    client = desk(agent)
    words = "These hours are being withdrawn at the server. Wait until that is done, then declare them."
    assert words in client.get(f"/cases/{case.uuid}/").content.decode()
    assert post(client, "case_declare", case, **seen(case)) == [words]
    assert state(case) == (C.READY, "")


@pytest.mark.parametrize(("scene", "warned"), [("unknown_outcome", True), ("lost_worker", False)])
def test_decision_page_warns_where_a_second_sending_counts_twice(agent, desk, scene, warned):
    case = SCENES[scene](agent)
    text = desk(agent).get(reverse("mct:declaration_decide", args=[case.uuid, case.declarations.get().uuid])).content.decode()
    assert ("Sending twice counts twice" in text) is warned


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (ServerKind.API, "It can be withdrawn at this server."),
        (ServerKind.FORM, "It cannot be taken back: this server"),
    ],
)
def test_page_says_before_whether_it_can_be_taken_back_later(agent, desk, kind, said):
    case, client = SCENES["ready"](agent), desk(agent)
    ServerAuthority.objects.update(kind=kind)
    url = reverse("mct:case", args=[case.uuid])
    assert "none: it leaves at once" in client.get(url).content.decode()
    assert said in client.get(url).content.decode()
    Country.objects.update(hold_seconds=90)
    assert "1 min 30 s" in client.get(url).content.decode()


def test_case_that_is_deleted_while_somebody_acts_on_it_is_not_there(agent, desk, monkeypatch):
    case = linked_case()
    close = cases.close_case

    def late(*, case, **words):
        Case.objects.filter(pk=case.pk).delete()
        close(case=case, **words)

    monkeypatch.setattr(cases, "close_case", late)
    client = desk(agent)
    response = client.post(reverse("mct:case_close", args=[case.uuid]), {"reason": "other"})
    assert response.status_code == 302
    assert client.get(response["Location"]).status_code == 404
    case, note = linked_case(), assigning.add_note
    monkeypatch.setattr(assigning, "add_note", lambda **words: (Case.objects.all().delete(), note(**words)))
    assert client.post(reverse("mct:case_note", args=[case.uuid]), {"text": "words"}).status_code == 404

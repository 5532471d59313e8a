from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from clea_portal.audit.models import AuditEvent
from mct.assigning import hand_over
from mct.duplicates import keep_apart
from mct.enums import CaseState, DeclarationState
from mct.merging import merge
from mct.models import Case, DistinctPair
from tests.factories import (
    CaseFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    declaration_of,
    linked_case,
)
from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def url(case, other, name="case_duplicate"):
    return reverse(f"mct:{name}", args=[case.uuid, other.uuid])


def page(case):
    return reverse("mct:case", args=[case.uuid])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def pair(**fields):
    case = linked_case(reference="2026-117")
    return case, linked_case(**({"reference": "2026-118", "code": {"deep_link": case.code.deep_link}} | fields))


def sent(response, **words):
    form = response.context["form"]
    return {name: form[name].value() for name in ("keep", "seen", "seen_other")} | words


def test_case_page_proposes_what_looks_the_same(agent, desk):
    case = SCENES["looking_like_another"](agent)
    response = desk(agent).get(page(case))
    [candidate] = response.context["likeness"].candidates
    assert (candidate.case.reference, candidate.same) == ("2026-0118", ["code", "day", "infected people", "region"])
    text = response.content.decode()
    for words in ("Is it the same as another case?", "Merge…", "Not a duplicate", "Not the same as:"):
        assert words in text


def test_two_cases_are_shown_side_by_side_and_merged(agent, desk):
    case, other = pair()
    client = desk(agent)
    response = client.get(url(case, other))
    assert (response.context["rows"][0].same, response.context["form"]["keep"].value()) == (True, str(case.uuid))
    assert AuditEvent.objects.filter(verb="compared", subject_uuid=case.uuid).get().details == {"other": str(other.uuid)}
    answer = client.post(url(case, other), sent(response))
    other.refresh_from_db()
    assert (answer["Location"], other.merged_into) == (page(case), case)
    assert said(answer) == ["Merged. Everything of the other case is here now."]
    closed = client.get(page(other))
    assert page(case) in closed.content.decode()
    assert "2026-117" in client.get(page(case)).content.decode()


def test_other_case_is_kept_where_it_is_chosen(agent, desk):
    case, other = pair()
    client = desk(agent)
    answer = client.post(url(case, other), sent(client.get(url(case, other)), keep=str(other.uuid)))
    case.refresh_from_db()
    assert (answer["Location"], case.merged_into) == (page(other), other)


def test_page_that_is_old_or_says_nothing_merges_nothing(agent, desk):
    case, other = pair()
    client = desk(agent)
    old = sent(client.get(url(case, other)))
    Case.objects.filter(pk=other.pk).update(state_changed_at=other.state_changed_at + HOUR)
    answer = client.post(url(case, other), old)
    assert said(answer) == ["Someone was faster: one of the two cases has changed meanwhile. Look again."]
    for words in ({}, old | {"keep": "nonsense"}, old | {"seen": "nonsense"}):
        assert client.post(url(case, other), words).status_code == 200
    assert Case.objects.filter(merged_into=None).count() == 2


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (
            lambda case, other: Case.objects.filter(pk=other.pk).update(state=CaseState.LINKING),
            (
                "A code of one of the two is being read, or a declaration is on its way, held, or undecided. "
                "Wait until that is over, or withdraw it, then merge."
            ),
        ),
        (
            lambda case, other: declaration_of(other, state=DeclarationState.ACCEPTED),
            "Only one of the two has declared something: keep that one.",
        ),
        (
            lambda case, other: Case.objects.filter(pk=other.pk).update(region=RegionFactory(number=69)),
            "They are of two regions. A lead hands one of them over first, then they can be merged.",
        ),
    ],
)
def test_why_two_cases_are_not_merged_is_said(agent, desk, act, sentence):
    case, other = pair()
    TeamMembershipFactory(user=agent, team=TeamFactory(region=RegionFactory(number=69)))
    act(case, other)
    client = desk(agent)
    answer = client.post(url(case, other), sent(client.get(url(case, other)), keep=str(case.uuid)))
    assert answer.context["form"].non_field_errors() == [sentence]
    assert Case.objects.filter(merged_into=None).count() == 2


def test_hours_that_would_be_lost_are_named(agent, desk):
    case, other = pair()
    Case.objects.filter(pk=other.pk).update(exposure_end=case.exposure_end + HOUR)
    declaration_of(case, state=DeclarationState.PUBLISHED)
    Case.objects.filter(pk=case.pk).update(state=CaseState.PUBLISHED)
    client = desk(agent)
    answer = client.post(url(case, other), sent(client.get(url(case, other))))
    [error] = answer.context["form"].non_field_errors()
    assert "of the other case would be lost: nobody has declared them" in error


def test_two_declared_codes_are_two_places(agent, desk):
    case, other = linked_case(state=CaseState.PUBLISHED), linked_case(state=CaseState.PUBLISHED)
    for each in (case, other):
        declaration_of(each, state=DeclarationState.PUBLISHED)
    client = desk(agent)
    answer = client.post(url(case, other), sent(client.get(url(case, other))))
    assert "they are two places" in answer.context["form"].non_field_errors()[0]


def test_closed_case_and_the_case_itself_are_not_offered(agent, desk):
    case, other = pair()
    client = desk(agent)
    assert said(client.get(url(case, case))) == ["This is one and the same case."]
    Case.objects.filter(pk=other.pk).update(state=CaseState.CLOSED)
    assert "One of the two is closed: there is nothing to merge." in client.get(url(case, other)).content.decode()


def test_two_cases_are_told_apart_and_that_is_taken_back(agent, desk):
    case, other = pair()
    client = desk(agent)
    answer = client.post(url(other, case, "duplicate_apart"))
    assert (answer["Location"], DistinctPair.objects.get().first) == (page(other), case)
    assert "Is it the same as another case?" not in client.get(page(case)).content.decode()
    assert "Marked as not a duplicate" in client.get(url(case, other)).content.decode()
    answer = client.post(url(case, other, "duplicate_apart"), {"revoke": ""})
    assert (said(answer)[-1], DistinctPair.objects.count()) == ("The two cases may be proposed as the same again.", 0)
    assert said(client.post(url(case, case, "duplicate_apart")))[-1] == "This is one and the same case."


def test_two_cases_are_said_to_be_of_one_person(agent, desk):
    case, other = pair()
    client = desk(agent)
    assert said(client.post(url(case, other, "duplicate_person"))) == ["Noted: they are of the same person."]
    case.refresh_from_db()
    assert list(Case.objects.order_by("pk").values_list("dossier", "place")) == [(case.dossier_id, 1), (case.dossier_id, 2)]
    third, fourth = CaseFactory(), CaseFactory()
    client.post(url(third, fourth, "duplicate_person"))
    answer = client.post(url(case, fourth, "duplicate_person"))
    assert said(answer)[-1].startswith("Each of the two is with other cases of a person already.")
    assert said(client.post(url(case, case, "duplicate_person")))[-1] == "The case has changed meanwhile. Look again."


def test_case_that_was_handed_over_since_is_not_named_to_those_it_left(agent, desk):
    case, other = pair()
    merge(case=case, duplicate=other, by=agent)
    hand_over(case=case, region=RegionFactory(number=69, name="Rhône"), by=agent)
    response = desk(agent).get(page(other))
    assert response.context["merged_into"] == {"text": "a case that is another region's now", "url": ""}
    assert str(case.uuid) not in response.content.decode()


def test_case_told_apart_that_was_handed_over_is_not_named(agent, desk):
    case, other = pair()
    keep_apart(case=case, other=other, by=agent)
    hand_over(case=other, region=RegionFactory(number=69), by=agent)
    text = desk(agent).get(page(case)).content.decode()
    assert ("2026-118" in text, str(other.uuid) in text) == (False, False)

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from mct.enums import CaseState
from mct.models import Case
from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db


def url(case):
    return reverse("mct:case_correct", args=[case.uuid])


def written(case, **changes):
    local = {
        name: timezone.localtime(getattr(case, name)).strftime("%Y-%m-%dT%H:%M") for name in ("exposure_start", "exposure_end")
    }
    return local | {"infected_count": "4", "reference": "Corrected", "notes": "New notes"} | changes


def later(case):
    return timezone.localtime(case.exposure_end + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")


def test_form_shows_what_was_registered_and_the_look_at_it_is_noted(agent, desk):
    case = SCENES["no_code"](agent)
    response = desk(agent).get(url(case))
    assert response.context["form"]["notes"].value() == "Sat near the window.\nPaid in cash."
    event = AuditEvent.objects.latest("pk")
    assert (event.kind, event.verb, event.subject_uuid) == ("read", "opened_to_correct", case.uuid)


def test_other_hours_have_the_case_checked_again(agent, desk):
    case = SCENES["ready"](agent)
    response = desk(agent).post(url(case), written(case, exposure_end=later(case)))
    assert response["Location"] == reverse("mct:case", args=[case.uuid])
    assert Case.objects.values_list("state", "exposure_end", "infected_count").get() == (
        CaseState.LINKING,
        case.exposure_end + timedelta(hours=1),
        4,
    )


def test_notes_of_a_published_case_can_be_corrected(agent, desk):
    case = SCENES["published"](agent)
    desk(agent).post(url(case), written(case))
    case.refresh_from_db()
    assert (case.state, case.notes, case.reference) == (CaseState.PUBLISHED, "New notes", "Corrected")


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        ("held", "The hours are declared already and cannot be changed."),
        ("published", "The hours are declared already and cannot be changed."),
        ("proposed_by_me", "The hours wait for a colleague&#x27;s approval."),
        ("closed", "The case is closed: nothing can be changed any more."),
    ],
)
def test_hours_that_can_no_longer_be_changed_say_why_and_what_was_typed_stays(agent, desk, scene, words):
    case = SCENES[scene](agent)
    response = desk(agent).post(url(case), written(case, exposure_end=later(case)))
    assert words in response.content.decode()
    assert response.context["form"]["notes"].value() == "New notes"
    assert Case.objects.get().notes == ""


@pytest.mark.parametrize(
    ("scene", "words"), [("ready", "Other hours have the case checked again"), ("held", "The hours can no longer be changed.")]
)
def test_page_says_beforehand_whether_the_hours_can_be_changed(agent, desk, scene, words):
    assert words in desk(agent).get(url(SCENES[scene](agent))).content.decode()

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from clea_portal.scanning.results import MAX_BYTES
from mct.enums import CaseState
from mct.models import Case, CaseCode, Picture
from tests.factories import CaseFactory, RegionFactory, TeamFactory, TeamMembershipFactory, new_code, ready_country
from tests.pictures import clea_link

pytestmark = pytest.mark.django_db
URL = reverse("mct:case_register")


def written(**changes):
    end = timezone.localtime() - timedelta(days=1)
    return {
        "number": str(uuid4()),
        "exposure_start": (end - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
        "exposure_end": end.strftime("%Y-%m-%dT%H:%M"),
        "infected_count": "2",
        "reference": "2026-117",
        "notes": "Near the window.",
        "links": "",
    } | changes


def photo(content=b"a picture", name="photo.jpg"):
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def test_case_is_registered_with_its_picture_and_link(agent, desk, woken, django_capture_on_commit_callbacks):
    ready_country()
    code, words = new_code(), written()
    with django_capture_on_commit_callbacks(execute=True):
        response = desk(agent).post(URL, words | {"links": code.deep_link, "pictures": [photo(b"one"), photo(b"two")]})
    case = Case.objects.get()
    assert response["Location"] == reverse("mct:case", args=[case.uuid])
    assert (str(case.uuid), case.region, case.created_by) == (words["number"], RegionFactory(), agent)
    assert (case.state, case.reference, case.notes, case.infected_count) == (CaseState.LINKING, "2026-117", "Near the window.", 2)
    assert timezone.localtime(case.exposure_start).strftime("%Y-%m-%dT%H:%M") == words["exposure_start"]
    assert list(Picture.objects.values_list("content", flat=True)) == [b"one", b"two"]
    assert list(CaseCode.objects.values_list("ltid", flat=True)) == [code.ltid]
    assert [name for name, _ in woken] == ["mct.read_picture", "mct.read_picture", "mct.link_case"]


def test_case_is_registered_without_any_code(agent, desk):
    desk(agent).post(URL, written())
    assert Case.objects.get().state == CaseState.DRAFT


def test_same_form_sent_twice_makes_one_case_and_leads_to_it(agent, desk):
    client, words = desk(agent), written(links=clea_link(1))
    answers = [client.post(URL, words)["Location"] for _ in range(2)]
    case = Case.objects.get()
    assert answers == [reverse("mct:case", args=[case.uuid])] * 2
    assert case.codes.count() == 1


def test_form_that_was_changed_after_going_back_is_not_lost(agent, desk):
    client, words = desk(agent), written()
    client.post(URL, words)
    response = client.post(URL, words | {"reference": "2026-118"})
    assert "To make another one of what stands here now, send it again." in response.content.decode()
    assert (response.context["form"]["reference"].value(), Case.objects.count()) == ("2026-118", 1)
    client.post(URL, words | {"reference": "2026-118", "number": response.context["form"]["number"].value()})
    assert {case.reference for case in Case.objects.all()} == {"2026-117", "2026-118"}


def test_number_of_somebody_else_s_case_leads_nowhere(agent, desk):
    foreign = CaseFactory(region=RegionFactory(number=75), reference="Theirs")
    client = desk(agent)
    response = client.post(URL, written(number=str(foreign.uuid)))
    assert (response.status_code, Case.objects.count()) == (200, 1)
    text = response.content.decode()
    assert "send it again." in text
    assert ("Theirs" in text, str(foreign.uuid) in text) == (False, False)
    number = response.context["form"]["number"].value()
    client.post(URL, written(number=number))
    assert set(Case.objects.values_list("uuid", flat=True)) == {foreign.uuid, Case.objects.exclude(pk=foreign.pk).get().uuid}


def test_form_with_a_mistake_comes_back_with_everything_typed(agent, desk):
    words = written(infected_count="0", links="hello", reference="2026-118", notes="Long & careful notes")
    response = desk(agent).post(URL, words | {"pictures": [photo()]})
    assert (response.status_code, Case.objects.count()) == (200, 0)
    form, evidence = response.context["form"], response.context["evidence_form"]
    for name in ("exposure_start", "exposure_end", "infected_count", "reference", "notes", "number"):
        assert form[name].value() == words[name]
    assert evidence["links"].value() == "hello"
    assert list(form.errors) == ["infected_count"]
    assert evidence.errors == {
        "links": ["Line 1: this is not the link of a CLÉA code."],
        "pictures": ["Choose the files again: browsers do not keep them when a form comes back."],
    }
    assert "Long &amp; careful notes" in response.content.decode()


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        ([b""], "“photo0.jpg” is empty. Choose it again, or another one."),
        ([b"x" * (MAX_BYTES + 1)], "“photo0.jpg” has 16 MB, more than the 15 MB allowed."),
        ([b"x"] * 11, "Choose 10 files at most."),
    ],
)
def test_files_that_cannot_be_taken_are_named(agent, desk, pictures, words):
    files = [photo(content, f"photo{number}.jpg") for number, content in enumerate(pictures)]
    response = desk(agent).post(URL, written() | {"pictures": files})
    assert words in response.content.decode()
    assert (Case.objects.count(), response.context["form"].errors) == (0, {})


def test_region_is_shown_where_there_is_one_and_asked_for_where_there_are_two(agent, desk):
    client = desk(agent)
    assert "Region: 38 Region 38" in client.get(URL).content.decode()
    other = RegionFactory(number=69, name="Rhône")
    TeamMembershipFactory(user=agent, team=TeamFactory(region=other))
    client.post(URL, written(region=other.pk))
    assert Case.objects.get().region == other
    assert "region" in client.post(URL, written()).context["form"].errors


def test_region_of_others_is_not_taken(agent, desk):
    foreign = RegionFactory(number=75)
    client = desk(agent)
    client.post(URL, written(region=foreign.pk))
    assert Case.objects.get().region_id != foreign.pk
    TeamMembershipFactory(user=agent, team=TeamFactory(region=RegionFactory(number=69)))
    response = client.post(URL, written(region=foreign.pk))
    assert (Case.objects.count(), list(response.context["form"].errors)) == (1, ["region"])

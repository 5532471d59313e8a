import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mct.enums import CaseState, PictureState
from mct.intake import read_picture
from mct.linking import link_case
from mct.models import Case, Picture
from tests.clea_portal.scanning.files import make_pdf, merge_pdfs, save
from tests.factories import CaseFactory, PictureFactory, new_code, ready_country
from tests.mct.scenes import SCENES
from tests.pictures import clea_link, draw_code, draw_poster, photograph

pytestmark = pytest.mark.django_db


def url(case):
    return reverse("mct:case_evidence", args=[case.uuid])


def photo(content):
    return SimpleUploadedFile("photo.jpg", content, content_type="image/jpeg")


def test_photo_on_a_draft_becomes_a_case_that_is_ready(agent, desk):
    ready_country()
    code, case = new_code(), CaseFactory()
    client = desk(agent)
    response = client.post(url(case), {"pictures": [photo(photograph(draw_code(code.deep_link), seed=1))]})
    assert response["Location"] == reverse("mct:case", args=[case.uuid])
    read_picture(Picture.objects.get().pk)
    link_case(case.pk)
    case.refresh_from_db()
    assert (case.state, case.code.ltid) == (CaseState.READY, code.ltid)
    text = client.get(reverse("mct:case", args=[case.uuid])).content.decode()
    assert "What will be declared" in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 a text document", "This kind of file cannot be read. Send a JPEG, PNG, WebP, HEIC, AVIF or PDF file."),
        (photograph(draw_code(clea_link(1)), seed=1)[:4000], "This file is damaged or incomplete."),
        (photograph(draw_code("https://example.org"), seed=2), "There is a QR code in this file, but it is not a CLÉA code."),
    ],
)
def test_file_that_gives_no_code_says_on_the_case_what_to_do(agent, desk, content, words):
    case, client = CaseFactory(notes="Kept."), desk(agent)
    client.post(url(case), {"pictures": [photo(content)]})
    read_picture(Picture.objects.get().pk)
    link_case(case.pk)
    text = client.get(reverse("mct:case", args=[case.uuid])).content.decode()
    assert (words in text, "No code could be read" in text, "Kept." in text) == (True, True, True)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_photo_of_every_format_gives_its_code(agent, desk, kind):
    case, client = CaseFactory(), desk(agent)
    client.post(url(case), {"pictures": [photo(save(draw_code(clea_link(1), module=4), kind))]})
    read_picture(Picture.objects.get().pk)
    assert list(case.codes.values_list("deep_link", flat=True)) == [clea_link(1)]


def test_code_on_the_last_of_fifty_pages_is_read_and_one_page_more_is_refused_with_the_limit(agent, desk):
    poster = save(draw_poster(clea_link(1), dots_per_inch=100), "PDF", resolution=100)
    case, client = CaseFactory(), desk(agent)
    client.post(url(case), {"pictures": [photo(merge_pdfs(make_pdf(50), poster)), photo(merge_pdfs(make_pdf(49), poster))]})
    for picture in Picture.objects.all():
        read_picture(picture.pk)
    assert list(Picture.objects.values_list("state", "advice")) == [("unreadable", "too_many_pages"), ("read", "")]
    assert list(case.codes.values_list("deep_link", flat=True)) == [clea_link(1)]
    link_case(case.pk)
    text = client.get(reverse("mct:case", args=[case.uuid])).content.decode()
    assert "This PDF has more than 50 pages. Send only the page with the code." in text


def test_link_is_added(agent, desk):
    case = CaseFactory()
    desk(agent).post(url(case), {"links": clea_link(1)})
    assert Case.objects.values_list("state", flat=True).get() == CaseState.LINKING
    assert case.codes.count() == 1


def test_empty_form_comes_back(agent, desk):
    case = CaseFactory()
    response = desk(agent).post(url(case), {"links": "  "})
    assert "Choose a picture of the code, or paste its link." in response.content.decode()
    assert Case.objects.get().state == CaseState.DRAFT


def test_more_pictures_than_a_case_takes_are_refused_and_the_link_is_kept_on_the_form(agent, desk):
    case = CaseFactory(state=CaseState.LINKING)
    for _ in range(10):
        PictureFactory(case=case, state=PictureState.READ)
    response = desk(agent).post(url(case), {"links": clea_link(1), "pictures": [photo(b"x")]})
    text = response.content.decode()
    assert "A case takes 10 files that can be read." in text
    assert "Choose the files again" in text
    assert (response.context["evidence_form"]["links"].value(), case.codes.count()) == (clea_link(1), 0)


@pytest.mark.parametrize("scene", ["held", "declared", "published", "closed", "proposed_by_me", "unknown_outcome"])
def test_case_that_takes_no_more_codes_says_so(agent, desk, scene):
    case = SCENES[scene](agent)
    before = case.codes.count()
    response = desk(agent).post(url(case), {"links": clea_link(1)}, follow=True)
    assert "takes no more codes. Look again." in response.content.decode()
    assert (case.codes.count(), Case.objects.get().state) == (before, case.state)

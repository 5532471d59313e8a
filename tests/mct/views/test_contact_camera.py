"""A contact's phone has read the code itself: its link comes, no picture."""

import pytest

from mct.contact_links import MOST_PICTURES
from mct.models import ContactLink, Picture
from tests.factories import CaseFactory, contact_link, new_code, ready_country
from tests.mct.views.test_contact import DONE, PAGE, THANKS, opened, sending, text_of
from tests.pictures import clea_link, draw_code, photograph

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(agent, woken):
    ready_country()
    return CaseFactory(created_by=agent)


@pytest.fixture
def link(case, agent):
    return contact_link(case, by=agent)


def reading(text):
    return {"code-what": "code", "code-link": text}


def test_code_that_the_phone_has_read_is_sent_as_its_link(link, case):
    browser, code = opened(link), new_code()
    assert browser.post(PAGE, reading(code.deep_link))["Location"] == PAGE
    page = text_of(browser.get(PAGE))
    assert ("The code has arrived." in page, "The code was read." in page, "being read" in page) == (True, True, False)
    link.refresh_from_db()
    assert (link.codes_read, Picture.objects.count(), case.codes.get().deep_link) == (1, 0, code.deep_link)
    told = list(case.timeline.values_list("entry", "actor"))
    assert told[-3:] == [("contact_camera", None), ("link_added", None), ("moved", None)]
    assert browser.post(DONE)["Location"] == THANKS


def test_code_and_a_photo_of_it_come_together(link, case):
    browser, code = opened(link), new_code()
    browser.post(PAGE, sending("code", photograph(draw_code(code.deep_link), seed=1)) | reading(code.deep_link))
    link.refresh_from_db()
    assert (link.codes_read, link.codes_sent, case.codes.count(), Picture.objects.count()) == (1, 2, 1, 1)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("https://menu.example/", "this is not the link of a CLÉA code"),
        (clea_link(1)[:-42], "its length is that of no code; copy the whole link"),
        (clea_link(1) + "A" * 4000, "this is not the link of a CLÉA code"),
    ],
)
def test_text_that_is_no_code_is_refused_with_the_reason(link, case, text, mistake):
    page = text_of(opened(link).post(PAGE, reading(text)))
    assert f"The code that the camera has read cannot be sent: {mistake}." in page
    assert (case.codes.count(), ContactLink.objects.get().codes_read) == (0, 0)


def test_register_form_takes_no_code(link, case):
    page = text_of(opened(link).post(PAGE, {"register-what": "register", "register-link": clea_link(1)}))
    assert ("Take a photo, or choose a file." in page, case.codes.count()) == (True, 0)


def test_codes_that_phones_have_read_count_like_pictures(link, case):
    browser = opened(link)
    ContactLink.objects.update(codes_read=MOST_PICTURES - 1)
    assert browser.post(PAGE, reading(clea_link(1)))["Location"] == PAGE
    assert "You have sent as many pictures of the code as this link takes." in text_of(browser.get(PAGE))
    page = text_of(browser.post(PAGE, reading(clea_link(2))))
    assert ("You have sent as many pictures of the code as this link takes." in page, case.codes.count()) == (True, 1)

"""What a contact's link opens, for people without an account."""

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from clea_portal.accounts.models import UserSession
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country, TracingKey
from clea_portal.scanning.results import MAX_BYTES
from mct import contact_links
from mct.cases import close_case
from mct.contact_links import MOST_PICTURES
from mct.enums import CaseState, ClosingReason, LinkEnding, PictureState
from mct.intake import read_picture
from mct.models import Case, ContactLink, Picture, RegisterPage
from mct.register_pages import MOST_FILES
from mct.views import contact as views
from tests.clea_portal.scanning.files import save
from tests.factories import CaseFactory, contact_link, new_code, ready_country
from tests.mct.scenes import SCENES
from tests.pictures import clea_link, draw_code, photograph
from tests.test_pages import outline_of

pytestmark = pytest.mark.django_db
PAGE, START, STATUS, DONE, THANKS = "/contact/", "/contact/start/", "/contact/status/", "/contact/done/", "/contact/thanks/"
SECRET = b"Jeanne Dupont 0612345678"
REGISTER = save(Image.new("L", (400, 500), 230), "JPEG", comment=SECRET)


@pytest.fixture
def case(agent, woken):
    ready_country()
    return CaseFactory(created_by=agent, reference="2026-0117", notes="By the window.")


@pytest.fixture
def link(case, agent):
    return contact_link(case, by=agent)


def phone(language="en"):
    return Client(headers={"accept-language": language})


def opened(link, *, language="en"):
    """A browser that has followed the link and pressed the button."""
    browser = phone(language)
    assert browser.get(f"/contact/{link.token}/")["Location"] == PAGE
    assert browser.post(START)["Location"] == PAGE
    return browser


def sending(what, *contents, name="photo.jpg"):
    files = [SimpleUploadedFile(name, content, content_type="image/jpeg") for content in contents]
    return {f"{what}-what": what, f"{what}-files": files}


def text_of(response):
    return response.content.decode()


def test_whole_way_of_a_contact(link, case, woken):
    browser = opened(link)
    page = text_of(browser.get(PAGE))
    assert [words in page for words in ("1. The code of the day", "2. The visitors' register", "Everything is sent")] == [
        True
    ] * 3
    code = new_code()
    response = browser.post(PAGE, sending("code", photograph(draw_code(code.deep_link), seed=1)))
    assert response["Location"] == PAGE
    page = text_of(browser.get(PAGE))
    assert ("being read" in page, f"{STATUS}?seen=" in page) == (True, True)
    read_picture(Picture.objects.get().pk)
    assert "The code was read. You need not send another picture of it." in text_of(browser.get(PAGE))
    assert browser.post(PAGE, sending("register", REGISTER, REGISTER))["Location"] == PAGE
    assert "2 files have arrived." in text_of(browser.get(PAGE))
    assert browser.post(DONE)["Location"] == THANKS
    link.refresh_from_db()
    assert link.receipt in text_of(browser.get(THANKS))
    assert link.receipt in text_of(browser.get(PAGE))
    assert (browser.get(PAGE).status_code, browser.post(PAGE, sending("code", b"x")).status_code) == (404, 404)
    assert (Case.objects.get().state, RegisterPage.objects.count()) == (CaseState.LINKING, 2)


def test_nothing_of_the_case_is_shown(link, case):
    browser = opened(link)
    Picture.objects.create(case=case, number=1, state=PictureState.READ)
    for response in (phone().get(f"/contact/{link.token}/", follow=True), browser.get(PAGE)):
        text = text_of(response)
        for secret in ("2026-0117", "window", str(case.uuid), str(case)[:8], link.token, "Picture 1"):
            assert secret not in text.replace(link.case.region.name, "")


def test_only_the_address_that_was_sent_carries_the_token_and_says_no_referrer(link):
    browser = phone()
    first = browser.get(f"/contact/{link.token}/")
    assert (first.status_code, first["Referrer-Policy"]) == (302, "no-referrer")
    page = browser.get(PAGE)
    # With no-referrer here, browsers would name no origin and every form would be refused.
    assert page["Referrer-Policy"] == "same-origin"
    for response in (first, page, browser.post(START), browser.get(PAGE), phone().get("/contact/nothing/")):
        assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("private, no-store", "noindex, nofollow")


def test_looking_at_the_link_counts_for_nothing(link):
    for _ in range(9):
        assert phone().get(f"/contact/{link.token}/", follow=True).status_code == 200
        assert phone().head(f"/contact/{link.token}/").status_code == 302
    link.refresh_from_db()
    assert link.openings == 0


def test_browser_counts_once_however_often_it_loads_and_opens_the_link(link):
    browser = opened(link)
    for _ in range(3):
        browser.get(PAGE)
        browser.get(f"/contact/{link.token}/")
        browser.post(START)
    link.refresh_from_db()
    assert link.openings == 1


def test_sixth_browser_is_refused_and_the_others_go_on(link):
    first = opened(link)
    for _ in range(4):
        opened(link)
    sixth = phone()
    sixth.get(f"/contact/{link.token}/")
    assert "has been opened in as many browsers as it may" in text_of(sixth.get(PAGE))
    sixth.post(START)
    assert "Everything is sent" not in text_of(sixth.get(PAGE))
    assert sixth.post(PAGE, sending("register", REGISTER))["Location"] == PAGE
    assert (ContactLink.objects.get().openings, RegisterPage.objects.count()) == (5, 0)
    assert "Everything is sent" in text_of(first.get(PAGE))


ENDINGS = {
    "called off": lambda link, agent: contact_links.revoke_link(case=link.case, by=agent, now=timezone.now()),
    "replaced": lambda link, agent: contact_link(link.case),
    "closed": lambda link, agent: close_case(case=link.case, reason=ClosingReason.WARNED, by=agent),
    "expired": lambda link, agent: ContactLink.objects.update(expires_at=timezone.now()),
    "without contact tracing": lambda link, agent: Country.objects.update(deployment=Deployment.NONE),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_link_that_no_longer_works_is_not_found_anywhere(link, agent, ending):
    browser = opened(link)
    ENDINGS[ending](link, agent)
    answers = [browser.get(f"/contact/{link.token}/"), browser.get(PAGE), browser.get(STATUS), browser.get(THANKS)]
    answers += [browser.post(START), browser.post(DONE), browser.post(PAGE, sending("register", REGISTER))]
    assert {answer.status_code for answer in answers} == {404}
    assert not RegisterPage.objects.exists()


def test_used_up_link_is_gone_for_everybody_else_too(link):
    first, second = opened(link), opened(link)
    first.post(PAGE, sending("register", REGISTER))
    first.post(DONE)
    assert (second.get(PAGE).status_code, second.get(THANKS).status_code) == (404, 404)
    assert phone().get(f"/contact/{link.token}/").status_code == 404
    assert ContactLink.objects.get().ending == LinkEnding.DONE


def test_deployment_without_contact_tracing_says_nothing_of_it(link):
    Country.objects.update(deployment=Deployment.NONE)
    for address in (f"/contact/{link.token}/", PAGE):
        response = phone().get(address)
        assert (response.status_code, response.templates[0].name) == (404, "404.html")


def test_nobody_without_link_gets_anywhere(case):
    browser = phone()
    answers = [browser.get(PAGE), browser.get(STATUS), browser.get(THANKS), browser.get("/contact/x/"), browser.post(START)]
    answers += [browser.post(DONE), browser.post(PAGE, sending("register", REGISTER))]
    assert {answer.status_code for answer in answers} == {404}


def test_wrong_methods(link):
    browser = opened(link)
    found = [browser.get(START), browser.get(DONE), browser.post(STATUS), browser.post(THANKS), browser.put(PAGE)]
    found.append(browser.post(f"/contact/{link.token}/"))
    assert [answer.status_code for answer in found] == [405] * 6


def test_every_form_needs_its_token(link):
    browser = opened(link)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    for address in (START, DONE, PAGE):
        assert strict.post(address, sending("register", REGISTER)).status_code == 403
    assert not RegisterPage.objects.exists()


def test_done_before_anything_is_sent(link):
    response = opened(link).post(DONE, follow=True)
    assert "You have sent nothing yet." in text_of(response)
    assert ContactLink.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("what", "contents", "words"),
    [
        ("code", [], "Take a photo, or choose a file."),
        ("register", [], "Take a photo, or choose a file."),
        ("code", [b""], "This file is empty."),
        ("register", [b"PK\x03\x04 a text document"], "This kind of file cannot be read."),
        ("register", [b"\xff\xd8\xff" + b"x" * MAX_BYTES], "This file has 16 MB, more than the 15 MB allowed."),
        ("register", [REGISTER] * (MOST_FILES + 1), "Choose 20 files at most."),
        ("code", [b"x"] * 11, "Choose 10 files at most."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(link, what, contents, words):
    response = opened(link).post(PAGE, sending(what, *contents))
    assert (response.status_code, words in text_of(response)) == (200, True)
    assert "Nothing of this was sent." in text_of(response) or not contents
    assert (Picture.objects.count(), RegisterPage.objects.count()) == (0, 0)


def test_too_much_at_once_is_named(link, monkeypatch):
    monkeypatch.setattr("clea_portal.uploads.MAX_BYTES", len(REGISTER))
    response = opened(link).post(PAGE, sending("register", *[REGISTER] * 11))
    assert "All files together have more than 150 MB. Send some of them first, then the others." in text_of(response)
    assert not RegisterPage.objects.exists()


def test_photo_and_files_come_together(link):
    data = sending("register", REGISTER) | {"register-photo": SimpleUploadedFile("taken.jpg", REGISTER)}
    opened(link).post(PAGE, data)
    assert RegisterPage.objects.count() == 2


def test_picture_that_cannot_be_read_gives_advice(link):
    browser = opened(link)
    browser.post(PAGE, sending("code", photograph(draw_code("https://example.org"), seed=2)))
    read_picture(Picture.objects.get().pk)
    assert "it is not a CLÉA code" in text_of(browser.get(PAGE))


@pytest.mark.parametrize("scene", ["held", "published", "proposed_by_me"])
def test_team_that_has_the_code_still_takes_the_register(agent, woken, scene):
    browser = opened(contact_link(SCENES[scene](agent)))
    assert "The team has the code already." in text_of(browser.get(PAGE))
    assert "The team has the code already." in text_of(browser.post(PAGE, sending("code", b"x")))
    browser.post(PAGE, sending("register", REGISTER))
    assert (Picture.objects.count(), RegisterPage.objects.count()) == (0, 1)


def test_case_that_has_enough_files_says_so(link, case):
    for number in range(10):
        Picture.objects.create(case=case, number=number, state=PictureState.READ)
    response = opened(link).post(PAGE, sending("code", b"x"))
    assert "These are more files than the team can take." in text_of(response)


def test_link_that_is_full_says_so(link, case):
    for number in range(MOST_PICTURES):
        link.pictures.add(Picture.objects.create(case=case, number=number, state=PictureState.UNREADABLE))
    browser = opened(link)
    browser.post(PAGE, sending("register", *[REGISTER] * MOST_FILES))
    text = text_of(browser.get(PAGE))
    assert ("as many pictures of the code as this link takes" in text, "as many files as this link takes" in text) == (True, True)


def test_without_a_key_no_page_is_taken(link):
    browser = opened(link)
    TracingKey.objects.update(valid_from=timezone.now() + timedelta(days=1))
    words = "The team cannot take register pages here at the moment."
    assert words in text_of(browser.get(PAGE))
    assert words in text_of(browser.post(PAGE, sending("register", REGISTER)))
    assert not RegisterPage.objects.exists()


def test_status_says_only_what_is_new(link, case):
    browser = opened(link)
    browser.post(PAGE, sending("code", draw_and_save()))
    asking = browser.get(STATUS, {"seen": "x"}, headers={"HX-Request": "true"})
    seen = asking.context["shown"].version
    assert ("being read" in text_of(asking), "<html" in text_of(asking)) == (True, False)
    assert browser.get(STATUS, {"seen": seen}, headers={"HX-Request": "true"}).status_code == 204
    assert browser.get(STATUS)["Location"] == PAGE
    read_picture(Picture.objects.get().pk)
    assert "The code was read." in text_of(browser.get(STATUS, {"seen": seen}, headers={"HX-Request": "true"}))
    ContactLink.objects.update(expires_at=timezone.now())
    assert browser.get(STATUS, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def draw_and_save():
    return photograph(draw_code(clea_link(1)), seed=3)


def test_unknown_links_cannot_be_tried_for_long(case):
    found = [phone().get(f"/contact/{number}/").status_code for number in range(31)]
    assert found == [404] * 30 + [429]


def test_sending_too_often_has_to_wait_and_its_files_are_not_even_read(link, monkeypatch):
    monkeypatch.setattr(views, "MOST_SENDINGS", 1)
    browser = opened(link)
    browser.post(PAGE, sending("register", REGISTER))
    response = browser.post(PAGE, sending("register", REGISTER))
    assert (response.status_code, "Try again in" in text_of(response), RegisterPage.objects.count()) == (429, True, 1)
    assert int(response["Retry-After"]) > 0


def test_asking_too_often_has_to_wait(link, monkeypatch):
    monkeypatch.setattr(views, "MOST_A_MINUTE", 3)
    browser = opened(link)
    assert [browser.get(PAGE).status_code for _ in range(3)] == [200, 200, 429]


def test_nothing_of_a_register_page_lies_in_the_database_or_on_a_disk(link, monkeypatch, tmp_path):
    """As it comes in: every file that the request makes would be seen here, and every value of every table."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", None)
    browser = opened(link)
    content = REGISTER + SECRET * 200_000  # larger than what Django keeps in memory by itself
    seen = []
    seal = views.register_pages.seal

    def watched(*args, **kwargs):
        seen.append(sorted(tmp_path.rglob("*")))
        return seal(*args, **kwargs)

    monkeypatch.setattr(views.register_pages, "seal", watched)
    assert browser.post(PAGE, sending("register", content))["Location"] == PAGE
    assert (seen, list(Path(tmp_path).rglob("*"))) == ([[]], [])
    assert RegisterPage.objects.get().size == len(content)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    assert SECRET not in raw
                    assert b"photo.jpg" not in raw


@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_have_one_heading_their_language_and_nothing_inline(link, language):
    browser = phone(language)
    start = browser.get(f"/contact/{link.token}/", follow=True)
    browser.post(START)
    browser.post(PAGE, sending("code", b"x"))
    page = browser.get(PAGE)
    browser.post(DONE)
    for response in (start, page, browser.get(THANKS), browser.get(PAGE)):
        outline = outline_of(response)
        assert (outline.language, len(outline.headings), outline.inline) == (language, 1, [])
        assert len(outline.ids) == len(set(outline.ids))


def test_session_says_nothing_in_clear(link):
    opened(link)
    assert str(link.uuid) not in UserSession.objects.get().session_data


@pytest.mark.parametrize("rows", [1, 3])
def test_number_of_queries_does_not_grow_with_what_was_sent(link, rows, django_assert_num_queries):
    browser = opened(link)
    browser.post(PAGE, sending("code", *[b"x"] * rows))
    browser.post(PAGE, sending("register", *[REGISTER] * rows))
    browser.get(PAGE)
    with django_assert_num_queries(7):
        assert browser.get(PAGE).status_code == 200

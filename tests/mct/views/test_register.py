"""Register pages, as people of the case's region see them. Who gets there: test_ladder."""

from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from clea_portal.audit.models import AuditEvent, AuditKind
from clea_portal.protocol.keys import generate_private_key, private_key_hex
from mct.models import RegisterPage, TimelineEntry
from mct.register_pages import keep_pages
from tests.clea_portal.scanning.files import make_pdf, save
from tests.factories import CaseFactory, TracingKeyFactory, contact_link, ready_country

pytestmark = pytest.mark.django_db
SECRET = b"Jeanne Dupont 0612345678"
PAGE = save(Image.new("L", (400, 500), 230), "JPEG", comment=SECRET)


@pytest.fixture
def link(agent, woken):
    ready_country()
    return contact_link(CaseFactory(), by=agent)


@pytest.fixture
def browser(desk, agent):
    return desk(agent)


def kept(link, content=PAGE):
    keep_pages(link, contents=[content], now=timezone.now())
    return RegisterPage.objects.get()


def at(page, end=""):
    return f"/cases/{page.case.uuid}/register/{page.uuid}/{end}"


def test_frame_shows_the_sheet_and_the_sheet_is_noted(browser, agent, link):
    page = kept(link)
    frame = browser.get(at(page))
    assert (frame.status_code, f'src="{at(page, "1/")}"' in frame.content.decode()) == (200, True)
    assert not TimelineEntry.objects.filter(entry="register_opened").exists()
    sheet = browser.get(at(page, "1/"))
    assert (sheet["Content-Type"], sheet.content[:3], SECRET in sheet.content) == ("image/jpeg", b"\xff\xd8\xff", False)
    assert sheet["Cache-Control"] == frame["Cache-Control"] == "private, no-store"
    assert (sheet["Content-Security-Policy"], sheet["X-Content-Type-Options"]) == ("default-src 'none'; sandbox", "nosniff")
    entry = TimelineEntry.objects.get(entry="register_opened")
    assert (entry.case, entry.actor) == (page.case, agent)
    assert AuditEvent.objects.get(verb="register_opened").kind == AuditKind.READ
    assert "Page 1, sheet 1." in browser.get(f"/cases/{page.case.uuid}/").content.decode()


def test_every_opening_is_noted_anew(browser, link):
    page = kept(link)
    for _ in range(3):
        browser.get(at(page, "1/"))
    assert TimelineEntry.objects.filter(entry="register_opened").count() == 3


@pytest.mark.parametrize(
    ("asked", "shown"), [("", (1, None, 2)), ("?sheet=2", (2, 1, 3)), ("?sheet=99", (3, 2, None)), ("?sheet=x", (1, None, 2))]
)
def test_pdf_is_leafed_through(browser, link, asked, shown):
    page = kept(link, make_pdf(3))
    context = browser.get(at(page, asked)).context
    assert (context["sheet"], context["before"], context["after"], context["count"]) == (*shown, 3)
    assert browser.get(at(page, f"{shown[0]}/")).status_code == 200


@pytest.mark.parametrize("sheet", ["0", "2", "51", "99999999999999999999"])
def test_there_is_no_such_sheet(browser, link, sheet):
    assert browser.get(at(kept(link), f"{sheet}/")).status_code == 404


def test_damaged_page_says_so(browser, link):
    page = kept(link, PAGE[:200])
    assert "This file is damaged or incomplete." in browser.get(at(page)).content.decode()
    assert browser.get(at(page, "1/")).status_code == 404


def test_page_whose_key_is_gone_says_so(browser, link):
    page = kept(link)
    key = TracingKeyFactory()
    key.private_key = private_key_hex(generate_private_key())
    key.save(update_fields=["private_key"])
    assert "This page cannot be opened" in browser.get(at(page)).content.decode()
    assert browser.get(at(page, "1/")).status_code == 404


def test_page_past_its_retention_is_gone_before_the_purge(browser, link):
    page = kept(link)
    RegisterPage.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert [browser.get(at(page, end)).status_code for end in ("", "1/")] == [404, 404]
    assert "Register page 1" not in browser.get(f"/cases/{page.case.uuid}/").content.decode()


def test_page_of_another_case_is_not_found(browser, link):
    page = kept(link)
    other = CaseFactory()
    assert browser.get(f"/cases/{other.uuid}/register/{page.uuid}/1/").status_code == 404

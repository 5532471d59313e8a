"""Two journeys over a consent: a code of which nothing is kept, and a code that a manager gives to contact tracing."""

import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone
from playwright.sync_api import expect

from clea_portal.scanning.reading import read_content
from mct.models import Case
from tests.e2e.browser import PHONE, assert_accessible
from tests.e2e.journeys import download, follow, look_at, press, worker_reads
from tests.factories import CaseFactory, TeamFactory, TeamMembershipFactory
from tests.members import member, organisation_with_choices
from tests.venues.making import opened_venue

PASSPHRASE = "six pommes et demie"


@pytest.fixture
def organisation(db):
    return organisation_with_choices()


def unpacked(content):
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def press_and_watch(page):
    """The page shows that something is under way as long as it is."""
    press(page, "Make and download")
    expect(page.get_by_role("progressbar")).to_be_visible()


def test_code_without_an_account_and_back_from_its_sheet(organisation, open_page, tmp_path):
    page = open_page(language="en", device=PHONE)
    page.goto("/")
    page.get_by_role("link", name=re.compile("without an account")).click()
    look_at(page, "A code without an account")
    follow(page, "For a place")
    look_at(page, "A code for a place, kept by you alone")
    press(page, "Make and download")
    look_at(page, "A code for a place, kept by you alone")
    page.get_by_label("Name").fill("Le Petit Refuge")
    page.get_by_label("Type of place").select_option(index=1)
    page.get_by_label("Region").select_option(index=1)
    page.get_by_label("Phone").fill("04 65 71 00 38")
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    name, content = download(page, lambda: press_and_watch(page))
    expect(page.locator("#file-came")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_hidden()
    assert_accessible(page)
    assert page.evaluate("document.cookie.includes('file_came')") is False
    assert re.fullmatch(r"CLEA \w{6} Le Petit Refuge\.zip", name)
    files = unpacked(content)
    poster, sheet = (next(files[name] for name in files if word in name) for word in ("Posters", "Recovery"))
    page.goto("/without-account/again/")
    look_at(page, "I have a recovery sheet")
    path = tmp_path / "sheet.pdf"
    path.write_bytes(sheet)
    page.get_by_label("Recovery sheet").set_input_files(path)
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    _, again = download(page, lambda: press_and_watch(page))
    expect(page.locator("#file-came")).to_be_visible()
    (same,) = [content for name, content in unpacked(again).items() if "Posters" in name]
    assert read_content(same).links == read_content(poster).links != ()


def test_manager_gives_a_case_the_code_of_a_day(organisation, open_page, sign_in, venue):
    agent = TeamMembershipFactory(team=TeamFactory(region=venue.region)).user
    TOTP.activate(agent, "CLEATESTSCLEATESTSCLEATESTSCLEAT")
    now = timezone.now()
    case = CaseFactory(
        region=venue.region, created_by=agent, exposure_start=now - timedelta(hours=30), exposure_end=now - timedelta(hours=28)
    )
    desk = open_page(language="en")
    sign_in(desk, agent, second_factor=True)
    desk.goto(f"/cases/{case.uuid}/")
    follow(desk, "Ask the place for its code")
    look_at(desk, "Ask the place for its code")
    press(desk, "Make a number and a link")
    look_at(desk, "Ask the place for its code")
    number = desk.locator("#number").inner_text()

    manager = open_page(language="en", device=PHONE)
    sign_in(manager, member(organisation))
    manager.goto("/share/")
    look_at(manager, "Give a code to contact tracing")
    manager.get_by_label("Number").fill(number)
    press(manager, "Go on")
    look_at(manager, "Which place, and which day?")
    manager.get_by_label("Place").select_option(label=venue.name)
    manager.get_by_label("Day").select_option(index=1)
    press(manager, "Show the codes of that day")
    look_at(manager, "Which place, and which day?")
    press(manager, "I give this code to the team")
    look_at(manager, "Thank you")

    worker_reads()
    desk.goto(f"/cases/{case.uuid}/")
    expect(desk.get_by_text("Code shared by the place's manager")).to_be_visible()
    assert Case.objects.get().code.deep_link == venue.codes.get().deep_link
    assert venue.name not in desk.content()


@pytest.fixture
def venue(organisation):
    return opened_venue(organisation, now=timezone.now() - timedelta(days=5))

"""The journeys of people who make codes: a venue manager on a phone, an event host at a desk, and one who uses no mouse."""

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clea_portal.protocol.lsp import LspType
from events.models import Event
from tests.e2e.browser import PHONE
from tests.e2e.journeys import download, follow, follow_the_mail, look_at, press
from tests.factories import PASSWORD, MembershipFactory, RegionFactory, UserFactory, VenueTypeFactory, ready_country
from tests.opening import links_in, open_code
from venues.models import Venue

MANAGER = "zoe@example.org"


@pytest.fixture
def country(db):
    """With what a form has to offer."""
    country = ready_country(time_zone="Europe/Paris")
    RegionFactory(country=country, number=38, name="Isère")
    VenueTypeFactory(country=country, number=1, label_en="Restaurant, bar, café")
    VenueTypeFactory(country=country, number=24, letters="X", label_fr="Fête privée", label_en="Private party")
    return country


@pytest.mark.usefixtures("country")
def test_venue_manager_goes_from_the_front_page_to_a_poster_on_a_phone(open_page):
    page = open_page(device=PHONE, language="en")
    page.goto("/")
    look_at(page, "Warn those who were there, without knowing who they are")
    sign_up(page)

    look_at(page, "One question first")
    page.get_by_label("Name of your organisation").fill("Les Tables du Drac")
    press(page, "Go on")
    look_at(page, "Venues")
    follow(page, "Make a venue")
    look_at(page, "New venue")
    make_a_venue_at_the_second_try(page)

    look_at(page, "Le Zinc")
    venue = Venue.objects.get()
    first = venue.codes.get()
    expect(page.get_by_role("region", name="The code")).to_contain_text(first.check_code)
    opened = open_code(first.deep_link)
    assert (venue.organisation.name, opened.contact.phone, opened.contact.region) == ("Les Tables du Drac", "33476123456", 38)
    assert opened.contact.pin == venue.pin
    assert_all_files_carry(page, first)

    follow(page, "Renew the code")
    look_at(page, "Renew the code?")
    press(page, "Renew the code")
    look_at(page, "Le Zinc")
    second = venue.codes.get(replaced_at=None)
    assert open_code(second.deep_link).header.ltid != opened.header.ltid
    expect(page.get_by_role("region", name="Replaced codes")).to_contain_text(first.check_code)
    assert_all_files_carry(page, second)

    press(page, "Archive")
    look_at(page, "Le Zinc")
    expect(page.locator("main")).to_contain_text("Archived on")
    follow(page, "Venues")
    look_at(page, "Venues")
    expect(page.get_by_role("link", name="Le Zinc")).to_have_count(0)
    follow(page, "Archived (1)")
    look_at(page, "Venues")
    follow(page, "Le Zinc")
    press(page, "Bring it back")
    look_at(page, "Le Zinc")
    assert [code.deep_link for code in venue.codes.filter(replaced_at=None)] == [second.deep_link]


def sign_up(page):
    follow(page, "Make my poster")
    look_at(page, "Create an account")
    page.get_by_label("Email").fill(MANAGER)
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill(PASSWORD)
    press(page, "Create my account")
    look_at(page, "Confirm your e-mail address")
    follow_the_mail(page, to=MANAGER)
    look_at(page, "Confirm your e-mail address")
    press(page, "Yes, confirm it")


def make_a_venue_at_the_second_try(page):
    """A number that nobody can call is explained, and nothing that was typed is lost."""
    page.get_by_label("Name").fill("Le Zinc")
    page.get_by_label("Type of place").select_option(label="Restaurant, bar, café")
    page.get_by_label("Region").select_option(label="38 Isère")
    page.get_by_label("Phone").fill("04 76")
    pin = page.get_by_label("PIN").input_value()
    press(page, "Make the code")
    look_at(page, "New venue")
    wrong = "This number cannot be called. Write it like 01 23 45 67 89 or +33 1 23 45 67 89."
    expect(page.get_by_label("Phone")).to_have_accessible_description(re.compile(re.escape(wrong)))
    assert Venue.objects.count() == 0
    kept = [page.get_by_label(label).input_value() for label in ("Name", "Phone", "PIN")]
    assert kept == ["Le Zinc", "04 76", pin]
    expect(page.get_by_label("Type of place").locator("option:checked")).to_have_text("Restaurant, bar, café")
    page.get_by_label("Phone").fill("04 76 12 34 56")
    press(page, "Make the code")


def assert_all_files_carry(page, code, *, within="main"):
    """The poster, and the code alone in both forms, are downloaded as files and read back as this code."""
    part = page.locator(within)
    for link, kind in (("Download the poster (PDF)", "pdf"), ("PNG", "png"), ("SVG", "svg")):
        name, content = download(page, part.get_by_role("link", name=link).first.click)
        assert (name.endswith(f".{kind}"), code.check_code in name) == (True, True), name
        assert links_in(content, kind=kind) == (code.deep_link,)


def test_event_host_makes_both_codes(open_page, sign_in, country):
    page = open_page(language="en", colours="dark")
    host = MembershipFactory(organisation__country=country).user
    sign_in(page, host)
    page.goto(reverse("events:list"))
    look_at(page, "Events")
    follow(page, "Make an event")
    look_at(page, "New event")
    day = timezone.now().astimezone(country.zone).replace(hour=15, minute=0, second=0, microsecond=0) + timedelta(days=20)
    page.get_by_label("Name").fill("Mariage de Zoé & Noé\nGrange du Haut")
    page.get_by_label("Start").fill(written(day))
    page.get_by_label("End").fill(written(day + timedelta(hours=8)))
    page.get_by_label("Type of place").select_option(label="Private party")
    page.get_by_label("Region").select_option(label="38 Isère")
    page.get_by_label("Phone").fill("+33 4 76 12 34 56")
    press(page, "Make the codes")

    look_at(page, "Mariage de Zoé & Noé Grange du Haut")
    event = Event.objects.get()
    entrance, invitation = (event.codes.get(kind=kind) for kind in ("entrance", "asynchronous"))
    at_the_door, beforehand = open_code(entrance.deep_link), open_code(invitation.deep_link)
    assert (at_the_door.header.lsp_type, beforehand.header.lsp_type) == (LspType.SYNCHRONOUS, LspType.ASYNCHRONOUS)
    assert at_the_door.header.ltid == beforehand.header.ltid
    assert (event.start, event.end) == (day, day + timedelta(hours=8))
    for code, heading in ((entrance, "At the entrance"), (invitation, "On invitations and tickets")):
        title = page.get_by_role("heading", name=heading)
        expect(title).to_be_visible()
        assert_all_files_carry(page, code, within=f"section[aria-labelledby={title.get_attribute('id')}]")


def written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


def test_venue_is_made_with_the_keyboard_alone(open_page, sign_in, country):
    page = open_page(language="en")
    organisation = MembershipFactory(organisation__country=country).organisation
    sign_in(page, organisation.memberships.get().user)
    page.goto(reverse("venues:list"))
    tab_to(page, page.get_by_role("link", name="Make a venue"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("New venue")
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("Le Zinc")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Type of place")).to_be_focused()
    page.keyboard.type("Rest")
    tab_to(page, page.get_by_label("Region"))
    page.keyboard.type("38")
    tab_to(page, page.get_by_label("Phone"))
    page.keyboard.type("12")
    page.keyboard.press("Enter")

    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Phone")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("0476123456")
    tab_to(page, page.get_by_role("button", name="Make the code"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Le Zinc")
    assert Venue.objects.get().codes.count() == 1
    tab_to(page, page.get_by_role("link", name="Download the poster (PDF)"))
    _, content = download(page, lambda: page.keyboard.press("Enter"))
    assert links_in(content, kind="pdf") == (Venue.objects.get().codes.get().deep_link,)


def tab_to(page, target):
    """Press the tab key until this has the focus, which every stop on the way shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement !== document.body"), "the focus is lost"
        outline = "getComputedStyle(document.activeElement)"
        shown = page.evaluate(f"{outline}.outlineStyle !== 'none' || {outline}.boxShadow !== 'none'")
        assert shown, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"the tab key does not lead to {target}")


@pytest.mark.usefixtures("country")
def test_person_without_organisation_names_it_once(open_page, sign_in):
    page = open_page(language="en")
    host = UserFactory()
    sign_in(page, host)
    page.goto(reverse("events:create"))
    look_at(page, "One question first")
    press(page, "Go on")
    look_at(page, "One question first")
    page.get_by_label("Name of your organisation").fill("Zoé")
    press(page, "Go on")
    expect(page.get_by_role("heading", level=1)).to_have_text("New event")
    assert [member.organisation.name for member in host.memberships.all()] == ["Zoé"]

"""The journeys of the people of an authority: invited, joined with a second factor, suspended; and how the portal does."""

import os
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clea_portal.accounts.models import Administration, TeamMembership
from clea_portal.administration.regions import add_departments
from clea_portal.administration.staff import suspend
from clea_portal.administration.venue_type_exchange import put_venue_types, ready_made
from clea_portal.authorities.models import Region, Team
from clea_portal.monitoring import signs
from tests.e2e.browser import DESKTOP, PHONE
from tests.e2e.journeys import follow, follow_the_mail, look_at, press, read_secret
from tests.factories import PASSWORD, AdministrationFactory, CaseFactory, TeamFactory, TeamMembershipFactory, ready_country

SECRET = "CLEATESTSCLEATESTSCLEATESTSCLEAT"


@pytest.fixture
def country(db):
    return ready_country(name_fr="France", name_en="France")


@pytest.fixture
def administrator(country):
    user = AdministrationFactory(country=country, user__email="administrator@example.org").user
    TOTP.activate(user, SECRET)
    return user


def test_agent_is_invited_joins_with_a_second_factor_and_is_suspended(open_page, sign_in, administrator, country, settings):
    settings.MFA_TOTP_TOLERANCE = 1  # the code may be sent half a second after its half minute is over
    desk = open_page(language="en")
    sign_in(desk, administrator, second_factor=True)
    desk.goto(reverse("administration:regions", args=["FR"]))
    expect(desk.get_by_role("heading", level=1)).to_have_text("France")
    follow(desk, "Add a region")
    expect(desk.get_by_role("heading", level=1)).to_have_text("New region")
    desk.get_by_label("Number").fill("2A")
    desk.get_by_label("Name").fill("Corse-du-Sud (2A)")
    press(desk, "Save")
    assert list(Region.objects.values_list("number", "name")) == [(201, "Corse-du-Sud (2A)")]
    follow(desk, "Teams")
    expect(desk.get_by_role("heading", level=1)).to_have_text("France")
    follow(desk, "Add a team")
    look_at(desk, "New team")
    desk.get_by_label("Region").select_option(label="201 Corse-du-Sud (2A)")
    desk.get_by_label("Name").fill("Ajaccio")
    press(desk, "Save")
    look_at(desk, "Ajaccio")
    follow(desk, "Invite somebody")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Invite somebody")
    desk.get_by_label("E-mail address").fill("agent@example.org")
    desk.get_by_label("Contact tracing agent").check()
    desk.get_by_label("Language of the e-mail").select_option("en")
    press(desk, "Send the invitation")
    expect(desk.get_by_role("heading", level=1)).to_have_text("France")

    mine = open_page(language="en", device=PHONE)
    follow_the_mail(mine, to="agent@example.org")
    look_at(mine, "Join Ajaccio")
    follow(mine, "Create an account")
    expect(mine.get_by_label("Email")).to_have_value("agent@example.org")
    for field in ("#id_password1", "#id_password2"):
        mine.locator(field).fill(PASSWORD)
    mine.locator("main form button[type=submit]").first.click()
    mine.wait_for_url("**/account/confirm-email/**")
    follow_the_mail(mine, to="agent@example.org")
    mine.locator("main form button[type=submit]").first.click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Join Ajaccio")
    press(mine, "Accept")
    expect(mine.get_by_role("heading", level=1)).to_have_text("Second factor")
    follow(mine, "Set up an app")
    # The confirmed address signed the person in: the password is asked for.
    mine.get_by_label("Password").fill(PASSWORD)
    press(mine, "Confirm")
    secret = read_secret(mine.get_by_alt_text("QR code for your authenticator app"))
    mine.locator("#id_code").fill(format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30)))
    press(mine, "Use this app")
    expect(mine.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    team = Team.objects.get()
    assert TeamMembership.objects.get(user__email="agent@example.org").team == team
    case = CaseFactory(region=team.region, reference="2026-0117")
    mine.goto(reverse("mct:case", args=[case.uuid]))
    expect(mine.locator("main")).to_contain_text("2026-0117")

    desk.goto(reverse("administration:people", args=["FR"]))
    expect(desk.get_by_role("heading", level=1)).to_have_text("France")
    follow(desk, "agent@example.org")
    look_at(desk, "agent@example.org")
    expect(desk.locator("main")).to_contain_text("Chrome")
    press(desk, "Suspend")
    expect(desk.get_by_role("heading", level=1)).to_have_text("agent@example.org")
    assert mine.reload().status == 404
    expect(mine.locator("body")).not_to_contain_text("2026-0117")
    press(desk, "Lift the suspension")
    expect(desk.get_by_role("heading", level=1)).to_have_text("agent@example.org")
    assert mine.goto(reverse("mct:case", args=[case.uuid])).status == 200
    desk.get_by_role("button", name="End all", exact=True).click()
    mine.goto(reverse("mct:case", args=[case.uuid]))
    expect(mine.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_everything_works_without_javascript(open_page, sign_in, administrator, country):
    page = open_page(language="en", javascript=False)
    sign_in(page, administrator, second_factor=True)
    page.goto(reverse("administration:venue_types", args=["FR"]))
    press(page, "Take the list made for France")
    rows = page.locator("#types ~ table tbody tr")
    expect(rows.nth(0)).to_contain_text("Restaurant")
    page.get_by_role("button", name="Move “Restaurant, bar, café” down").click()
    expect(rows.nth(1)).to_contain_text("Restaurant")
    page.goto(reverse("administration:regions", args=["FR"]))
    press(page, "Add 107 departments of France")
    expect(page.locator("tbody tr")).to_have_count(107)


PAGES = ["regions", "import_regions", "teams", "team", "people", "invite_staff", "colleague", "venue_types"]
PAGES += ["health", "own_sessions"]


@pytest.fixture
def filled(country, administrator, settings):
    """A country as it is after a year."""
    add_departments(country, by=None)
    put_venue_types(country, by=None, document=ready_made())
    team = TeamFactory(region=country.regions.get(number=38), name="Cellule de l’Isère")
    TeamFactory(region=country.regions.get(number=201), name="Cellule de Corse-du-Sud")
    agent = TeamMembershipFactory(team=team, user__email="agent.avec.un.nom.tres.long@ars-auvergne-rhone-alpes.example.org")
    lead = TeamMembershipFactory(team=team, role="lead", user__email="lead@example.org")
    TOTP.activate(agent.user, SECRET)
    Administration.objects.create(user=lead.user, country=country)
    suspend(lead.user, country=country, by=administrator, now=timezone.now())
    settings.EMAIL_HOST = "mail.example.org"
    now = timezone.now()
    for name in ("scheduler", "worker:celery", "purge"):
        signs.seen(name, now=now)
    signs.failed(f"server:{country.server.pk}", detail="timeout", now=now)
    signs.failed("mail", detail="SMTPServerDisconnected", now=now)
    return {"team": [team.uuid], "colleague": [agent.user.uuid]}


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=lambda device: device.name)
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_pages_break_no_rule(open_page, sign_in, screenshots, administrator, filled, device, colours):
    page = open_page(language="fr", device=device, colours=colours)
    sign_in(page, administrator, second_factor=True)
    for name in PAGES:
        own = name in ("health", "own_sessions")
        address = (
            reverse("own_sessions")
            if name == "own_sessions"
            else reverse(f"administration:{name}", args=[] if own else ["FR", *filled.get(name, [])])
        )
        page.goto(address)
        if folder := os.environ.get("SCREENSHOTS"):
            screenshots(page, Path(folder), f"{name}-{device.name}-{colours}")
        look_at(page, page.locator("h1").inner_text())

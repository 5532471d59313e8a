"""The journey of an authority administrator, who sets up a country and sees no case; and both languages."""

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import expect

from clea_portal.accounts.models import Administration
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.models import TracingKey
from clea_portal.protocol.keys import parse_private_key, public_key_hex
from tests.e2e.journeys import follow, look_at, press, sign_in_by_password
from tests.factories import (
    PASSWORD,
    SK_MCTA,
    CaseFactory,
    MembershipFactory,
    TeamFactory,
    TeamMembershipFactory,
    UserFactory,
    ready_country,
)

SECRET = "CLEATESTSCLEATESTSCLEATESTSCLEAT"


@pytest.fixture
def country(db):
    return ready_country(name_fr="France", name_en="France")


@pytest.fixture
def administrator(country):
    user = UserFactory(is_staff=True, is_superuser=True)
    Administration.objects.create(user=user, country=country)
    TOTP.activate(user, SECRET)
    return user


def test_administrator_sets_up_a_country_reads_the_audit_trail_and_sees_no_case(open_page, administrator, country, settings):
    settings.MFA_TOTP_TOLERANCE = 1  # the code may be sent half a second after its half minute is over
    case = CaseFactory(reference="2026-0117")
    team, agent = TeamFactory(region__country=country), UserFactory()
    page = open_page(language="en")
    page.goto("/")
    follow(page, "Sign in as an administrator")
    look_at(page, "Sign in")
    sign_in_by_password(page, administrator.email, PASSWORD)
    look_at(page, "Second factor")
    page.locator("#id_code").fill(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))
    press(page, "Sign in")
    look_at(page, "Authorities")
    page.get_by_role("link", name="Administration", exact=True).click()
    look_at(page, "Site administration")

    page.get_by_role("link", name="Countries", exact=True).click()
    look_at(page, "Select country to change")
    page.get_by_role("link", name="FR", exact=True).click()
    look_at(page, "Change country")
    page.get_by_label("A second person approves every declaration").check()
    page.get_by_role("button", name="Save", exact=True).click()
    look_at(page, "Select country to change")
    country.refresh_from_db()
    assert country.four_eyes is True

    make_a_key_pair(page)
    page.goto(reverse("admin:accounts_user_change", args=[agent.pk]))
    look_at(page, "Change user")
    page.get_by_text("Add another Team member").click()
    page.locator("#id_team_memberships-0-team").select_option(label=str(team))
    page.locator("#id_team_memberships-0-role").select_option(label="contact tracing agent")
    look_at(page, "Change user")
    page.get_by_role("button", name="Save", exact=True).click()
    look_at(page, "Select user to change")
    assert [(member.team, member.role) for member in agent.team_memberships.all()] == [(team, "agent")]

    page.goto(reverse("admin:audit_auditevent_changelist"))
    look_at(page, "Select audit event to view")
    acts = list(AuditEvent.objects.filter(actor=administrator).order_by("pk").values_list("verb", "subject"))
    assert acts == [("changed", "authorities.country"), ("created", "authorities.tracingkey"), ("changed", "accounts.user")]
    for verb, subject in acts:
        expect(page.get_by_role("row").filter(has_text=subject)).to_contain_text(verb)

    for path in (reverse("mct:case_list"), reverse("mct:case", args=[case.uuid])):
        answer = page.goto(path)
        assert answer.status == 404
        look_at(page, "This page does not exist")
        expect(page.locator("body")).not_to_contain_text("2026-0117")


def make_a_key_pair(page):
    """Its public half can be seen, its private half nowhere."""
    page.goto(reverse("admin:authorities_tracingkey_add"))
    look_at(page, "Add key pair of a contact tracing authority")
    page.get_by_label("Authority").select_option(label="Contact tracing")
    page.get_by_label("private key, hex").fill("secret")
    page.get_by_role("button", name="Save", exact=True).click()
    look_at(page, "Add key pair of a contact tracing authority")
    expect(page.locator("#content")).to_contain_text("This is not a private key on the curve P-256.")
    page.get_by_label("private key, hex").fill("")
    page.get_by_role("button", name="Save and continue editing").click()
    look_at(page, "Change key pair of a contact tracing authority")
    new = TracingKey.objects.latest("pk")
    assert TracingKey.objects.count() == 2
    assert (
        public_key_hex(parse_private_key(new.private_key).public_key()) == new.public_key != public_key_hex(SK_MCTA.public_key())
    )
    expect(page.locator("#content")).to_contain_text(new.fingerprint)
    assert new.private_key not in page.content()
    expect(page.get_by_label("private key, hex")).to_have_count(0)
    expect(page.get_by_role("link", name="Delete")).to_have_count(0)


def test_person_who_manages_a_venue_finds_no_administration(open_page, sign_in, country):
    page = open_page(language="en")
    sign_in(page, MembershipFactory(organisation__country=country).user)
    page.goto(reverse("admin:index"))
    expect(page.locator("body")).not_to_contain_text("Countries")


# A page of each kind of person with its heading in the source, and who opens it.
PAGES = [
    ("home", "Warn those who were there, without knowing who they are", None),
    ("venues:create", "New venue", "manager"),
    ("events:create", "New event", "manager"),
    ("mct:case_list", "Cases", "agent"),
    ("mct:case_register", "Register a case", "agent"),
]


@pytest.mark.parametrize(("name", "heading", "who"), PAGES, ids=[name for name, _, _ in PAGES])
def test_page_speaks_french_until_english_is_chosen(open_page, sign_in, country, name, heading, who):
    page = open_page(language="fr")
    if who == "manager":
        sign_in(page, MembershipFactory(organisation__country=country).user)
    elif who == "agent":
        agent = TeamMembershipFactory(team=TeamFactory(region__country=country)).user
        TOTP.activate(agent, SECRET)
        sign_in(page, agent, second_factor=True)
    with translation.override("fr"):
        french = gettext(heading)
    assert french != heading
    page.goto(reverse(name))
    assert page.evaluate("document.documentElement.lang") == "fr"
    look_at(page, french)
    page.get_by_role("button", name="English").click()
    look_at(page, heading)
    assert page.evaluate("document.documentElement.lang") == "en"

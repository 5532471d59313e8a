"""The journeys of a contact tracing agent, of the team's lead and of an agent elsewhere, up to a real cluster server."""

import time
from datetime import datetime, timedelta
from io import BytesIO

import pypdfium2
import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from clea_portal.accounts.enums import TeamRole
from clea_portal.authorities.models import Country
from clea_portal.posters.documents import render_pdf
from mct.enums import CaseState, DeclarationState
from mct.models import Case, Declaration, Picture
from tests.e2e.browser import PHONE
from tests.e2e.journeys import follow, look_at, press, read_secret, sign_in_by_password, worker_reads, worker_sends
from tests.factories import (
    PASSWORD,
    CountryFactory,
    RegionFactory,
    ServerAuthorityFactory,
    ServerKeyFactory,
    TeamFactory,
    TeamMembershipFactory,
    TracingKeyFactory,
    VenueFactory,
)
from tests.pictures import hang_in_room, photograph
from tests.sandbox import running_sandbox
from venues.codes import issue_code
from venues.posters import describe

READY = "What will be declared"
PUBLISHED = "The warning is out"


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def country(db, sandbox):
    country = CountryFactory(time_zone="Europe/Paris")
    server = ServerAuthorityFactory(
        country=country, base_url=sandbox.base_url, list_url=sandbox.list_url, client_key=sandbox.client_key
    )
    ServerKeyFactory(authority=server, public_key=sandbox.pk_sa)
    TracingKeyFactory(authority__country=country)
    return country


@pytest.fixture
def region(country):
    return RegionFactory(country=country, number=38, name="Isère")


@pytest.fixture
def agent(region):
    return TeamMembershipFactory(team=TeamFactory(region=region)).user


@pytest.fixture
def at_the_desk(open_page, sign_in):
    """Opens pages in which a person is signed in with a second factor."""

    def open_one(user, **choices):
        page = open_page(language="en", **choices)
        TOTP.activate(user, "CLEATESTSCLEATESTSCLEATESTSCLEAT")
        sign_in(page, user, second_factor=True)
        return page

    return open_one


def hung_up(name, *, region):
    """The code of a venue since three days, and its poster as a picture."""
    venue = VenueFactory(name=name, region=region, organisation__country=region.country, venue_type__country=region.country)
    code = issue_code(venue=venue, by=None, now=timezone.now() - timedelta(days=3))
    with pypdfium2.PdfDocument(render_pdf(describe(code, language="fr"))) as document:
        return code, document[0].render(scale=2).to_pil()


def as_file(content, *, name="photo.jpg"):
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def register(page, *, files=(), reference=""):
    """A stay of yesterday, from ten past twelve to twenty past two."""
    day = timezone.localdate() - timedelta(days=1)
    page.goto(reverse("mct:case_list"))
    page.get_by_role("link", name="Register a case").first.click()
    look_at(page, "Register a case")
    page.get_by_label("Photos, scans or PDF").set_input_files(list(files))
    page.locator("#id_exposure_start").fill(f"{day}T12:10")
    page.locator("#id_exposure_end").fill(f"{day}T14:20")
    page.get_by_label("Your reference").fill(reference)
    press(page, "Register")
    expect(page.locator("main")).to_contain_text("The case is registered.")
    return Case.objects.latest("pk")


def next_step(page, heading):
    """What the page says is to be done, without being loaded again."""
    expect(page.locator("#next-title")).to_have_text(heading)


def code_of_now(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_agent_sets_up_a_second_factor_and_comes_back_with_a_recovery_code(open_page, agent, settings):
    settings.MFA_TOTP_TOLERANCE = 1  # the code may be sent half a second after its half minute is over
    page = open_page(language="en", device=PHONE)
    page.goto(reverse("mct:case_list"))
    look_at(page, "Sign in")
    sign_in_by_password(page, agent.email, PASSWORD)
    look_at(page, "Second factor")
    expect(page.locator("main")).to_contain_text("Your role needs a second factor.")
    page.goto(reverse("mct:case_register"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")

    follow(page, "Set up an app")
    look_at(page, "Set up an authenticator app")
    secret = read_secret(page.get_by_alt_text("QR code for your authenticator app"))
    page.locator("#id_code").fill(code_of_now(secret))
    press(page, "Use this app")
    look_at(page, "Recovery codes")
    codes = page.locator("#recovery_codes li").all_inner_texts()
    assert (len(codes), len(set(codes))) == (10, 10)
    follow(page, "I have kept them: go to my pages")
    look_at(page, "Cases")

    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(reverse("mct:case_list"))
    sign_in_by_password(page, agent.email, PASSWORD)
    look_at(page, "Second factor")
    page.locator("#id_code").fill("000000")
    press(page, "Sign in")
    look_at(page, "Second factor")
    page.locator("#id_code").fill(codes[3])
    press(page, "Sign in")
    look_at(page, "Cases")


def test_agent_turns_a_photo_into_a_published_warning(at_the_desk, agent, region, sandbox):
    code, poster = hung_up("La Table du Drac", region=region)
    page = at_the_desk(agent)
    page.goto(reverse("start"))
    look_at(page, "Cases")
    case = register(page, files=[as_file(photograph(poster, seed=3, degrees=7, blur=1.2, quality=50))], reference="2026-0117")
    look_at(page, "2026-0117")
    next_step(page, "The code is being read")

    worker_reads()
    next_step(page, READY)
    look_at(page, "2026-0117")
    will = page.locator("#next-title").locator("xpath=ancestor::section")
    expect(will).to_contain_text("12:10 – 14:20")
    expect(will).to_contain_text("none: it leaves at once")
    expect(will).to_contain_text("It can be withdrawn at this server.")
    expect(page.get_by_role("region", name="The code of the place")).to_contain_text(code.check_code)
    assert list(Picture.objects.values_list("content", flat=True)) == [None]

    press(page, "Declare")
    next_step(page, "Ordered. It can still be taken back")
    worker_sends()
    next_step(page, PUBLISHED)
    look_at(page, "2026-0117")
    expect(page.get_by_role("region", name="What happened")).to_contain_text("Seen in the public list")
    case.refresh_from_db()
    (received,) = sandbox.received(ltid=case.code.ltid)
    assert [datetime.fromisoformat(received[end]) for end in ("start", "end")] == [case.exposure_start, case.exposure_end]

    page.get_by_text("Close the case").click()
    look_at(page, "2026-0117")
    press(page, "Close it for good")
    next_step(page, "This case is closed")
    look_at(page, "2026-0117")
    follow(page, "Cases")
    look_at(page, "Cases")
    expect(page.get_by_role("row", name="2026-0117")).to_contain_text("closed")


def test_picture_that_cannot_be_read_gets_advice_and_the_link_is_pasted_instead(at_the_desk, agent, region):
    code, _ = hung_up("La Table du Drac", region=region)
    grey = BytesIO()
    Image.new("RGB", (640, 480), "grey").save(grey, "JPEG")
    page = at_the_desk(agent, device=PHONE, colours="dark")
    case = register(page, files=[as_file(grey.getvalue())], reference="A")
    worker_reads()
    next_step(page, "No code could be read")
    look_at(page, "A")
    expect(page.locator("#next-title").locator("xpath=ancestor::section")).to_contain_text("Take the picture again")
    page.get_by_label("Or the link in the code").fill("https://example.org/menu")
    press(page, "Read the code")
    look_at(page, "Add pictures or a link")
    expect(page.get_by_label("Or the link in the code")).to_have_value("https://example.org/menu")
    page.get_by_label("Or the link in the code").fill(code.deep_link)
    press(page, "Read the code")
    worker_reads()
    next_step(page, READY)
    look_at(page, "A")
    case.refresh_from_db()
    assert (case.state, case.code.deep_link) == (CaseState.READY, code.deep_link)


def test_agent_chooses_between_two_codes_on_one_photo(at_the_desk, agent, region):
    (one, first), (other, second) = (hung_up(name, region=region) for name in ("La Table du Drac", "Le Zinc"))
    wall = hang_in_room([first, second], seed=5, size=(3000, 2200))
    page = at_the_desk(agent, colours="dark")
    case = register(page, files=[as_file(photograph(wall, seed=5, degrees=2))], reference="B")
    worker_reads()
    next_step(page, "Which code is the right one?")
    look_at(page, "B")
    expect(page.get_by_role("listitem").filter(has_text=one.check_code)).to_be_visible()
    page.get_by_role("button", name=f"It is this one ({other.check_code})").click()
    worker_reads()
    next_step(page, READY)
    look_at(page, "B")
    case.refresh_from_db()
    assert case.code.deep_link == other.deep_link


def test_declaration_is_withdrawn_while_it_is_held(at_the_desk, agent, region, sandbox):
    Country.objects.update(hold_seconds=300)
    code, _ = hung_up("La Table du Drac", region=region)
    page = at_the_desk(agent, device=PHONE)
    case = register(page, reference="C")
    next_step(page, "Add the code of the place")
    look_at(page, "C")
    page.get_by_label("Or the link in the code").fill(code.deep_link)
    press(page, "Read the code")
    worker_reads()
    next_step(page, READY)
    press(page, "Declare")
    next_step(page, "Ordered. It can still be taken back")
    look_at(page, "C")
    worker_sends()
    press(page, "Withdraw")
    next_step(page, READY)
    look_at(page, "C")
    expect(page.locator("main")).to_contain_text("Withdrawn. The case can be declared again.")
    Declaration.objects.update(hold_until=timezone.now(), next_attempt_at=timezone.now())
    worker_sends()
    case.refresh_from_db()
    assert [row.state for row in case.declarations.all()] == [DeclarationState.WITHDRAWN]
    assert sandbox.received(ltid=case.code.ltid) == []


def test_lead_approves_what_an_agent_proposed_and_another_region_sees_nothing(at_the_desk, agent, region, sandbox):
    Country.objects.update(four_eyes=True)
    lead = TeamMembershipFactory(team=agent.team_memberships.get().team, role=TeamRole.LEAD).user
    stranger = TeamMembershipFactory(team__region=RegionFactory(country=region.country, number=69, name="Rhône")).user
    _, poster = hung_up("La Table du Drac", region=region)
    page = at_the_desk(agent)
    case = register(page, files=[as_file(photograph(poster, seed=4))], reference="D")
    worker_reads()
    next_step(page, READY)
    press(page, "Ask a colleague to approve")
    next_step(page, "A colleague has to approve")
    look_at(page, "D")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    at_lead = at_the_desk(lead, device=PHONE, colours="dark")
    at_lead.goto(reverse("start"))
    look_at(at_lead, "Cases")
    follow(at_lead, "D")
    next_step(at_lead, "Approve what will be declared?")
    look_at(at_lead, "D")
    expect(at_lead.locator("main")).to_contain_text(f"Proposed by {agent.email}.")
    press(at_lead, "Approve and declare")
    worker_sends()
    next_step(at_lead, PUBLISHED)
    assert len(sandbox.received(ltid=Case.objects.get(pk=case.pk).code.ltid)) == 1
    page.reload()
    next_step(page, PUBLISHED)

    elsewhere = at_the_desk(stranger)
    elsewhere.goto(reverse("mct:case_list"))
    look_at(elsewhere, "Cases")
    expect(elsewhere.get_by_role("link", name="D", exact=True)).to_have_count(0)
    answer = elsewhere.goto(reverse("mct:case", args=[case.uuid]))
    assert answer.status == 404
    look_at(elsewhere, "This page does not exist")

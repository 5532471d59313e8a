import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clea_portal.accounts.models import UserSession
from mct.enums import CaseState, DeclarationState
from mct.linking import link_case
from mct.models import Case, Declaration
from tests.e2e.browser import DESKTOP, PHONE, assert_accessible, assert_fits
from tests.factories import new_code, ready_country
from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db(transaction=True)


def url(case):
    return reverse("mct:case", args=[case.uuid])


@pytest.mark.parametrize("name", SCENES)
def test_case_page_is_accessible_on_a_phone_in_every_situation(desk_page, tracer, name):
    case = SCENES[name](tracer)
    page = desk_page(device=PHONE, colours="dark" if len(name) % 2 else "light")
    page.goto(url(case))
    assert_accessible(page)
    assert_fits(page)
    panel, steps = page.locator(".next"), page.locator(".steps")
    assert panel.bounding_box()["y"] < steps.bounding_box()["y"]


@pytest.mark.parametrize(("device", "colours"), [(DESKTOP, "dark"), (PHONE, "light")])
def test_list_and_forms_are_accessible(desk_page, tracer, device, colours):
    page = desk_page(device=device, colours=colours)
    page.goto(reverse("mct:case_list"))
    assert_accessible(page)
    for name in ("draft", "no_code", "ready", "held", "published"):
        SCENES[name](tracer)
    case = SCENES["unknown_outcome"](tracer)
    pages = [
        reverse("mct:case_list") + "?since=2020-01-01&until=2020-01-02",
        reverse("mct:case_list"),
        reverse("mct:case_register"),
        reverse("mct:case_correct", args=[case.uuid]),
        reverse("mct:case_evidence", args=[case.uuid]),
        reverse("mct:declaration_decide", args=[case.uuid, case.declarations.get().uuid]),
    ]
    for address in pages:
        page.goto(address)
        assert_accessible(page)
        assert_fits(page)
    page.get_by_role("button", name="Decide").click()
    assert_accessible(page)
    assert_fits(page)


def test_case_is_registered_by_keyboard_and_declared(desk_page, tracer):
    country = ready_country()
    country.hold_seconds = 300
    country.save()
    page = desk_page(device=DESKTOP)
    page.goto(reverse("mct:case_list"))
    page.get_by_role("link", name="Register a case").first.press("Enter")
    page.get_by_label("Or the link in the code").fill(new_code().deep_link)
    page.get_by_label("From").fill("2020-01-01T12:00")
    page.get_by_label("To", exact=False).last.fill("2020-01-01T14:00")
    page.get_by_role("button", name="Register", exact=True).press("Enter")
    expect(page.locator("[data-error-summary]")).to_contain_text("nobody can be warned any more")
    yesterday = timezone.localtime() - timedelta(days=1)
    page.get_by_label("From").fill(yesterday.strftime("%Y-%m-%dT12:00"))
    page.locator("[name=exposure_end]").fill(yesterday.strftime("%Y-%m-%dT14:00"))
    page.get_by_role("button", name="Register", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="The code is being read")).to_be_visible()
    # What the worker would do: link the case. The page notices by itself.
    link_case(Case.objects.get().pk)
    expect(page.get_by_role("heading", name="What will be declared")).to_be_visible()
    expect(page.locator("#case-news")).to_have_text("Ready to declare")
    page.get_by_role("button", name="Declare").press("Enter")
    expect(page.get_by_role("heading", name="Ordered. It can still be taken back")).to_be_visible()
    page.get_by_role("button", name="Withdraw").press("Enter")
    expect(page.get_by_role("heading", name="What will be declared")).to_be_visible()
    assert Declaration.objects.get().state == DeclarationState.WITHDRAWN


def test_page_follows_a_declaration_until_it_is_settled(desk_page, tracer):
    case = SCENES["held"](tracer)
    page, asked = desk_page(device=DESKTOP), []
    page.on("request", lambda request: asked.append(request.url) if "/status/" in request.url else None)
    page.goto(url(case))
    left = page.locator("#time-left")
    before = left.inner_text()
    page.locator("#withdraw").focus()
    expect(left).not_to_have_text(before)
    assert page.evaluate("document.activeElement.id") == "withdraw"
    Declaration.objects.update(state=DeclarationState.SENDING, attempts=1)
    expect(page.get_by_role("heading", name="On its way to the cluster server")).to_be_visible()
    Declaration.objects.update(state=DeclarationState.PUBLISHED)
    Case.objects.update(state=CaseState.PUBLISHED)
    expect(page.get_by_role("heading", name="The warning is out")).to_be_visible()
    expect(page.locator("#case-news")).to_have_text("Published")
    settled = len(asked)
    time.sleep(3)
    assert len(asked) == settled


def test_page_whose_session_has_ended_leads_to_the_sign_in(desk_page, tracer):
    case = SCENES["held"](tracer)
    page = desk_page(device=PHONE)
    page.goto(url(case))
    UserSession.objects.all().delete()
    page.wait_for_url(f"**{reverse('account_login')}?next={url(case)}")
    expect(page.locator("#case-live")).to_have_count(0)


def test_what_is_being_typed_is_not_taken_away(desk_page, tracer):
    case = SCENES["draft"](tracer)
    page = desk_page(device=PHONE)
    page.goto(url(case))
    page.get_by_label("Or the link in the code").fill("https://half.a/link")
    time.sleep(3)
    expect(page.get_by_label("Or the link in the code")).to_have_value("https://half.a/link")


def test_page_works_without_scripts(desk_page, tracer):
    case = SCENES["held"](tracer)
    page = desk_page(device=PHONE, javascript=False)
    page.goto(url(case))
    page.get_by_role("link", name="Refresh").click()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("heading", name="What will be declared")).to_be_visible()
    page.get_by_text("Close the case").click()
    page.get_by_label("Why?").select_option("mistake")
    page.get_by_role("button", name="Close it for good").click()
    expect(page.get_by_role("heading", name="This case is closed")).to_be_visible()

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from mct.enums import CaseState
from mct.linking import link_case
from mct.models import Case
from tests.e2e.browser import DESKTOP, PHONE, assert_accessible, assert_fits
from tests.factories import new_code, ready_country
from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db(transaction=True)


def url(case, name="case", *more):
    return reverse(f"mct:{name}", args=[case.uuid, *more])


@pytest.mark.parametrize(("device", "colours"), [(DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light")])
def test_pages_of_several_cases_are_accessible(desk_page, tracer, device, colours):
    person, alike = SCENES["of_several_places"](tracer), SCENES["looking_like_another"](tracer)
    other = Case.objects.filter(pk__gt=alike.pk).order_by("pk").first()
    codes = SCENES["several_codes"](tracer)
    page = desk_page(device=device, colours=colours)
    addresses = [url(person), url(person, "case_person"), url(person, "case_beside"), url(alike)]
    for address in [*addresses, url(alike, "case_duplicate", other.uuid), url(SCENES["merged"](tracer))]:
        page.goto(address)
        assert_accessible(page)
        assert_fits(page)
    page.goto(reverse("mct:case_list"))
    assert_accessible(page)
    assert_fits(page)
    page.goto(url(codes))
    page.get_by_text("The person was at several of them").click()
    assert_accessible(page)
    assert_fits(page)


def test_second_place_is_added_and_all_are_declared_together(desk_page, tracer):
    country = ready_country()
    country.hold_seconds = 300
    country.save()
    page = desk_page(device=PHONE)
    page.goto(reverse("mct:case_register"))
    yesterday = timezone.localtime() - timedelta(days=1)

    def write(first, last):
        page.get_by_label("Or the link in the code").fill(new_code().deep_link)
        page.locator("[name=exposure_start]").fill(yesterday.strftime(f"%Y-%m-%dT{first}"))
        page.locator("[name=exposure_end]").fill(yesterday.strftime(f"%Y-%m-%dT{last}"))

    write("00:10", "01:00")
    page.get_by_label("Your reference").fill("2026-117")
    page.get_by_role("button", name="Register, then another place").click()
    expect(page.get_by_role("heading", name="Another place or time")).to_be_visible()
    expect(page.get_by_label("Your reference")).to_have_value("2026-117")
    expect(page.get_by_label("At another place.")).to_be_checked()
    write("02:00", "03:00")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("heading", name="Of the same person")).to_be_visible()
    for pk in Case.objects.values_list("pk", flat=True):
        link_case(pk)
    page.get_by_role("link", name="See and declare them together").click()
    expect(page.get_by_text("Will be flagged:")).to_have_count(2)
    page.get_by_role("button", name="Declare those that are ready").click()
    expect(page.get_by_text("2 cases are on their way.")).to_be_visible()
    assert set(Case.objects.values_list("state", "place")) == {(CaseState.DECLARING, 1), (CaseState.DECLARING, 2)}


@pytest.mark.parametrize("javascript", [True, False])
def test_one_code_of_several_is_split_off_to_a_case_of_its_own(desk_page, tracer, javascript):
    case = SCENES["several_codes"](tracer)
    first, second = case.codes.order_by("pk")
    page = desk_page(device=PHONE, javascript=javascript)
    page.goto(url(case))
    page.get_by_text("The person was at several of them").click()
    for code in (first, second):
        page.locator(f"#several-{code.uuid}").check()
    page.get_by_role("button", name="Make a case of each").click()
    expect(page.get_by_role("heading", name="Of the same person")).to_be_visible()
    for pk in Case.objects.values_list("pk", flat=True):
        link_case(pk)
    new = Case.objects.exclude(pk=case.pk).get()
    page.goto(url(new))
    expect(page.get_by_text("Another case of the same person registered")).to_be_visible()
    expect(page.locator("main")).to_contain_text(second.check_code[:3])
    case.refresh_from_db()
    assert ([case.code, new.code], case.dossier) == ([first, second], new.dossier)
    assert {each.state for each in (case, new)} <= {CaseState.READY, CaseState.NEEDS_ATTENTION}
    if javascript:
        assert_accessible(page)
        assert_fits(page)


def test_duplicate_is_compared_and_merged_without_scripts(desk_page, tracer):
    case = SCENES["looking_like_another"](tracer)
    page = desk_page(device=DESKTOP, javascript=False)
    page.goto(url(case))
    expect(page.get_by_role("heading", name="Is it the same as another case?")).to_be_visible()
    page.get_by_role("link", name="Merge…").click()
    expect(page.get_by_role("row", name="Code")).to_contain_text("same")
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_text("Merged. Everything of the other case is here now.")).to_be_visible()
    expect(page.get_by_text("A duplicate was merged into this case")).to_be_visible()
    [closed] = Case.objects.filter(merged_into=case)
    page.goto(url(closed))
    page.get_by_role("link", name="2026-0117 (").click()
    page.wait_for_url(f"**{url(case)}")


def test_case_that_is_not_a_duplicate_is_no_longer_proposed(desk_page, tracer):
    case = SCENES["looking_like_another"](tracer)
    page = desk_page(device=PHONE)
    page.goto(url(case))
    page.get_by_role("button", name="Not a duplicate").press("Enter")
    expect(page.get_by_text("Noted: they are not the same.")).to_be_visible()
    expect(page.get_by_role("heading", name="Is it the same as another case?")).to_have_count(0)
    page.get_by_role("link", name="2026-0118", exact=True).click()
    page.get_by_role("button", name="Take that back").click()
    expect(page.get_by_role("heading", name="Is it the same as another case?")).to_be_visible()

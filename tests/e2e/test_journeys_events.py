"""Journeys of people who organise events of several slots, with scripts and without."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from events.models import Event
from tests.e2e.browser import DESKTOP, PHONE
from tests.e2e.journeys import follow, look_at, press
from tests.events.making import PARIS, coming_event
from tests.members import member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("device", "javascript"), [(DESKTOP, True), (PHONE, False)])
def test_organiser_pastes_a_programme_and_removes_a_screening(device, javascript, open_page, sign_in):
    event = coming_event(days=20, name="Festival du film")
    page = open_page(language="en", device=device, javascript=javascript)
    sign_in(page, member(event.organisation))
    page.goto(reverse("events:slots", args=[event.uuid]))
    if javascript:
        look_at(page, "Add slots")
    day = f"{event.start.astimezone(PARIS):%Y-%m-%d}"
    page.locator("#id_lines").fill(f"{day} 15:00-17:00 Les Enfants du paradis\nQuai des brumes")
    press(page, "Look at the list")
    expect(page.locator("main")).to_contain_text("Line 2: “Quai des brumes” is not understood")
    page.locator("#id_lines").fill(f"{day} 15:00-17:00 Les Enfants du paradis\n{day} 20h30-22h Quai des brumes")
    press(page, "Look at the list")
    press(page, "Add these 2 slots")
    expect(page.locator("main")).to_contain_text("2 slots are added, each with its codes.")
    assert event.codes.current().count() == 4
    page.get_by_role("link", name="20:30–22:00").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quai des brumes")
    follow(page, "Remove")
    press(page, "Remove the slot")
    expect(page.get_by_role("heading", level=1)).to_have_text("Festival du film")
    assert event.slots.in_use().count() == 1


def test_organiser_of_a_fair_divides_it_with_one_click_and_repeats_it_next_year(open_page, sign_in):
    fair = coming_event(days=20, name="Foire")
    Event.objects.update(end=fair.start + timedelta(days=2, hours=4))
    page = open_page(language="en", javascript=False)
    sign_in(page, member(fair.organisation))
    page.goto(reverse("events:detail", args=[fair.uuid]))
    press(page, "3 slots, every day 15:00–19:00")
    expect(page.locator("main")).to_contain_text("3 slots are added, each with its codes.")
    follow(page, "Duplicate")
    press(page, "Duplicate")
    expect(page.locator("main")).to_contain_text("The event is duplicated.")
    copy = Event.objects.exclude(pk=fair.pk).get()
    assert copy.start > timezone.now() + timedelta(days=300)
    assert (copy.slots.count(), copy.codes.current().count()) == (3, 6)

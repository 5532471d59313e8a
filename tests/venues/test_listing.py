from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.codes.places import PlaceDetails
from tests.members import member, signed_in
from tests.venues.making import details_of, opened_venue
from venues.codes import renew_code
from venues.glance import VenueState, glances
from venues.managing import change_venue
from venues.models import Display, Venue
from venues.packs import make_pack
from venues.rooms import add_rooms
from venues.rotations import set_rotation

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def glance(venue, now=None):
    (row,) = glances([Venue.objects.with_country().get(pk=venue.pk)], now=now or timezone.now())
    return row


def test_a_recent_code_and_its_next_renewal():
    venue = opened_venue(now=timezone.now())
    row = glance(venue)
    assert (row.state, row.code, row.rooms, row.displays) == (VenueState.CURRENT, venue.codes.get(), 0, 0)
    assert row.next_renewal == (venue.codes.get().created_at + 7 * DAY).astimezone(venue.zone).date()


def test_an_old_code():
    assert glance(opened_venue(now=timezone.now() - 8 * DAY)).state == VenueState.RENEWAL_ADVISED


def test_the_most_pressing_of_all_rooms_counts():
    venue = opened_venue(now=timezone.now())
    by = member(venue.organisation)
    add_rooms(venue=venue, names=["Salle"], independent=True, by=by, now=timezone.now() - 9 * DAY)
    row = glance(venue)
    assert (row.state, row.rooms) == (VenueState.RENEWAL_ADVISED, 1)
    details = details_of(venue.organisation, phone="33465710039")
    assert isinstance(details, PlaceDetails)
    change_venue(venue, by=by, details=details)
    assert glance(venue).state == VenueState.LEFT_BEHIND


def test_without_a_code():
    venue = opened_venue(now=timezone.now())
    venue.codes.update(replaced_at=timezone.now())
    assert (glance(venue).state, glance(venue).code) == (VenueState.NO_CODE, None)


def test_codes_of_days():
    venue = opened_venue(now=timezone.now() - DAY)
    by, today = member(venue.organisation), timezone.localdate()
    venue.codes.update(replaced_at=timezone.now())
    set_rotation(venue=venue, renewal_hours=["04:00"], by=by, now=timezone.now() - DAY)
    make_pack(venue=venue, first_day=today - DAY, last_day=today + 5 * DAY, by=by, now=timezone.now())
    row = glance(venue)
    assert (row.state, row.code.kind, row.next_renewal) == (VenueState.CURRENT, "dated", today + 5 * DAY)


def test_displays_that_live_and_those_that_do_not():
    venue = opened_venue(now=timezone.now())
    for number, seen in enumerate([timezone.now(), timezone.now() - DAY, None]):
        Display.objects.create(venue=venue, name="Bar", token_hash=str(number), last_seen_at=seen)
    Display.objects.create(venue=venue, name="Bar", token_hash="off", revoked_at=timezone.now())
    row = glance(venue)
    assert (row.displays, row.displays_alive) == (3, 1)


def listed(browser, query=""):
    return [row.venue.name for row in browser.get(f"/venues/{query}").context["rows"]]


def test_search_filters_and_tabs():
    now = timezone.now()
    first = opened_venue(now=now - 8 * DAY, name="Café de la Gare")
    opened_venue(first.organisation, now=now, name="Bar du Théâtre")
    opened_venue(first.organisation, now=now, name="Zinc")
    browser = signed_in(member(first.organisation))
    assert sorted(listed(browser)) == ["Bar du Théâtre", "Café de la Gare", "Zinc"]
    assert listed(browser, "?q=cafe+GARE") == ["Café de la Gare"]
    assert listed(browser, "?q=theatre") == ["Bar du Théâtre"]
    assert listed(browser, "?show=attention") == ["Café de la Gare"]
    renew_code(first.codes.get(), by=member(first.organisation), now=now)
    assert listed(browser, "?show=attention") == []
    Venue.objects.filter(name__isnull=False, pk=first.pk).update(archived_at=now)
    assert listed(browser, "?show=archived") == ["Café de la Gare"]
    page = browser.get("/venues/?q=nowhere")
    assert "No venue of this name here" in page.content.decode()


def test_as_many_queries_for_three_venues_as_for_one(django_assert_max_num_queries, django_assert_num_queries):
    first = opened_venue(now=timezone.now())
    by = member(first.organisation)
    add_rooms(venue=first, names=["Salle"], independent=True, by=by, now=timezone.now())
    browser = signed_in(by)
    browser.get("/venues/")
    with django_assert_max_num_queries(40) as counted:
        browser.get("/venues/")
    for _ in range(2):
        venue = opened_venue(first.organisation, now=timezone.now())
        add_rooms(venue=venue, names=["Salle", "Terrasse"], independent=True, by=by, now=timezone.now())
    with django_assert_num_queries(len(counted)):
        browser.get("/venues/")

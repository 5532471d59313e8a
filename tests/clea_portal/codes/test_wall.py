"""“Photograph your poster”: real pictures, read in the real child process."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from clea_portal.accounts.enums import MemberRole
from clea_portal.audit.models import AuditEvent
from clea_portal.codes.wall import OnWall, judge
from clea_portal.posters.pictures import render_png
from clea_portal.scanning.results import MAX_BYTES, Inspection
from tests.events.making import planned_event, schedule_of
from tests.factories import UserFactory
from tests.members import member, organisation_with_choices, signed_in
from tests.venues.making import opened_venue
from venues.codes import renew_code
from venues.rotations import link_at, set_rotation

pytestmark = pytest.mark.django_db
GOOD = Inspection(module_pixels=4, contrast=0.8, sharpness=0.5, quiet=1, slant=0, needed_help=False)


@pytest.fixture
def organisation():
    return organisation_with_choices()


@pytest.fixture
def venue(organisation):
    return opened_venue(organisation, now=timezone.now() - timedelta(days=3))


@pytest.fixture
def browser(organisation):
    return signed_in(member(organisation))


def photo(link, content=None):
    picture = BytesIO(content if content is not None else render_png(link, module_pixels=4))
    picture.name = "wall.png"
    return {"picture": picture}


def states(page):
    return [one["found"].state for one in page.context["found"]]


def test_the_right_code_that_reads_well(browser, venue):
    page = browser.post(f"/venues/{venue.uuid}/wall/", photo(venue.codes.get().deep_link))
    assert states(page) == [OnWall.CURRENT]
    assert page.context["is_good"]
    text = page.content.decode()
    assert "This is the right code" in text
    assert "It reads well" in text
    assert page["Cache-Control"] == "private, no-store"
    assert set(AuditEvent.objects.values_list("verb", flat=True)) == {"created", "issued"}


def test_a_replaced_code(browser, venue):
    old = venue.codes.get()
    renew_code(old, by=member(venue.organisation), now=timezone.now())
    assert states(browser.post(f"/venues/{venue.uuid}/wall/", photo(old.deep_link))) == [OnWall.REPLACED]


def test_a_code_of_another_place(browser, venue, organisation):
    sibling = opened_venue(organisation).codes.get()
    stranger = opened_venue().codes.get()
    assert states(browser.post(f"/venues/{venue.uuid}/wall/", photo(sibling.deep_link))) == [OnWall.OTHER_PLACE]
    assert states(browser.post(f"/venues/{venue.uuid}/wall/", photo(stranger.deep_link))) == [OnWall.STRANGE]


def test_a_code_that_a_display_shows_or_showed(browser, venue):
    rotation = set_rotation(
        venue=venue, renewal_hours=["04:00"], by=member(venue.organisation), now=timezone.now() - timedelta(days=2)
    )
    now = timezone.now()
    assert states(browser.post(f"/venues/{venue.uuid}/wall/", photo(link_at(rotation, now)))) == [OnWall.CURRENT]
    yesterday = link_at(rotation, now - timedelta(days=1))
    assert states(browser.post(f"/venues/{venue.uuid}/wall/", photo(yesterday))) == [OnWall.OVER]


def test_codes_of_an_event_before_and_after(browser, organisation):
    now = timezone.now()
    for days, state in ((7, OnWall.EARLY), (-3, OnWall.OVER)):
        start = now + timedelta(days=days)
        schedule = schedule_of(start=start, end=start + timedelta(hours=6))
        event = planned_event(organisation, now=now - timedelta(days=9), schedule=schedule)
        page = browser.post(f"/events/{event.uuid}/wall/", photo(event.codes.get(kind="entrance").deep_link))
        assert states(page) == [state]


def test_a_photo_without_code_is_explained(browser, venue):
    out = BytesIO()
    Image.new("L", (400, 400), 255).save(out, "PNG")
    page = browser.post(f"/venues/{venue.uuid}/wall/", photo("", out.getvalue()))
    assert page.status_code == 200
    assert page.context["form"].errors["picture"]
    assert "found" not in page.context


@pytest.mark.parametrize("content", [b"", b"not a picture"])
def test_what_is_no_photo_is_explained(browser, venue, content):
    page = browser.post(f"/venues/{venue.uuid}/wall/", photo("", content))
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["picture"])


def test_no_photo_and_a_large_one(browser, venue):
    path = f"/venues/{venue.uuid}/wall/"
    assert list(browser.post(path).context["form"].errors) == ["picture"]
    page = browser.post(path, photo("", b"\xff\xd8\xff" + b"x" * MAX_BYTES))
    assert "larger than 15 MB" in page.content.decode()


def test_points_are_judged_one_by_one():
    assert all(point.is_good for point in judge(GOOD))
    poor = Inspection(module_pixels=1, contrast=0.1, sharpness=0.1, quiet=0.5, slant=0.5, needed_help=True)
    assert not any(point.is_good for point in judge(poor))
    assert len({point.advice for point in judge(poor)}) == 5


@pytest.mark.parametrize("app", ["venues", "events"])
def test_who_gets_where(venue, organisation, app):
    place = venue if app == "venues" else planned_event(organisation)
    path = f"/{app}/{place.uuid}/wall/"
    assert signed_in(member(organisation, MemberRole.READER)).get(path).status_code == 200
    assert signed_in(UserFactory()).get(path).status_code == 404
    assert signed_in(UserFactory()).post(path).status_code == 404
    assert signed_in(member(organisation)).delete(path).status_code == 405
    assert "/account/login/" in Client().post(path)["Location"]

"""Every view of rooms, opening hours and packs, tried by everybody."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole
from tests.factories import MembershipFactory
from tests.members import member, signed_in
from tests.venues.making import NOW, added_room, rotating
from venues import pack_urls, room_urls
from venues.packs import make_pack

# Name, what its address names, the method that works, the status for those who may write, for readers.
VIEWS = [
    ("packs:opening_hours", "venue", "get", 200, 403),
    ("packs:room_opening_hours", "room", "get", 200, 403),
    ("packs:rotation", "venue", "get", 200, 403),
    ("packs:room_rotation", "room", "get", 200, 403),
    ("packs:list", "venue", "get", 200, 200),
    ("packs:room_list", "room", "get", 200, 200),
    ("packs:create", "venue", "get", 200, 403),
    ("packs:room_create", "room", "get", 302, 403),
    ("packs:make_static", "venue", "post", 302, 403),
    ("packs:room_make_static", "room", "post", 302, 403),
    ("packs:detail", "pack", "get", 200, 200),
    ("packs:refresh", "pack", "post", 302, 403),
    ("packs:withdraw", "pack", "get", 200, 403),
    ("packs:end_static", "pack", "post", 302, 403),
    ("packs:keep_static", "code", "post", 302, 403),
    ("rooms:list", "venue", "get", 200, 200),
    ("rooms:tables", "venue", "get", 200, 403),
    ("rooms:detail", "room", "get", 200, 200),
    ("rooms:rename", "room", "get", 200, 403),
    ("rooms:move", "room", "post", 302, 403),
    ("rooms:room_tables", "room", "get", 200, 403),
    ("rooms:remove", "room", "get", 200, 403),
]
WRITING = [(name, subject) for name, subject, *_, reader in VIEWS if reader == 403] + [("rooms:list", "venue")]
SHOWING = ["packs:list", "packs:room_list", "packs:detail", "rooms:detail"]


@pytest.fixture(autouse=True)
def _afternoon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def subjects(venue, code):
    now = timezone.now()
    room = added_room(venue, "Terrasse")
    rotating(venue, now=now)
    today = now.astimezone(venue.zone).date()
    by = member(venue.organisation)
    pack = make_pack(venue=venue, first_day=today, last_day=today + timedelta(days=2), with_staff=True, by=by, now=now)
    return {"venue": venue, "room": room, "pack": pack, "code": code}


@pytest.fixture
def address(subjects):
    return lambda name, subject: reverse(name, args=[subjects[subject].uuid])


def test_ladder_has_every_view():
    spaces = {"packs": pack_urls.urlpatterns, "rooms": room_urls.urlpatterns}
    known = {f"{space}:{pattern.name}" for space, patterns in spaces.items() for pattern in patterns}
    assert {name for name, *_ in VIEWS} == known


@pytest.mark.parametrize(("name", "subject", "method", "status", "_"), VIEWS)
@pytest.mark.parametrize("role", [MemberRole.OWNER, MemberRole.EDITOR])
def test_view_works_for_who_may_write(role, name, subject, method, status, _, venue, address):
    browser = signed_in(member(venue.organisation, role))
    assert getattr(browser, method)(address(name, subject)).status_code == status


@pytest.mark.parametrize(("name", "subject", "method", "_", "status"), VIEWS)
def test_view_for_a_reader(name, subject, method, _, status, address, reader):
    assert getattr(reader, method)(address(name, subject)).status_code == status


@pytest.mark.parametrize(("name", "subject"), WRITING)
def test_reader_cannot_write(name, subject, address, reader):
    assert reader.post(address(name, subject)).status_code == 403


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), VIEWS)
def test_view_for_a_stranger(name, subject, method, _, __, address):
    stranger = signed_in(MembershipFactory().user)
    assert getattr(stranger, method)(address(name, subject)).status_code == 404


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), VIEWS)
def test_view_for_nobody(name, subject, method, _, __, address):
    url = address(name, subject)
    response = getattr(Client(), method)(url)
    assert (response.status_code, response.headers["Location"]) == (302, f"{reverse('account_login')}?next={url}")


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), VIEWS)
def test_view_by_a_wrong_method(name, subject, method, _, __, address, owner):
    url = address(name, subject)
    wrong = {"put", "delete", "patch"} | ({"get"} if method == "post" else set())
    assert {getattr(owner, verb)(url).status_code for verb in wrong} == {405}


@pytest.mark.parametrize("name", SHOWING)
def test_view_that_shows_takes_no_post(name, address, owner):
    subject = next(view[1] for view in VIEWS if view[0] == name)
    assert owner.post(address(name, subject)).status_code == 405


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), VIEWS)
def test_view_of_what_does_not_exist(name, subject, method, _, __, owner):
    assert getattr(owner, method)(reverse(name, args=[uuid.uuid4()])).status_code == 404

"""Every view, tried by everybody: what only the view's own tests can show stands there."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole
from tests.factories import MembershipFactory
from tests.members import member, signed_in
from venues.packs import make_pack
from venues.rotations import set_rotation
from venues.urls import urlpatterns

# Name, what its address names, the method that works, the status for those who may write, for readers.
VIEWS = [
    ("list", None, "get", 200, 200),
    ("create", None, "get", 200, 403),
    ("detail", "venue", "get", 200, 200),
    ("edit", "venue", "get", 200, 403),
    ("import", None, "get", 200, 403),
    ("export", None, "get", 200, 200),
    ("wall", "venue", "get", 200, 200),
    ("listed", "venue", "post", 200, 200),
    ("duplicate", "venue", "get", 200, 403),
    ("reminders", "venue", "post", 302, 403),
    ("print_selection", None, "get", 200, 200),
    ("print", "venue", "get", 200, 200),
    ("print_pack", "pack", "get", 200, 200),
    ("print_pack_staff", "pack", "get", 200, 200),
    ("archive", "venue", "post", 302, 403),
    ("bring_back", "venue", "post", 302, 403),
    ("renew", "code", "get", 200, 403),
    ("picture", "code", "get", 200, 200),
    ("poster", "code", "get", 200, 200),
    ("png", "code", "get", 200, 200),
    ("svg", "code", "get", 200, 200),
]
TAKE_BOTH = (
    "create",
    "edit",
    "renew",
    "import",
    "duplicate",
    "wall",
    "print_selection",
    "print",
    "print_pack",
    "print_pack_staff",
)
NAMED = [view for view in VIEWS if view[1]]
WRITING = [(name, subject) for name, subject, *_, reader in VIEWS if reader == 403]


def address(name, subject, venue, code):
    if subject is None:
        return reverse(f"venues:{name}")
    return reverse(
        f"venues:{name}", args=[(pack_of(venue) if subject == "pack" else {"venue": venue, "code": code}[subject]).uuid]
    )


def pack_of(venue):
    by, now, today = member(venue.organisation), timezone.now(), timezone.localdate()
    set_rotation(venue=venue, renewal_hours=["04:00"], by=by, now=now)
    return make_pack(venue=venue, first_day=today, last_day=today + timedelta(days=1), with_staff=True, by=by, now=now)


def test_ladder_has_every_view():
    assert {name for name, *_ in VIEWS} == {pattern.name for pattern in urlpatterns}


@pytest.mark.parametrize(("name", "subject", "method", "status", "_"), VIEWS)
@pytest.mark.parametrize("role", [MemberRole.OWNER, MemberRole.EDITOR])
def test_view_works_for_who_may_write(role, name, subject, method, status, _, venue, code):
    browser = signed_in(member(venue.organisation, role))
    assert getattr(browser, method)(address(name, subject, venue, code)).status_code == status


@pytest.mark.parametrize(("name", "subject", "method", "_", "status"), VIEWS)
def test_view_for_a_reader(name, subject, method, _, status, venue, code, reader):
    assert getattr(reader, method)(address(name, subject, venue, code)).status_code == status


@pytest.mark.parametrize(("name", "subject"), WRITING)
def test_reader_cannot_write(name, subject, venue, code, reader):
    assert reader.post(address(name, subject, venue, code)).status_code == 403


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), NAMED)
def test_view_for_a_stranger(name, subject, method, _, __, venue, code):
    stranger = signed_in(MembershipFactory().user)
    assert getattr(stranger, method)(address(name, subject, venue, code)).status_code == 404


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), VIEWS)
def test_view_for_nobody(name, subject, method, _, __, venue, code):
    url = address(name, subject, venue, code)
    response = getattr(Client(), method)(url)
    assert (response.status_code, response.headers["Location"]) == (302, f"{reverse('account_login')}?next={url}")


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), VIEWS)
def test_view_by_a_wrong_method(name, subject, method, _, __, venue, code, owner):
    url = address(name, subject, venue, code)
    wrong = {"put", "delete", "patch"} | ({"get"} if method == "post" else set())
    assert {getattr(owner, verb)(url).status_code for verb in wrong} == {405}


@pytest.mark.parametrize("name", [name for name, _, method, *_ in VIEWS if method == "get" and name not in TAKE_BOTH])
def test_view_that_shows_takes_no_post(name, venue, code, owner):
    subject = next(view[1] for view in VIEWS if view[0] == name)
    assert owner.post(address(name, subject, venue, code)).status_code == 405


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), NAMED)
def test_view_of_what_does_not_exist(name, subject, method, _, __, owner):
    assert getattr(owner, method)(reverse(f"venues:{name}", args=[uuid.uuid4()])).status_code == 404

"""Every view, tried by everybody: what only the view's own tests can show stands there."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole
from events.slots import add_slot
from events.urls import urlpatterns
from tests.events.making import coming_event
from tests.factories import EventRoomFactory, MembershipFactory, UserFactory
from tests.members import member, signed_in

# Name, what its address names, the method that works, the status for those who may write, for readers.
VIEWS = [
    ("list", None, "get", 200, 200),
    ("create", None, "get", 200, 403),
    ("detail", "event", "get", 200, 200),
    ("edit", "event", "get", 200, 403),
    ("duplicate", "event", "get", 200, 403),
    ("archive", "event", "post", 302, 403),
    ("bring_back", "event", "post", 302, 403),
    ("slots", "event", "get", 200, 403),
    ("daily", "event", "post", 302, 403),
    ("slot", "slot", "get", 200, 200),
    ("print_slot", "slot", "get", 200, 200),
    ("slot_edit", "slot", "get", 200, 403),
    ("slot_remove", "slot", "get", 200, 403),
    ("rooms", "event", "get", 200, 403),
    ("tables", "event", "get", 200, 403),
    ("room_edit", "room", "get", 200, 403),
    ("room_remove", "room", "get", 200, 403),
    ("room_tables", "room", "get", 200, 403),
    ("wall", "event", "get", 200, 200),
    ("listed", "event", "post", 200, 200),
    ("print", "event", "get", 200, 200),
    ("print_staff", "event", "get", 302, 302),
    ("renew_all", "event", "get", 302, 403),
    ("complete", "event", "post", 302, 403),
    ("staff", "event", "post", 302, 403),
    ("renew", "code", "get", 200, 403),
    ("picture", "code", "get", 200, 200),
    ("poster", "code", "get", 200, 200),
    ("png", "code", "get", 200, 200),
    ("svg", "code", "get", 200, 200),
]
# Pages that are sent as well as shown.
FORMS = {
    *("create", "edit", "duplicate", "renew", "renew_all", "slots", "slot_edit", "slot_remove", "rooms", "tables"),
    *("room_edit", "room_remove", "room_tables", "print", "print_slot", "print_staff", "wall"),
}
NAMED = [view for view in VIEWS if view[1]]
WRITING = [(name, subject) for name, subject, *_, reader in VIEWS if reader == 403]


@pytest.fixture
def subjects(event, code):
    """What addresses name, by its kind: all of one organisation."""
    other = coming_event(event.organisation)
    slot = add_slot(event=other, name="", start=other.start, end=other.end, by=UserFactory(), now=timezone.now())
    return {"event": event, "code": code, "slot": slot, "room": EventRoomFactory(event=event)}


def address(name, subject, subjects):
    return reverse(f"events:{name}", args=[subjects[subject].uuid] if subject else [])


def test_ladder_has_every_view():
    assert {name for name, *_ in VIEWS} == {pattern.name for pattern in urlpatterns}


@pytest.mark.parametrize(("name", "subject", "method", "status", "_"), VIEWS)
@pytest.mark.parametrize("role", [MemberRole.OWNER, MemberRole.EDITOR])
def test_view_works_for_who_may_write(role, name, subject, method, status, _, event, subjects):
    browser = signed_in(member(event.organisation, role))
    assert getattr(browser, method)(address(name, subject, subjects)).status_code == status


@pytest.mark.parametrize(("name", "subject", "method", "_", "status"), VIEWS)
def test_view_for_a_reader(name, subject, method, _, status, event, subjects, reader):
    assert getattr(reader, method)(address(name, subject, subjects)).status_code == status


@pytest.mark.parametrize(("name", "subject"), WRITING)
def test_reader_cannot_write(name, subject, event, subjects, reader):
    assert reader.post(address(name, subject, subjects)).status_code == 403


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), NAMED)
def test_view_for_a_stranger(name, subject, method, _, __, event, subjects):
    stranger = signed_in(MembershipFactory().user)
    assert getattr(stranger, method)(address(name, subject, subjects)).status_code == 404


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), VIEWS)
def test_view_for_nobody(name, subject, method, _, __, event, subjects):
    url = address(name, subject, subjects)
    response = getattr(Client(), method)(url)
    assert (response.status_code, response.headers["Location"]) == (302, f"{reverse('account_login')}?next={url}")


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), VIEWS)
def test_view_by_a_wrong_method(name, subject, method, _, __, event, subjects, owner):
    url = address(name, subject, subjects)
    wrong = {"put", "delete", "patch"} | ({"get"} if method == "post" else set())
    assert {getattr(owner, verb)(url).status_code for verb in wrong} == {405}


@pytest.mark.parametrize("name", [name for name, _, method, *_ in VIEWS if method == "get" and name not in FORMS])
def test_view_that_shows_takes_no_post(name, event, subjects, owner):
    subject = next(view[1] for view in VIEWS if view[0] == name)
    assert owner.post(address(name, subject, subjects)).status_code == 405


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), NAMED)
def test_view_of_what_does_not_exist(name, subject, method, _, __, owner):
    assert getattr(owner, method)(reverse(f"events:{name}", args=[uuid.uuid4()])).status_code == 404

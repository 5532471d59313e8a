"""Every view, tried by everybody: what only the view's own tests can show stands there."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from clea_portal.accounts.enums import MemberRole
from events.urls import urlpatterns
from tests.factories import MembershipFactory
from tests.members import member, signed_in

# Name, what its address names, the method that works, the status for those who may write, for readers.
VIEWS = [
    ("list", None, "get", 200, 200),
    ("create", None, "get", 200, 403),
    ("detail", "event", "get", 200, 200),
    ("edit", "event", "get", 200, 403),
    ("archive", "event", "post", 302, 403),
    ("bring_back", "event", "post", 302, 403),
    ("renew", "code", "get", 200, 403),
    ("picture", "code", "get", 200, 200),
    ("poster", "code", "get", 200, 200),
    ("png", "code", "get", 200, 200),
    ("svg", "code", "get", 200, 200),
]
NAMED = [view for view in VIEWS if view[1]]
WRITING = [(name, subject) for name, subject, *_, reader in VIEWS if reader == 403]


def address(name, subject, event, code):
    return reverse(f"events:{name}", args=[{"event": event, "code": code}[subject].uuid] if subject else [])


def test_ladder_has_every_view():
    assert {name for name, *_ in VIEWS} == {pattern.name for pattern in urlpatterns}


@pytest.mark.parametrize(("name", "subject", "method", "status", "_"), VIEWS)
@pytest.mark.parametrize("role", [MemberRole.OWNER, MemberRole.EDITOR])
def test_view_works_for_who_may_write(role, name, subject, method, status, _, event, code):
    browser = signed_in(member(event.organisation, role))
    assert getattr(browser, method)(address(name, subject, event, code)).status_code == status


@pytest.mark.parametrize(("name", "subject", "method", "_", "status"), VIEWS)
def test_view_for_a_reader(name, subject, method, _, status, event, code, reader):
    assert getattr(reader, method)(address(name, subject, event, code)).status_code == status


@pytest.mark.parametrize(("name", "subject"), WRITING)
def test_reader_cannot_write(name, subject, event, code, reader):
    assert reader.post(address(name, subject, event, code)).status_code == 403


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), NAMED)
def test_view_for_a_stranger(name, subject, method, _, __, event, code):
    stranger = signed_in(MembershipFactory().user)
    assert getattr(stranger, method)(address(name, subject, event, code)).status_code == 404


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), VIEWS)
def test_view_for_nobody(name, subject, method, _, __, event, code):
    url = address(name, subject, event, code)
    response = getattr(Client(), method)(url)
    assert (response.status_code, response.headers["Location"]) == (302, f"{reverse('account_login')}?next={url}")


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), VIEWS)
def test_view_by_a_wrong_method(name, subject, method, _, __, event, code, owner):
    url = address(name, subject, event, code)
    wrong = {"put", "delete", "patch"} | ({"get"} if method == "post" else set())
    assert {getattr(owner, verb)(url).status_code for verb in wrong} == {405}


@pytest.mark.parametrize(
    "name", [name for name, _, method, *_ in VIEWS if method == "get" and name not in ("create", "edit", "renew")]
)
def test_view_that_shows_takes_no_post(name, event, code, owner):
    subject = next(view[1] for view in VIEWS if view[0] == name)
    assert owner.post(address(name, subject, event, code)).status_code == 405


@pytest.mark.parametrize(("name", "subject", "method", "_", "__"), NAMED)
def test_view_of_what_does_not_exist(name, subject, method, _, __, owner):
    assert getattr(owner, method)(reverse(f"events:{name}", args=[uuid.uuid4()])).status_code == 404

"""Two administrators press at the same moment: needs a database that lets two connections write."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from clea_portal.accounts.enums import StaffRole
from clea_portal.accounts.errors import Refused
from clea_portal.accounts.models import Administration, TeamMembership
from clea_portal.administration.staff import remove_administrator, suspend
from clea_portal.administration.staff_invitations import accept_staff_invitation, invite_staff
from clea_portal.authorities.models import Country
from tests.factories import AdministrationFactory, TeamFactory, UserFactory, ready_country

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _two_writers():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")


def together(*acts):
    """What became of each act, begun at the same moment: ``None``, or the name of the refusal."""
    barrier = Barrier(len(acts))

    def press(act):
        try:
            barrier.wait()
            act()
        except Refused as refusal:
            return type(refusal).__name__
        else:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(press, acts), key=str)


@pytest.mark.parametrize("_", range(5))
def test_two_administrators_who_suspend_each_other_leave_one(_):
    country, now = ready_country(), timezone.now()
    one, other = (AdministrationFactory(country=country).user for _ in range(2))
    results = together(
        lambda: suspend(one, country=country, by=other, now=now),
        lambda: suspend(other, country=country, by=one, now=now),
    )
    assert (results, Administration.objects.active().count()) == (["LastAdministrator", None], 1)


@pytest.mark.parametrize("_", range(5))
def test_two_administrators_who_remove_each_other_leave_one(_):
    country = ready_country()
    one, other = (AdministrationFactory(country=country) for _ in range(2))
    results = together(
        lambda: remove_administrator(one, by=other.user),
        lambda: remove_administrator(other, by=one.user),
    )
    assert (results, Administration.objects.count()) == (["LastAdministrator", None], 1)


def test_invitation_is_accepted_once():
    country, now = ready_country(), timezone.now()
    team, person = TeamFactory(region__country=country), UserFactory(email="new@example.org")
    fields = {"by": None, "email": person.email, "role": StaffRole.AGENT, "language": "en", "now": now}
    _, token = invite_staff(Country.objects.get(), team=team, **fields)
    results = together(*[lambda: accept_staff_invitation(token, by=person, now=now)] * 2)
    assert (results, TeamMembership.objects.count()) == (["Gone", None], 1)

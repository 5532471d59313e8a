"""Two people press at the same moment: needs a database that lets two connections write."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from clea_portal.codes.errors import AlreadyRenewed
from events.codes import renew_codes
from events.models import EventCode
from tests.events.making import coming_event
from tests.factories import UserFactory
from tests.venues.making import NOW, opened_venue
from venues.codes import renew_code
from venues.models import VenueCode

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 4


@pytest.fixture(autouse=True)
def _two_writers():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")


def outcomes(renew):
    """What ``renew``, called by several threads at once, made of each call."""
    together = Barrier(PEOPLE)

    def press(_):
        try:
            together.wait()
            renew()
        except AlreadyRenewed:
            return "already renewed"
        else:
            return "renewed"
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as threads:
        return sorted(threads.map(press, range(PEOPLE)))


def test_venue_code_renewed_by_several_at_once_is_renewed_once():
    code, by = opened_venue().codes.get(), UserFactory()
    assert outcomes(lambda: renew_code(code, by=by, now=NOW)) == ["already renewed"] * (PEOPLE - 1) + ["renewed"]
    assert (VenueCode.objects.count(), VenueCode.objects.current().count()) == (2, 1)


def test_event_codes_renewed_by_several_at_once_are_renewed_once():
    event, by = coming_event(), UserFactory()
    code = event.codes.get(kind="entrance")
    assert outcomes(lambda: renew_codes(code, by=by, now=NOW)) == ["already renewed"] * (PEOPLE - 1) + ["renewed"]
    assert (EventCode.objects.count(), EventCode.objects.current().count()) == (4, 2)

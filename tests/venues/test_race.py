"""Two people press at the same moment: needs a database that lets two connections write."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from clea_portal.codes.errors import AlreadyRenewed
from events.codes import renew_codes
from events.models import EventCode
from tests.events.making import coming_event
from tests.factories import UserFactory
from tests.venues.making import NOW, opened_venue, rotating
from venues.codes import end_code, issue_missing_code, renew_code
from venues.errors import CodesAhead
from venues.models import DayPack, Rotation, VenueCode
from venues.packs import make_pack, withdraw_pack
from venues.rooms import add_rooms
from venues.rotations import Coming, rotation_of, set_rotation

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


# --- rooms, packs, rotations ---

FIRST, LAST = date(2026, 6, 4), date(2026, 6, 13)


def at_once(*acts):
    """Runs acts in threads of their own, all at the same moment: the name of what each raised, or its answer."""
    together = Barrier(len(acts))

    def press(act):
        try:
            together.wait()
            return act()
        except CodesAhead as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(press, acts))


def test_same_pack_made_by_several_at_once_has_one_code_a_day():
    venue, by = rotating(opened_venue()), UserFactory()
    packs = at_once(*[lambda: make_pack(venue=venue, first_day=FIRST, last_day=LAST, with_staff=True, by=by, now=NOW)] * PEOPLE)
    assert Counter(VenueCode.objects.dated().values_list("kind", flat=True)) == {"dated": 10, "staff": 10}
    assert {frozenset(pack.codes.values_list("pk", flat=True)) for pack in packs} == {
        frozenset(VenueCode.objects.dated().values_list("pk", flat=True))
    }


def test_rotation_changed_while_a_pack_is_made_never_leaves_codes_that_disagree():
    """Whoever comes first: the other one sees what has been done."""
    venue, by = rotating(opened_venue()), UserFactory()

    def make():
        return make_pack(venue=venue, first_day=FIRST, last_day=LAST, by=by, now=NOW)

    def change():
        return set_rotation(venue=venue, renewal_hours=["05:00"], coming=Coming.REFUSE, by=by, now=NOW)

    pack, change_made = at_once(make, change)
    hours = {
        rotation_of(venue=venue, room=None, at=code.valid_from).renewal_hours[0] for code in VenueCode.objects.dated().current()
    }
    assert hours == ({"04:00"} if change_made == "CodesAhead" else {"05:00"})
    starts = {code.valid_from.hour for code in pack.codes.all()}
    assert starts == ({2} if change_made == "CodesAhead" else {3})


def test_rotation_set_by_several_at_once_is_one_rotation():
    venue, by = opened_venue(), UserFactory()
    at_once(*[lambda: set_rotation(venue=venue, renewal_hours=["04:00"], by=by, now=NOW)] * PEOPLE)
    assert Rotation.objects.count() == 1
    assert venue.secrets.count() == 2


def test_pack_withdrawn_while_another_one_takes_its_days_over_leaves_codes_to_every_day():
    venue, by = rotating(opened_venue()), UserFactory()
    pack = make_pack(venue=venue, first_day=FIRST, last_day=LAST, by=by, now=NOW)
    at_once(
        lambda: withdraw_pack(pack, by=by, now=NOW),
        lambda: make_pack(venue=venue, first_day=FIRST, last_day=LAST, by=by, now=NOW),
    )
    assert DayPack.objects.in_use().get().codes.filter(replaced_at=None).count() == 10
    assert VenueCode.objects.dated().current().count() == 10


def test_missing_code_made_by_several_at_once_is_made_once():
    venue, by = opened_venue(), UserFactory()
    end_code(venue.codes.get(), at=NOW, by=by, now=NOW)
    codes = at_once(*[lambda: issue_missing_code(venue=venue, by=by, now=NOW)] * PEOPLE)
    assert set(codes) == {VenueCode.objects.static().current().get()}


def test_rooms_added_by_several_at_once_have_places_of_their_own():
    venue, by = opened_venue(), UserFactory()
    at_once(*[lambda: add_rooms(venue=venue, names=["A", "B"], independent=False, by=by, now=NOW)] * PEOPLE)
    assert sorted(venue.rooms.values_list("position", flat=True)) == list(range(2 * PEOPLE))

from datetime import UTC, date, datetime, timedelta

import pytest

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.codes.periods import Period
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.derivation import Profile, derive_lt_key
from clea_portal.protocol.ntp import to_ntp
from tests.members import member, organisation_with_choices
from tests.opening import open_code
from tests.venues.making import NOW, added_room, displayed, opened_venue, rotating
from venues.errors import BadRotation, CodesAhead
from venues.models import Rotation, Venue, VenueCode
from venues.packs import make_pack
from venues.rotations import Coming, check_values, link_at, links_of, rotation_of, set_rotation, showings, turns

pytestmark = pytest.mark.django_db
# NOW is Wednesday, June 3rd 2026, 16:35:20 in Paris.
FOUR = datetime(2026, 6, 3, 2, tzinfo=UTC)
A_DAY = timedelta(days=1)


def change(venue, **changes):
    wanted = {"renewal_hours": ["04:00"], "by": member(venue.organisation), "now": NOW}
    return set_rotation(venue=venue, **(wanted | changes))


def hours(venue, start, end, room=None):
    """The turns of a span: from, hours, cut."""
    return [(turn.period.start, turn.period.hours, turn.is_cut) for turn in turns(venue=venue, room=room, start=start, end=end)]


def test_first_rotation_counts_at_once():
    venue = opened_venue()
    rotation = change(venue, renewal_hours=["16:00", "04:00"], cri_exp=8, profile="reference_c")
    assert rotation.renewal_hours == ["04:00", "16:00"]
    assert (rotation.starts_at, rotation.anchor, rotation.time_zone) == (NOW, date(2026, 6, 3), "Europe/Paris")
    assert (rotation.cri_exp, rotation.profile, rotation.replaced_at) == (8, "reference_c", None)
    assert len(bytes.fromhex(rotation.secret.sk_l)) == 51
    assert AuditEvent.objects.values_list("verb", "details")[0] == ("rotation_set", {"rotation": str(rotation.uuid)})


@pytest.mark.parametrize(
    ("wanted", "days"),
    [([], 1), (["04:30"], 1), (["24:00"], 1), (["4:00"], 1), (["04:00", "04:00"], 1), (["04:00", "16:00"], 2), (["04:00"], 11)],
)
def test_impossible_rotation_is_refused(wanted, days):
    venue = opened_venue()
    with pytest.raises(BadRotation):
        change(venue, renewal_hours=wanted, days_per_period=days)
    assert not Rotation.objects.exists()


def test_same_rotation_again_changes_nothing():
    venue = opened_venue()
    assert change(venue) == change(venue)
    assert (Rotation.objects.count(), venue.secrets.count()) == (1, 2)


def test_change_of_a_rotation_that_nothing_follows_counts_at_once():
    venue = opened_venue()
    first, later = change(venue), NOW + timedelta(hours=1)
    second = change(venue, renewal_hours=["05:00"], now=later)
    first.refresh_from_db()
    assert (first.replaced_at, second.starts_at, second.secret_id) == (later, later, first.secret_id)
    assert [rotation_of(venue=venue, room=None, at=at) for at in (NOW - A_DAY, NOW, later)] == [None, first, second]


def test_change_under_a_display_waits_for_the_next_renewal():
    venue = displayed(rotating(opened_venue()))
    second = change(venue, renewal_hours=["05:00"])
    assert (second.starts_at, second.anchor) == (FOUR + A_DAY + timedelta(hours=1), date(2026, 6, 4))
    assert hours(venue, NOW, NOW + 2 * A_DAY) == [
        (FOUR, 24, False),
        (FOUR + A_DAY, 1, True),
        (FOUR + A_DAY + timedelta(hours=1), 24, False),
        (FOUR + 2 * A_DAY + timedelta(hours=1), 24, False),
    ]


def test_change_to_several_days_counts_from_the_day_it_begins():
    venue = displayed(rotating(opened_venue()))
    second = change(venue, days_per_period=7)
    assert (second.starts_at, second.anchor) == (FOUR + A_DAY, date(2026, 6, 4))
    assert hours(venue, NOW, NOW + 2 * A_DAY) == [(FOUR, 24, False), (FOUR + A_DAY, 168, False)]


def test_new_secret_gives_other_codes_from_the_next_renewal_on():
    venue = displayed(rotating(opened_venue()))
    first = Rotation.objects.get()
    second = change(venue, new_secret=True)
    assert (second.secret_id == first.secret_id, second.starts_at) == (False, FOUR + A_DAY)


def test_displays_change_their_pace_at_once():
    venue = displayed(rotating(opened_venue()))
    second = change(venue, cri_exp=6)
    assert (second.starts_at, second.anchor, second.secret) == (NOW, date(2026, 6, 3), Rotation.objects.last().secret)


def test_change_with_codes_of_coming_days_asks_what_to_do():
    venue = rotating(opened_venue())
    make_pack(venue=venue, first_day=date(2026, 6, 3), last_day=date(2026, 6, 7), by=member(venue.organisation), now=NOW)
    with pytest.raises(CodesAhead) as refused:
        change(venue, renewal_hours=["05:00"])
    assert (refused.value.number, refused.value.until) == (5, FOUR + 5 * A_DAY)
    assert Rotation.objects.get().replaced_at is None


def test_change_that_keeps_the_codes_of_coming_days_waits_for_the_last_of_them():
    venue = rotating(opened_venue())
    make_pack(venue=venue, first_day=date(2026, 6, 3), last_day=date(2026, 6, 7), by=member(venue.organisation), now=NOW)
    second = change(venue, renewal_hours=["05:00"], coming=Coming.KEEP)
    assert second.starts_at == FOUR + 5 * A_DAY + timedelta(hours=1)
    assert VenueCode.objects.dated().current().count() == 5


def test_change_that_replaces_the_codes_of_coming_days_spares_the_one_on_the_wall():
    venue = rotating(opened_venue())
    make_pack(venue=venue, first_day=date(2026, 6, 3), last_day=date(2026, 6, 7), by=member(venue.organisation), now=NOW)
    second = change(venue, renewal_hours=["05:00"], coming=Coming.REPLACE)
    assert second.starts_at == FOUR + A_DAY + timedelta(hours=1)
    assert [code.valid_from for code in VenueCode.objects.dated().current()] == [FOUR]
    assert VenueCode.objects.dated().filter(replaced_at=NOW).count() == 4
    assert ("dated_codes_replaced", {"number": 4}) in AuditEvent.objects.values_list("verb", "details")


def test_change_of_a_change_that_waits_leaves_no_trace_of_it():
    venue = displayed(rotating(opened_venue()))
    waiting = change(venue, renewal_hours=["05:00"])
    third = change(venue, renewal_hours=["06:00"])
    waiting.refresh_from_db()
    assert waiting.replaced_at == max(waiting.starts_at, third.starts_at)
    assert [rotation_of(venue=venue, room=None, at=NOW + day * A_DAY).renewal_hours for day in range(3)] == [
        ["04:00"],
        ["06:00"],
        ["06:00"],
    ]


def test_independent_room_has_its_own_rotation_and_another_follows_the_venue():
    venue = rotating(opened_venue())
    cellar, terrace = added_room(venue, "Cave"), added_room(venue, "Terrasse", independent=False)
    own = change(venue, room=cellar, renewal_hours=["06:00"])
    of_venue = change(venue, room=terrace)
    assert (own.room, of_venue.room) == (cellar, None)
    assert own.secret_id != of_venue.secret_id
    assert [rotation_of(venue=venue, room=room, at=NOW) for room in (None, cellar, terrace)] == [of_venue, own, of_venue]


def test_display_of_a_room_that_follows_the_venue_counts_as_one_of_the_venue():
    venue = rotating(opened_venue())
    displayed(venue, room=added_room(venue, "Terrasse", independent=False))
    assert change(venue, renewal_hours=["05:00"]).starts_at > NOW


# --- what is shown ---


def test_displays_change_their_code_at_round_steps_from_the_period_s_start():
    venue = rotating(opened_venue(), cri_exp=10)
    end = NOW + timedelta(seconds=3000)
    found = showings(venue=venue, room=None, start=NOW, end=end)
    assert [(showing.t_qr_start - to_ntp(FOUR)) / 1024 for showing in found] == [44, 45, 46, 47]
    assert (found[0].start, found[-1].end) == (NOW, FOUR + timedelta(seconds=48 * 1024))
    assert [before.end for before in found[:-1]] == [after.start for after in found[1:]]


def test_displays_change_their_code_at_the_renewal_too():
    venue = rotating(opened_venue(), cri_exp=17)
    found = showings(venue=venue, room=None, start=NOW, end=NOW + A_DAY)
    assert [(showing.start, showing.end, showing.t_qr_start) for showing in found] == [
        (NOW, FOUR + A_DAY, to_ntp(FOUR)),
        (FOUR + A_DAY, FOUR + 2 * A_DAY, to_ntp(FOUR + A_DAY)),
    ]


@pytest.mark.parametrize("staff", [False, True])
def test_link_of_a_moment_says_what_the_rotation_says(staff):
    rotation = change(opened_venue(), profile="reference_c", cri_exp=10)
    opened = open_code(link_at(rotation, NOW, staff=staff))
    message, start = opened.message, to_ntp(FOUR)
    assert (message.staff, message.cri_exp, message.period_duration) == (staff, 10, 24)
    assert (message.t_period_start, message.t_qr_start) == (start, start + 44 * 1024)
    assert message.lt_key == derive_lt_key(bytes.fromhex(rotation.secret.sk_l), start, Profile.REFERENCE_C)
    assert opened.contact is not None


def test_links_of_showings_carry_one_ltid_a_period():
    venue = rotating(opened_venue(), cri_exp=12)
    found = showings(venue=venue, room=None, start=NOW, end=NOW + A_DAY)
    opened = [open_code(link) for link in links_of(found)]
    assert [code.message.t_qr_start for code in opened] == [showing.t_qr_start for showing in found]
    ltids = {code.message.t_period_start: code.header.ltid for code in opened}
    assert list(ltids) == [to_ntp(FOUR), to_ntp(FOUR + A_DAY)]
    assert {code.header.ltid for code in opened} == set(ltids.values())


def test_nothing_to_show_makes_no_link():
    assert links_of([]) == []


def test_renewing_code_without_contact_tracing_carries_no_contact():
    rotation = change(opened_venue(organisation_with_choices(deployment=Deployment.NONE)))
    assert [open_code(link_at(rotation, NOW, staff=staff)).contact for staff in (False, True)] == [None, None]


def test_check_values_are_those_of_paper_and_displays():
    venue = opened_venue()
    rotation = change(venue)
    pack = make_pack(venue=venue, first_day=date(2026, 6, 3), last_day=date(2026, 6, 9), by=member(venue.organisation), now=NOW)
    values = check_values(rotation, at=NOW)
    assert [value.period for value in values] == [Period(t_period_start=to_ntp(FOUR + day * A_DAY), hours=24) for day in range(7)]
    assert [value.check_code for value in values] == [code.check_code for code in pack.codes.order_by("valid_from")]
    shown = open_code(link_at(rotation, NOW)).header.ltid
    assert (values[0].ltid, values[0].check_code) == (shown, check_code(shown))


def test_check_values_of_periods_of_several_days():
    assert [value.period.hours for value in check_values(change(opened_venue(), days_per_period=10), at=NOW, count=3)] == [
        240
    ] * 3


def test_rotation_takes_the_zone_of_the_venue():
    venue = opened_venue()
    Venue.objects.filter(pk=venue.pk).update(time_zone="Pacific/Noumea")
    rotation = change(venue)
    assert (rotation.time_zone, rotation.anchor) == ("Pacific/Noumea", date(2026, 6, 4))
    assert rotation.calendar.at(NOW).start == datetime(2026, 6, 2, 17, tzinfo=UTC)

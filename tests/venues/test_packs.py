import itertools
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.errors import Archived
from clea_portal.codes.places import PlaceDetails
from clea_portal.protocol.derivation import derive_lt_key, derive_ltid
from clea_portal.protocol.ntp import from_ntp, to_ntp
from tests.members import member, organisation_with_choices
from tests.opening import open_code
from tests.venues.making import NOW, added_room, displayed, opened_venue, rotating
from venues.errors import BadRange, NoRotation, RoomRemoved
from venues.managing import archive_venue, change_venue
from venues.models import DayPack, Rotation, Venue, VenueCode
from venues.packs import MOST_DAYS, codes_of, make_pack, printable_codes, refresh_pack, withdraw_pack
from venues.rooms import remove_room
from venues.rotations import Coming, set_rotation

pytestmark = pytest.mark.django_db
# NOW is Wednesday, June 3rd 2026, 16:35:20 in Paris.
FOUR = datetime(2026, 6, 3, 2, tzinfo=UTC)
A_DAY = timedelta(days=1)
JUNE = [date(2026, 6, day) if day else None for day in range(31)]


def pack_of(venue, first=JUNE[3], last=JUNE[7], **changes):
    wanted = {"by": member(venue.organisation), "now": NOW} | changes
    return make_pack(venue=venue, first_day=first, last_day=last, **wanted)


def rotated(**changes):
    return rotating(opened_venue(), **changes)


def spans(pack):
    return [(code.kind, code.valid_from, code.valid_until) for code in codes_of(pack)]


def test_pack_has_one_code_a_day():
    venue = rotated()
    pack = pack_of(venue)
    assert spans(pack) == [("dated", FOUR + day * A_DAY, FOUR + (day + 1) * A_DAY) for day in range(5)]
    assert (pack.room, pack.first_day, pack.last_day, pack.rotation) == (None, JUNE[3], JUNE[7], Rotation.objects.get())
    assert AuditEvent.objects.values_list("verb", "details")[0] == ("pack_made", {"pack": str(pack.uuid), "issued": 5})


def test_codes_say_what_the_pack_says():
    venue = rotated(profile="specification")
    secret = bytes.fromhex(Rotation.objects.get().secret.sk_l)
    for code in codes_of(pack_of(venue)):
        opened = open_code(code.deep_link)
        message, start = opened.message, to_ntp(code.valid_from)
        assert (message.t_period_start, message.t_qr_start, message.period_duration) == (start, start, 24)
        assert (message.staff, message.cri_exp, message.venue_type) == (False, 31, 1)
        assert message.lt_key == derive_lt_key(secret, start)
        assert opened.header.ltid == derive_ltid(message.lt_key)
        assert opened.contact is not None
        assert (opened.contact.phone, opened.contact.pin) == ("33465710038", "380038")


def test_services_have_a_code_each():
    pack = pack_of(rotated(renewal_hours=["04:00", "16:00"]), last=JUNE[4])
    half = timedelta(hours=12)
    # The first service of June 3rd is over at 16:35.
    assert [start for _, start, _ in spans(pack)] == [FOUR + half, FOUR + A_DAY, FOUR + A_DAY + half]


def test_code_of_several_days():
    venue = rotated(days_per_period=3)
    assert [(start, (end - start) / A_DAY) for _, start, end in spans(pack_of(venue, last=JUNE[9]))] == [
        (FOUR, 3),
        (FOUR + 3 * A_DAY, 3),
        (FOUR + 6 * A_DAY, 3),
    ]


def test_pack_that_begins_within_a_code_of_several_days_has_that_code_too():
    venue = rotated(days_per_period=3)
    assert [start for _, start, _ in spans(pack_of(venue, first=JUNE[5], last=JUNE[6]))] == [FOUR, FOUR + 3 * A_DAY]


def test_code_of_last_night_is_still_there_at_three_in_the_morning():
    venue = rotated(renewal_hours=["16:00"])
    night = datetime(2026, 6, 5, 1, tzinfo=UTC)
    pack = pack_of(venue, first=JUNE[4], last=JUNE[5], now=night)
    assert [day_of_code(code) for code in codes_of(pack)] == [JUNE[4], JUNE[5]]


def day_of_code(code):
    return (code.valid_from + timedelta(minutes=30)).astimezone(ZoneInfo("Europe/Paris")).date()


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Guadeloupe", "Pacific/Noumea", "Asia/Kolkata"])
def test_a_year_of_days_without_gap_or_overlap(zone):
    """Both nights on which the clocks change: read from the links, as phones and servers read them."""
    venue = opened_venue()
    Venue.objects.update(time_zone=zone)
    local = ZoneInfo(zone)
    now = datetime(2026, 1, 1, 12, tzinfo=local)
    rotating(venue, now=now)
    pack = pack_of(venue, first=date(2026, 1, 1), last=date(2026, 12, 31), now=now)
    messages = [open_code(code.deep_link).message for code in codes_of(pack)]
    starts = [from_ntp(message.t_period_start) for message in messages]
    lengths = [timedelta(hours=message.period_duration) for message in messages]
    rounding = timedelta(minutes=30 if zone == "Asia/Kolkata" else 0)
    assert [start.astimezone(local) for start in starts] == [
        datetime.combine(date(2026, 1, 1) + day * A_DAY, datetime.min.time(), tzinfo=local) + timedelta(hours=4) - rounding
        for day in range(365)
    ]
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    assert ends[:-1] == starts[1:]
    short_and_long = {timedelta(hours=23): 1, timedelta(hours=25): 1} if zone == "Europe/Paris" else {}
    assert Counter(length for length in lengths if length != A_DAY) == short_and_long
    assert len({open_code(code.deep_link).header.ltid for code in codes_of(pack)}) == 365


def test_largest_pack_of_two_services():
    venue = rotated(renewal_hours=["04:00", "16:00"])
    pack = pack_of(venue, first=JUNE[4], last=JUNE[4] + (MOST_DAYS - 1) * A_DAY, with_staff=True)
    codes = list(codes_of(pack))
    assert len(codes) == 4 * MOST_DAYS
    assert Counter(code.kind for code in codes) == {"dated": 732, "staff": 732}
    assert all(before.valid_until >= after.valid_from for before, after in itertools.pairwise(codes))


@pytest.mark.parametrize("number", [1, 30])
def test_making_asks_as_much_for_a_day_as_for_a_month(number, django_assert_num_queries):
    venue, by = rotated(), member(opened_venue().organisation)
    with django_assert_num_queries(12):
        make_pack(venue=venue, first_day=JUNE[4], last_day=JUNE[4] + (number - 1) * A_DAY, with_staff=True, by=by, now=NOW)


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (JUNE[7], JUNE[6], "The last day must not be before the first."),
        (JUNE[4], JUNE[4] + MOST_DAYS * A_DAY, "A pack has at most 366 days: make another one for the rest."),
        (JUNE[1], JUNE[6], "These days are over: choose days from today on."),
        (JUNE[2], JUNE[2], "These days are over: choose days from today on."),
        (date(2030, 1, 1), date(2030, 1, 2), "This is too far ahead: choose days until 4 June 2028."),
    ],
)
def test_impossible_days_are_refused(first, last, sentence):
    venue = rotated()
    with pytest.raises(BadRange) as refused:
        pack_of(venue, first, last)
    assert str(refused.value) == sentence
    assert not DayPack.objects.exists()


def test_pack_needs_a_rotation():
    with pytest.raises(NoRotation):
        pack_of(opened_venue())


def test_pack_of_an_archived_venue_is_refused():
    venue = rotated()
    archive_venue(venue, by=member(venue.organisation), now=NOW)
    with pytest.raises(Archived):
        pack_of(venue)


def test_pack_of_a_removed_room_is_refused():
    venue = rotated()
    room = added_room(venue, "Cave")
    remove_room(room, by=member(venue.organisation), now=NOW)
    with pytest.raises(RoomRemoved):
        pack_of(venue, room=room)


def test_pack_without_keys_makes_nothing():
    venue = rotated()
    venue.country.server.keys.all().delete()
    with pytest.raises(NoKey):
        pack_of(venue)
    assert (DayPack.objects.count(), VenueCode.objects.dated().count()) == (0, 0)


def test_overlapping_pack_shares_the_codes_of_common_days():
    venue = rotated()
    first, second = pack_of(venue), pack_of(venue, first=JUNE[6], last=JUNE[10], with_staff=True)
    shared = set(first.codes.all()) & set(second.codes.all())
    assert sorted(day_of_code(code) for code in shared) == [JUNE[6], JUNE[7]]
    assert Counter(VenueCode.objects.dated().values_list("kind", flat=True)) == {"dated": 8, "staff": 5}


def test_staff_codes_carry_the_bit_and_the_ltid_of_their_day():
    pack = pack_of(rotated(), with_staff=True)
    opened = [(code.kind, open_code(code.deep_link)) for code in codes_of(pack)]
    assert [(kind, code.message.staff) for kind, code in opened] == [("dated", False), ("staff", True)] * 5
    assert [code.header.ltid for kind, code in opened if kind == "staff"] == [
        code.header.ltid for kind, code in opened if kind == "dated"
    ]


def test_codes_for_staff_are_printed_only_when_asked_for():
    pack = pack_of(rotated(), with_staff=True)
    assert {code.kind for code in printable_codes(pack, now=NOW)} == {"dated"}
    assert {code.kind for code in printable_codes(pack, now=NOW, staff=True)} == {"staff"}


def test_codes_without_contact_tracing_carry_no_contact():
    venue = rotating(opened_venue(organisation_with_choices(deployment=Deployment.NONE)))
    added_room(venue, "Cave")
    pack_of(venue, with_staff=True)
    assert {open_code(code.deep_link).contact for code in VenueCode.objects.all()} == {None}
    assert VenueCode.objects.count() == 12


def test_independent_room_has_codes_of_its_own_and_another_those_of_the_venue():
    venue = rotated()
    cellar, terrace = added_room(venue, "Cave"), added_room(venue, "Terrasse", independent=False)
    rotating(venue, room=cellar)
    of_cellar, of_terrace, of_venue = pack_of(venue, room=cellar), pack_of(venue, room=terrace), pack_of(venue)
    assert (of_cellar.room, of_terrace.room) == (cellar, None)
    assert set(of_terrace.codes.all()) == set(of_venue.codes.all())
    ltids = {open_code(code.deep_link).header.ltid for code in VenueCode.objects.dated()}
    assert (len(ltids), VenueCode.objects.dated().count()) == (10, 10)


def test_static_code_goes_out_of_use_when_the_first_code_starts():
    venue = rotated()
    pack_of(venue, first=JUNE[5], end_static=True)
    static = VenueCode.objects.static().get()
    assert (static.valid_until, static.replaced_at) == (FOUR + 2 * A_DAY, None)


def test_static_code_goes_out_of_use_at_once_for_a_pack_from_today_on():
    venue = rotated()
    pack_of(venue, end_static=True)
    static = VenueCode.objects.static().get()
    assert (static.valid_until, static.replaced_at) == (None, NOW)


def test_static_code_stays_when_nobody_asks_for_its_end():
    pack_of(rotated())
    static = VenueCode.objects.static().get()
    assert (static.valid_until, static.replaced_at) == (None, None)


# --- changes of the rotation ---


def test_pack_across_a_change_follows_each_rotation_on_its_days():
    venue = displayed(rotated())
    set_rotation(venue=venue, renewal_hours=["05:00"], by=member(venue.organisation), now=NOW)
    pack = pack_of(venue, last=JUNE[5])
    an_hour = timedelta(hours=1)
    # No sheet for the hour that is left between four and five.
    assert [start for _, start, _ in spans(pack)] == [FOUR, FOUR + A_DAY + an_hour, FOUR + 2 * A_DAY + an_hour]


def test_refresh_makes_replaced_days_again_by_the_new_rotation():
    venue = rotated()
    pack = pack_of(venue)
    new = set_rotation(venue=venue, renewal_hours=["05:00"], coming=Coming.REPLACE, by=member(venue.organisation), now=NOW)
    assert refresh_pack(pack, by=member(venue.organisation), now=NOW) == 4
    pack.refresh_from_db()
    current = codes_of(pack).current()
    assert [code.valid_from for code in current] == [FOUR] + [FOUR + day * A_DAY + timedelta(hours=1) for day in range(1, 5)]
    assert pack.rotation == new


def test_refresh_gives_edited_details_to_coming_codes_under_the_same_check_codes():
    venue = rotated()
    pack = pack_of(venue)
    before = {code.valid_from: code.check_code for code in codes_of(pack)}
    details = {name: getattr(venue, name) for name in ("name", "venue_type", "region", "phone", "pin")}
    change_venue(venue, by=member(venue.organisation), details=PlaceDetails(**(details | {"pin": "999999"})))
    assert refresh_pack(pack, by=member(venue.organisation), now=NOW) == 4
    current = list(codes_of(pack).current())
    assert {code.valid_from: code.check_code for code in current} == before
    assert [open_code(code.deep_link).contact.pin for code in current] == ["380038"] + ["999999"] * 4
    assert refresh_pack(pack, by=member(venue.organisation), now=NOW) == 0


def test_withdrawn_pack_leaves_what_another_one_shares():
    venue = rotated()
    first, second = pack_of(venue), pack_of(venue, first=JUNE[6], last=JUNE[10])
    withdraw_pack(first, by=member(venue.organisation), now=NOW)
    withdraw_pack(first, by=member(venue.organisation), now=NOW + A_DAY)
    assert DayPack.objects.in_use().get() == second
    assert [day_of_code(code) for code in codes_of(first).filter(replaced_at=NOW)] == [JUNE[3], JUNE[4], JUNE[5]]
    assert codes_of(second).current().count() == 5
    assert AuditEvent.objects.filter(verb="pack_withdrawn").count() == 1


def test_withdrawn_pack_made_again_has_the_same_check_codes():
    venue = rotated()
    first = pack_of(venue)
    withdraw_pack(first, by=member(venue.organisation), now=NOW)
    second = pack_of(venue)
    assert [code.check_code for code in codes_of(second)] == [code.check_code for code in codes_of(first)]
    assert len(set(first.codes.all()) | set(second.codes.all())) == 10

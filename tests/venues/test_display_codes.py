"""What displays show from second to second."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from PIL import Image

from clea_portal.authorities.keys import NoKey
from clea_portal.protocol.derivation import Profile, derive_lt_key, derive_ltid
from clea_portal.protocol.ntp import to_ntp
from clea_portal.scanning.reading import decode_image
from tests.factories import ServerKeyFactory
from tests.opening import open_code
from tests.venues.display_making import added_display
from tests.venues.making import NOW, added_room, opened_venue, rotating
from venues.display_codes import MOST_AT_ONCE, NothingToShow, code_at, codes_between, edition, rotations_of
from venues.models import Display, Rotation

pytestmark = pytest.mark.django_db
# Four in the morning in Paris, in June.
PERIOD_START = datetime(2026, 6, 3, 2, tzinfo=UTC)


def test_codes_stand_on_the_grid_of_their_period_and_follow_one_another_without_gap():
    venue = rotating(opened_venue(), cri_exp=10)
    display, _ = added_display(venue)
    codes = codes_between(display, start=NOW, end=NOW + timedelta(hours=14))
    assert codes[0].start == NOW
    assert [code.end for code in codes[:-1]] == [code.start for code in codes[1:]]
    for code in codes:
        opened = open_code(code.deep_link)
        message = opened.message
        expected = to_ntp(PERIOD_START) + (24 * 3600 if code.start >= PERIOD_START + timedelta(days=1) else 0)
        assert (message.t_period_start, message.period_duration, message.cri_exp, message.staff) == (expected, 24, 10, False)
        assert message.t_qr_start == code.t_qr_start
        assert (code.t_qr_start - expected) % 1024 == 0
        assert code.t_qr_start <= to_ntp(code.start) < code.t_qr_start + 1024
        lt_key = derive_lt_key(bytes.fromhex(Rotation.objects.get().secret.sk_l), expected, Profile.SPECIFICATION)
        assert opened.header.ltid == derive_ltid(lt_key)
        assert opened.contact.phone == "33465710038"


@pytest.mark.parametrize("cri_exp", [4, 10, 17])
def test_no_answer_holds_more_codes_than_it_may(cri_exp):
    display, _ = added_display(rotating(opened_venue(), cri_exp=cri_exp), hours_ahead=72)
    codes = codes_between(display, start=NOW, end=NOW + timedelta(hours=72))
    lasting = {4: timedelta(seconds=16), 10: timedelta(seconds=1024), 17: timedelta(days=1)}[cri_exp]
    assert len(codes) == {4: MOST_AT_ONCE, 10: MOST_AT_ONCE, 17: 4}[cri_exp]
    assert codes[1].end - codes[1].start == lasting


def test_displays_of_one_room_show_the_same_ltid_at_every_moment_and_those_of_another_room_do_not():
    venue = rotating(opened_venue())
    room = added_room(venue, "Terrasse")
    corner = added_room(venue, "Coin", independent=False)
    first, _ = added_display(venue)
    for minutes in (0, 17, 600, 1440):
        moment = NOW + timedelta(minutes=minutes)
        of_place = {
            open_code(code_at(display, moment).deep_link).header.ltid
            for display in (
                first,
                added_display(venue)[0],
                added_display(venue, staff=True)[0],
                added_display(venue, room=corner)[0],
            )
        }
        of_room = {
            open_code(code_at(display, moment).deep_link).header.ltid
            for display in (added_display(venue, room=room)[0], added_display(venue, room=room, hours_ahead=1)[0])
        }
        assert (len(of_place), len(of_room), len(of_place | of_room)) == (1, 1, 2)


def test_display_for_staff_says_so_in_its_codes():
    display, _ = added_display(opened_venue(), staff=True)
    assert open_code(code_at(display, NOW).deep_link).message.staff is True


def test_bitmap_holds_the_modules_that_read_back():
    display, _ = added_display(opened_venue())
    code = code_at(display, NOW)
    bitmap = code.bitmap()
    assert len(bitmap) == 65 * 9
    rows = [f"{int.from_bytes(bitmap[9 * y : 9 * y + 9]):072b}" for y in range(65)]
    assert {row[65:] for row in rows} == {"0" * 7}
    picture = Image.new("L", (73 * 3, 73 * 3), 255)
    for y, row in enumerate(rows):
        for x, bit in enumerate(row):
            if bit == "1":
                picture.paste(0, (3 * x + 12, 3 * y + 12, 3 * x + 15, 3 * y + 15))
    assert decode_image(picture) == (code.deep_link,)


def test_without_rotation_there_is_nothing_to_show():
    venue = opened_venue()
    display = Display.objects.create(venue=venue, name="Bar", token_hash="0" * 64)
    for act in (lambda: code_at(display, NOW), lambda: rotations_of(display, now=NOW)):
        with pytest.raises(NothingToShow):
            act()


def test_number_of_queries_does_not_grow_with_the_codes(django_assert_num_queries):
    added_display(rotating(opened_venue(), cri_exp=4))
    display = Display.objects.with_venue().get()
    with django_assert_num_queries(3):
        codes_between(display, start=NOW, end=NOW + timedelta(seconds=1))
    with django_assert_num_queries(3):
        codes_between(display, start=NOW, end=NOW + timedelta(hours=1))


def test_edition_changes_with_everything_that_codes_carry_and_with_nothing_else():
    venue = rotating(opened_venue())
    _display, _ = added_display(venue)

    def now_is(moment=NOW):
        found = Display.objects.with_venue().get()
        return edition(found, rotations_of(found, now=moment), now=moment)

    first = now_is()
    assert now_is() == now_is(NOW + timedelta(days=20)) == first
    Display.objects.update(name="Other", language="en", hours_ahead=1)
    type(venue).objects.update(name="Another name")
    assert now_is() == first
    seen = {first}
    for change in ({"phone": "33476000000"}, {"pin": "000000"}, {"venue_category1": 9}, {"venue_category2": 9}):
        row = type(venue).objects.get()
        for name, value in change.items():
            setattr(row, name, value)
        row.save()
        seen.add(now_is())
    rotating(venue, cri_exp=5)
    seen.add(now_is())
    ServerKeyFactory._meta.model.objects.create(
        authority=venue.country.server, public_key="04" + "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", valid_from=NOW,
    )  # fmt: skip
    seen.add(now_is())
    assert len(seen) == 7
    assert "380038" not in first


def test_country_without_keys_makes_no_code():
    display, _ = added_display(opened_venue())
    display.venue.country.server.keys.all().delete()
    for act in (lambda: code_at(display, NOW), lambda: edition(display, rotations_of(display, now=NOW), now=NOW)):
        with pytest.raises(NoKey):
            act()


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [("Europe/Paris", (2026, 3, 28), 23), ("Europe/Paris", (2026, 10, 24), 25), ("Pacific/Noumea", (2026, 3, 28), 24)],
)
def test_periods_have_the_hours_of_their_day(zone, day, hours):
    venue = opened_venue()
    type(venue).objects.update(time_zone=zone)
    start = datetime(*day, 18, tzinfo=UTC)
    with time_machine.travel(start, tick=False):
        display, _ = added_display(rotating(type(venue).objects.get(), now=start), now=start)
    assert open_code(code_at(display, start).deep_link).message.period_duration == hours

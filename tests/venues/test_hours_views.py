from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from tests.members import member
from tests.venues.making import NOW, added_room, details_of, displayed, rotating
from venues.hours_forms import span_in_words
from venues.managing import archive_venue, open_venue
from venues.models import Rotation, Venue, VenueCode
from venues.packs import make_pack

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _afternoon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hours(venue):
    return reverse("packs:opening_hours", args=[venue.uuid])


@pytest.fixture
def renewal(venue):
    return reverse("packs:rotation", args=[venue.uuid])


def typed(**days):
    return {"time_zone": "Europe/Paris", **{f"day_{day}": "" for day in range(7)}, **days}


def sent(**changes):
    return {"hours": ["04:00"], "days_per_period": "1", "cri_exp": "10", "profile": "specification"} | changes


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def opened(venue, *rows):
    """The venue, open on these days: (day, open, close)."""
    venue.opening_hours = [{"day": day, "open": start, "close": end} for day, start, end in rows]
    venue.save(update_fields=["opening_hours"])


def packed(venue):
    """A pack of five days from today on, whose codes change at four in the morning."""
    now = timezone.now()
    rotating(venue, now=now)
    today = now.astimezone(venue.zone).date()
    by = member(venue.organisation)
    return make_pack(venue=venue, first_day=today, last_day=today + timedelta(days=4), by=by, now=now)


# --- opening hours ---


def test_opening_hours_are_kept_and_shown_again(venue, owner, hours, renewal):
    response = owner.post(hours, typed(time_zone="Indian/Reunion", day_0="12h-14h30, 19-2", day_5="22:00–6:00"))
    assert (response.status_code, response.headers["Location"]) == (302, renewal)
    venue.refresh_from_db()
    assert (venue.time_zone, venue.opening_hours) == (
        "Indian/Reunion",
        [
            {"day": 0, "open": "12:00", "close": "14:30"},
            {"day": 0, "open": "19:00", "close": "02:00"},
            {"day": 5, "open": "22:00", "close": "06:00"},
        ],
    )
    form = owner.get(hours).context["form"]
    assert [day.value() for day in form.days] == ["12:00–14:30, 19:00–02:00", "", "", "", "", "22:00–06:00", ""]
    assert "Monday 12:00–14:30, 19:00–02:00; Saturday 22:00–06:00." in owner.get(renewal).content.decode()


def test_opening_hours_of_one_day_are_copied_to_all_without_being_saved(venue, owner, hours):
    response = owner.post(hours, typed(day_1="9-12, 14-18", copy="1"))
    assert [day.value() for day in response.context["form"].days] == ["9-12, 14-18"] * 7
    venue.refresh_from_db()
    assert venue.opening_hours == []


def test_opening_hours_that_cannot_be_keep_what_was_typed(venue, owner, hours):
    form = owner.post(hours, typed(day_0="noon", day_1="12-15, 14-16", day_2="1-2,3-4,5-6,7-8,9-10", day_3="9-12")).context[
        "form"
    ]
    assert form.errors == {
        "day_0": ["Write it like 12:00–14:30, 19:00–02:00; leave it empty when the place is closed."],
        "day_1": ["These times overlap. Write each time at which the place is open once."],
        "day_2": ["At most 4 times a day."],
    }
    assert form["day_3"].value() == "9-12"
    venue.refresh_from_db()
    assert venue.opening_hours == []


def test_opening_hours_from_a_room_lead_back_to_the_room(venue, owner):
    room = added_room(venue, "Bar")
    response = owner.post(reverse("packs:room_opening_hours", args=[room.uuid]), typed(day_0="9-12"))
    assert response.headers["Location"] == reverse("packs:room_rotation", args=[room.uuid])


# --- when codes change ---


def test_renewal_hour_is_proposed_from_the_opening_hours(venue, owner, renewal):
    opened(venue, *[(day, "12:00", "14:30") for day in range(7)], *[(day, "19:00", "23:00") for day in range(7)])
    page = owner.get(renewal)
    assert page.context["form"]["hours"].value() == ["05:00"]
    text = page.content.decode()
    assert "Proposed: 05:00, in the middle of the longest time at which the place is closed on every day." in text
    assert "For a code per service, tick 17:00 too." in text


def test_first_renewal_hours_lead_to_the_first_pack(venue, owner, renewal):
    response = owner.post(renewal, sent(hours=["04:00", "16:00"], cri_exp="8"))
    assert response.headers["Location"] == reverse("packs:create", args=[venue.uuid])
    rotation = Rotation.objects.get()
    assert (rotation.renewal_hours, rotation.days_per_period, rotation.cri_exp) == (["04:00", "16:00"], 1, 8)
    assert said(response) == ["Saved. This counts from now on."]


def test_night_club_cannot_change_its_codes_at_four_unless_it_confirms(venue, owner, renewal):
    opened(venue, (4, "23:00", "07:00"), (5, "23:00", "07:00"))
    response = owner.post(renewal, sent())
    assert response.context["form"].errors["hours"] == [
        (
            "At 04:00 the place is open: Friday to Saturday 23:00–07:00. Guests of one evening would have two different codes, "
            "and a warning would reach only some of them. Choose an hour at which it is closed."
        )
    ]
    assert 'name="despite_open"' in response.content.decode()
    assert not Rotation.objects.exists()
    owner.post(renewal, sent(despite_open="on"))
    assert Rotation.objects.get().renewal_hours == ["04:00"]


def test_hotel_is_told_that_there_is_no_good_hour(venue, owner, renewal):
    opened(venue, *[(day, "00:00", "00:00") for day in range(7)])
    page = owner.get(renewal)
    assert page.context["form"]["hours"].value() == ["04:00"]
    assert "There is no hour at which the place is closed on every day" in page.content.decode()
    assert "every day 00:00–00:00" in owner.post(renewal, sent()).context["form"].errors["hours"][0]


def test_place_open_over_the_real_hour_of_its_zone_is_told_so(venue, owner, renewal):
    """Four in the morning is really half past three in India."""
    Venue.objects.update(time_zone="Asia/Kolkata")
    venue.refresh_from_db()
    opened(venue, (0, "20:00", "03:45"))
    page = owner.get(renewal).content.decode()
    assert "really 03:30" in page
    assert "Codes change on round hours of world time (UTC), which those of Asia/Kolkata are not" in page
    assert "At 04:00 the place is open" in owner.post(renewal, sent()).context["form"].errors["hours"][0]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours": []}, "hours"),
        ({"hours": ["04:30"]}, "hours"),
        ({"hours": ["04:00", "16:00"], "days_per_period": "2"}, "days_per_period"),
        ({"days_per_period": "11"}, "days_per_period"),
        ({"days_per_period": "0"}, "days_per_period"),
        ({"cri_exp": "3"}, "cri_exp"),
        ({"cri_exp": "18"}, "cri_exp"),
        ({"profile": "java"}, "profile"),
    ],
)
def test_impossible_renewal_is_refused(changes, field, owner, renewal):
    response = owner.post(renewal, sent(**changes))
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert not Rotation.objects.exists()


def test_change_with_codes_of_coming_days_asks_and_keeps_the_answer(venue, owner, renewal):
    packed(venue)
    response = owner.post(renewal, sent(hours=["05:00"]))
    form = response.context["form"]
    assert form.errors["coming"][0].startswith("5 codes are made until ")
    assert form.errors["coming"][0].endswith("With other hours they would no longer agree with the displays.")
    assert form["hours"].value() == ["05:00"]
    assert 'name="coming"' in response.content.decode()
    response = owner.post(renewal, sent(hours=["05:00"], coming="keep"))
    assert response.headers["Location"] == reverse("packs:list", args=[venue.uuid])
    assert said(response)[-1].startswith("Saved. This counts from ")
    assert VenueCode.objects.dated().current().count() == 5


def test_change_that_replaces_coming_codes_tells_their_pack(venue, owner, renewal):
    pack = packed(venue)
    owner.post(renewal, sent(hours=["05:00"], coming="replace"))
    assert VenueCode.objects.dated().current().count() == 1
    page = owner.get(reverse("packs:detail", args=[pack.uuid])).content.decode()
    assert "Some codes of this pack count no longer" in page
    owner.post(reverse("packs:refresh", args=[pack.uuid]))
    assert VenueCode.objects.dated().current().count() == 5
    assert "Some codes of this pack count no longer" not in owner.get(reverse("packs:detail", args=[pack.uuid])).content.decode()


def test_change_that_waits_is_announced_on_the_page_of_the_packs(venue, owner, renewal):
    rotating(venue, now=timezone.now())
    displayed(venue)
    owner.post(renewal, sent(hours=["05:00"]))
    page = owner.get(reverse("packs:list", args=[venue.uuid]))
    assert page.context["coming_rotation"].renewal_hours == ["05:00"]
    assert " on:" in page.content.decode()


def test_renewal_of_a_room_is_its_own(venue, owner):
    room = added_room(venue, "Bar")
    owner.post(reverse("packs:room_rotation", args=[room.uuid]), sent(hours=["06:00"]))
    assert [(rotation.room, rotation.renewal_hours) for rotation in Rotation.objects.all()] == [(room, ["06:00"])]


def test_renewal_of_an_archived_venue_is_left_alone(venue, owner, renewal):
    archive_venue(venue, by=member(venue.organisation), now=timezone.now())
    response = owner.post(renewal, sent())
    assert response.headers["Location"] == reverse("venues:detail", args=[venue.uuid])
    assert said(response) == ["This is archived. Bring it back first."]
    assert not Rotation.objects.exists()


@pytest.mark.parametrize(
    ("seconds", "words"), [(16, "16 seconds"), (64, "1 minute"), (1024, "17 minutes"), (8192, "2 hours"), (131072, "36 hours")]
)
def test_spans_in_words(seconds, words):
    assert span_in_words(seconds) == words


def test_new_venue_has_the_zone_of_its_maker_or_else_of_its_country(venue):
    assert venue.time_zone == "Europe/Paris"
    maker = member(venue.organisation)
    maker.time_zone = "America/Guadeloupe"
    maker.save(update_fields=["time_zone"])
    from tests.venues.making import NOW

    details = details_of(venue.organisation)
    assert open_venue(by=maker, organisation=venue.organisation, details=details, now=NOW).time_zone == ("America/Guadeloupe")

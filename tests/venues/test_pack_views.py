from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from tests.members import member, signed_in
from tests.venues.making import NOW, added_room, opened_venue, rotating
from venues.codes import end_code
from venues.managing import archive_venue
from venues.models import DayPack, VenueCode
from venues.packs import make_pack

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _afternoon():
    with time_machine.travel(NOW, tick=False):
        yield


A_DAY = timedelta(days=1)


@pytest.fixture
def today(venue):
    return timezone.now().astimezone(venue.zone).date()


@pytest.fixture
def rotated(venue):
    return rotating(venue, now=timezone.now())


@pytest.fixture
def create(venue):
    return reverse("packs:create", args=[venue.uuid])


@pytest.fixture
def pack(rotated, today):
    return packed(rotated, today)


def packed(venue, first, *, days=5, **changes):
    by = member(venue.organisation)
    last = first + (days - 1) * A_DAY
    return make_pack(venue=venue, first_day=first, last_day=last, by=by, now=timezone.now(), **changes)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- making ---


def test_pack_before_the_renewal_hours_asks_for_them_first(venue, owner, create):
    response = owner.get(create)
    assert response.headers["Location"] == reverse("packs:rotation", args=[venue.uuid])
    assert said(response) == ["First, say when the codes change."]


def test_pack_is_made_and_shown(rotated, owner, create, today):
    response = owner.post(create, {"first_day": today, "last_day": today + 2 * A_DAY, "with_staff": "on"})
    pack = DayPack.objects.get()
    assert response.headers["Location"] == reverse("packs:detail", args=[pack.uuid])
    assert (pack.first_day, pack.last_day, pack.with_staff) == (today, today + 2 * A_DAY, True)
    page = owner.get(response.headers["Location"]).content.decode()
    for code in pack.codes.filter(kind="dated"):
        assert code.check_code[:3] in page
    assert reverse("venues:print_pack", args=[pack.uuid]) in page


def test_form_proposes_a_week_after_the_last_pack(pack, owner, create, today):
    form = owner.get(create).context["form"]
    assert (form["first_day"].value(), form["last_day"].value()) == (today + 5 * A_DAY, today + 11 * A_DAY)


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        (3, 1, "The last day must not be before the first."),
        (0, 366, "A pack has at most 366 days: make another one for the rest."),
        (-5, -3, "These days are over: choose days from today on."),
    ],
)
def test_impossible_days_come_back_with_the_reason(first, last, error, rotated, owner, create, today):
    typed = {"first_day": str(today + first * A_DAY), "last_day": str(today + last * A_DAY), "with_staff": "on"}
    form = owner.post(create, typed).context["form"]
    assert form.non_field_errors() == [error]
    assert {name: form[name].value() for name in ("first_day", "last_day")} == {
        name: typed[name] for name in ("first_day", "last_day")
    }
    assert not DayPack.objects.exists()


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-02-30", "99999-01-01", "0001-01-01"])
def test_days_that_are_none_come_back(day, rotated, owner, create):
    response = owner.post(create, {"first_day": day, "last_day": day})
    assert response.status_code == 200
    assert response.context["form"].errors


def test_pack_without_keys_says_so(rotated, owner, create, today):
    rotated.country.server.keys.all().delete()
    form = owner.post(create, {"first_day": today, "last_day": today}).context["form"]
    assert form.non_field_errors() == [
        "No code can be made at the moment: your country's keys are missing. Nothing was saved. Try again later."
    ]


def test_pack_of_an_archived_venue_is_not_made(rotated, owner, create, today):
    archive_venue(rotated, by=member(rotated.organisation), now=timezone.now())
    response = owner.post(create, {"first_day": today, "last_day": today})
    assert said(response) == ["This is archived. Bring it back first."]
    assert not DayPack.objects.exists()


def test_pack_of_a_room_has_codes_of_the_room(rotated, owner, today):
    room = added_room(rotated, "Bar")
    rotating(rotated, room=room, now=timezone.now())
    response = owner.post(reverse("packs:room_create", args=[room.uuid]), {"first_day": today, "last_day": today})
    pack = DayPack.objects.get()
    assert response.headers["Location"] == reverse("packs:detail", args=[pack.uuid])
    assert (pack.room, pack.codes.get().room) == (room, room)
    assert "Bar" in owner.get(response.headers["Location"]).content.decode()
    assert reverse("packs:detail", args=[pack.uuid]) in owner.get(reverse("packs:room_list", args=[room.uuid])).content.decode()


# --- beside a code without an end ---


def test_form_warns_of_two_codes_on_the_wall_and_offers_to_end_the_other(rotated, code, owner, create, today):
    assert "Two different codes on the wall split your guests" in owner.get(create).content.decode()
    owner.post(create, {"first_day": today + A_DAY, "last_day": today + A_DAY, "end_static": "on"})
    code.refresh_from_db()
    assert code.valid_until == VenueCode.objects.dated().get().valid_from
    page = owner.get(reverse("venues:detail", args=[rotated.uuid])).content.decode()
    assert "when codes for single days take over" in page
    assert reverse("venues:renew", args=[code.uuid]) not in page


def test_pages_warn_while_two_codes_hang(pack, code, owner, venue):
    for url in (
        reverse("venues:detail", args=[venue.uuid]),
        reverse("packs:list", args=[venue.uuid]),
        reverse("packs:detail", args=[pack.uuid]),
    ):
        assert "Two different codes on the wall split your guests" in owner.get(url).content.decode()
    owner.post(reverse("packs:end_static", args=[pack.uuid]))
    code.refresh_from_db()
    assert not code.is_current
    for url in (reverse("venues:detail", args=[venue.uuid]), reverse("packs:detail", args=[pack.uuid])):
        assert "Two different codes" not in owner.get(url).content.decode()


def test_venue_with_codes_of_days_shows_that_of_now(pack, code, owner, venue):
    end_code(code, at=timezone.now(), by=member(venue.organisation), now=timezone.now())
    response = owner.get(reverse("venues:detail", args=[venue.uuid]))
    now = VenueCode.objects.dated().order_by("valid_from").first()
    assert response.context["whole"].code == now
    page = response.content.decode()
    assert reverse("venues:picture", args=[now.uuid]) in page
    assert str(code.uuid) not in page


def test_code_that_was_to_end_can_stay(pack, code, owner, venue):
    end_code(code, at=timezone.now() + A_DAY, by=member(venue.organisation), now=timezone.now())
    assert "Keep it instead" in owner.get(reverse("packs:detail", args=[pack.uuid])).content.decode()
    response = owner.post(reverse("packs:keep_static", args=[code.uuid]))
    assert response.headers["Location"] == reverse("venues:detail", args=[venue.uuid])
    code.refresh_from_db()
    assert (code.valid_until, code.replaced_at) == (None, None)


def test_code_that_has_ended_cannot_stay(code, owner, venue):
    end_code(code, at=timezone.now(), by=member(venue.organisation), now=timezone.now())
    response = owner.post(reverse("packs:keep_static", args=[code.uuid]))
    assert said(response) == ["This code had already been renewed, by you or by a colleague. Below is the code that counts now."]


def test_venue_without_any_code_offers_to_make_one(code, owner, venue):
    end_code(code, at=timezone.now(), by=member(venue.organisation), now=timezone.now())
    url = reverse("venues:detail", args=[venue.uuid])
    assert "No code counts here now" in owner.get(url).content.decode()
    assert owner.post(reverse("packs:make_static", args=[venue.uuid])).headers["Location"] == url
    new = VenueCode.objects.static().current().get()
    assert (new == code, new.secret_id == code.secret_id) == (False, False)
    owner.post(reverse("packs:make_static", args=[venue.uuid]))
    assert VenueCode.objects.static().current().get() == new


def test_code_whose_end_has_passed_counts_no_longer_and_makes_room_for_a_new_one(code, owner, venue):
    VenueCode.objects.update(valid_from=timezone.now() - 2 * A_DAY, valid_until=timezone.now() - A_DAY)
    page = owner.get(reverse("venues:detail", args=[venue.uuid])).content.decode()
    assert "No code counts here now" in page
    assert code.check_code[:3] in page
    owner.post(reverse("packs:make_static", args=[venue.uuid]))
    code.refresh_from_db()
    assert code.replaced_at == code.valid_until
    assert VenueCode.objects.static().current().count() == 1


# --- for staff ---


def test_codes_for_staff_are_listed_and_printed_apart(rotated, owner, today):
    pack = packed(rotated, today, with_staff=True)
    url = reverse("packs:detail", args=[pack.uuid])
    guests, staff = owner.get(url), owner.get(url, {"show": "staff"})
    assert {row.code.kind for row in guests.context["rows"]} == {"dated"}
    assert {row.code.kind for row in staff.context["rows"]} == {"staff"}
    links = [f'"{reverse(f"venues:{name}", args=[pack.uuid])}"' for name in ("print_pack", "print_pack_staff")]
    assert [[link in page.content.decode() for link in links] for page in (guests, staff)] == [[True, False], [False, True]]


def test_pack_without_staff_shows_no_codes_for_staff(pack, owner):
    page = owner.get(reverse("packs:detail", args=[pack.uuid]), {"show": "staff"})
    assert {row.code.kind for row in page.context["rows"]} == {"dated"}
    assert "For staff" not in page.content.decode()


# --- lists ---


def test_pack_shows_what_is_over_now_and_to_come(pack, owner):
    first, second, *_rest = VenueCode.objects.dated().order_by("valid_from")
    VenueCode.objects.filter(pk=first.pk).update(valid_from=first.valid_from - 2 * A_DAY, valid_until=first.valid_from - A_DAY)
    VenueCode.objects.filter(pk=second.pk).update(valid_from=timezone.now() - timedelta(hours=1))
    states = [row.state for row in owner.get(reverse("packs:detail", args=[pack.uuid])).context["rows"]]
    assert states == ["over", "running", "coming", "coming", "coming"]


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_as_much_for_one_pack_as_for_three(number, django_assert_num_queries):
    venue = rotating(opened_venue(), now=timezone.now())
    today = timezone.now().astimezone(venue.zone).date()
    for each in range(number):
        packed(venue, today + 5 * each * A_DAY)
    browser = signed_in(member(venue.organisation))
    with django_assert_num_queries(12):
        response = browser.get(reverse("packs:list", args=[venue.uuid]))
    assert len(response.context["page_obj"].object_list) == number


@pytest.mark.parametrize("days", [1, 60])
def test_pack_asks_as_much_for_a_day_as_for_sixty(days, django_assert_num_queries):
    venue = rotating(opened_venue(), now=timezone.now())
    pack = packed(venue, timezone.now().astimezone(venue.zone).date(), days=days)
    browser = signed_in(member(venue.organisation))
    with django_assert_num_queries(11):
        response = browser.get(reverse("packs:detail", args=[pack.uuid]))
    assert len(response.context["rows"]) == days


def test_year_of_codes_is_shown_on_pages(rotated, owner, today):
    pack = packed(rotated, today, days=366)
    url = reverse("packs:detail", args=[pack.uuid])
    assert [len(owner.get(url, {"page": number}).context["rows"]) for number in (1, 6)] == [62, 56]


# --- made again, withdrawn ---


def test_edited_details_are_carried_by_codes_made_again(pack, owner, venue):
    VenueCode.objects.dated().filter(valid_from__gt=timezone.now()).update(edited_since=["pin"])
    url = reverse("packs:detail", args=[pack.uuid])
    assert "Coming codes carry old details" in owner.get(url).content.decode()
    response = owner.post(reverse("packs:refresh", args=[pack.uuid]))
    assert said(response) == ["4 codes have been made again."]
    assert "Coming codes carry old details" not in owner.get(url).content.decode()
    assert "4 codes left" not in owner.get(reverse("packs:list", args=[venue.uuid])).content.decode()
    assert "5 codes left" in owner.get(reverse("packs:list", args=[venue.uuid])).content.decode()


def test_withdraw_asks_first(pack, owner, venue):
    url = reverse("packs:withdraw", args=[pack.uuid])
    assert "5 codes that are not over are replaced" in owner.get(url).content.decode()
    assert DayPack.objects.get().withdrawn_at is None
    response = owner.post(url)
    assert response.headers["Location"] == reverse("packs:list", args=[venue.uuid])
    assert VenueCode.objects.dated().current().count() == 0
    page = owner.get(reverse("packs:detail", args=[pack.uuid])).content.decode()
    assert "No code of it is left to print." in page
    assert reverse("packs:withdraw", args=[pack.uuid]) not in page


def test_withdrawn_pack_is_not_made_again(pack, owner):
    owner.post(reverse("packs:withdraw", args=[pack.uuid]))
    assert said(owner.post(reverse("packs:refresh", args=[pack.uuid])))[-1] == "0 codes have been made again."
    assert VenueCode.objects.dated().current().count() == 0

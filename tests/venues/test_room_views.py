from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.codes.tables import FILE_LIMIT
from tests.members import member, organisation_with_choices, signed_in
from tests.opening import open_code
from tests.venues.making import NOW, added_room, displayed, opened_venue, rotating
from venues import rooms
from venues.managing import archive_venue
from venues.models import Display, Rotation, Venue, VenueCode, VenueRoom
from venues.rooms import remove_room

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _afternoon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def listed(venue):
    return reverse("rooms:list", args=[venue.uuid])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def names(venue):
    return [room.name for room in venue.rooms.in_use()]


# --- adding ---


def test_pasted_column_of_rooms_becomes_rooms_with_codes_of_their_own(venue, owner, listed):
    response = owner.post(listed, {"names": "Bar\r\n\r\nSalle 1-2, gauche\r\n", "independent": "yes"})
    assert (response.status_code, response.headers["Location"]) == (302, listed)
    assert said(response) == ["2 rooms are added."]
    assert names(venue) == ["Bar", "Salle 1-2, gauche"]
    codes = VenueCode.objects.filter(room__isnull=False).static().current()
    assert {code.room.name for code in codes} == {"Bar", "Salle 1-2, gauche"}
    assert len({code.secret.sk_l for code in VenueCode.objects.all()}) == 3
    assert len({open_code(code.deep_link).header.ltid for code in VenueCode.objects.all()}) == 3


def test_room_that_follows_the_venue_has_no_code(venue, code, owner, listed):
    owner.post(listed, {"names": "Terrasse", "independent": "no"})
    assert VenueRoom.objects.get().independent is False
    assert VenueCode.objects.get() == code
    page = owner.get(reverse("rooms:detail", args=[VenueRoom.objects.get().uuid])).content.decode()
    assert code.check_code[:3] in page
    assert "The code of the whole place" in page


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "This field is required."),
        (" \n ", "This field is required."),
        ("Bar\nbar", "Line 2: “bar” is there already."),
        ("x" * 41, f"Line 1: “{'x' * 30}…” is too long: shorten it to 40 characters."),
        ("\n".join(f"R{number}" for number in range(101)), "Add at most 100 rooms at a time."),
    ],
)
def test_names_that_cannot_be_are_kept_with_the_reason(typed, error, venue, owner, listed):
    form = owner.post(listed, {"names": typed, "independent": "yes"}).context["form"]
    assert form.errors["names"] == [error]
    assert form["names"].value() == typed
    assert not venue.rooms.exists()


def test_more_rooms_than_a_venue_may_have_are_refused(venue, owner, listed, monkeypatch):
    monkeypatch.setattr(rooms, "MOST_ROOMS", 2)
    form = owner.post(listed, {"names": "A\nB\nC", "independent": "no"}).context["form"]
    assert form.errors["names"] == ["A venue has at most 300 rooms."]
    assert not venue.rooms.exists()


def test_room_without_keys_is_not_added(venue, owner, listed):
    venue.country.server.keys.all().delete()
    form = owner.post(listed, {"names": "Bar", "independent": "yes"}).context["form"]
    assert form.non_field_errors() == [
        "No code can be made at the moment: your country's keys are missing. Nothing was saved. Try again later."
    ]
    assert not venue.rooms.exists()


def test_room_of_an_archived_venue_is_not_added(venue, owner, listed):
    archive_venue(venue, by=member(venue.organisation), now=timezone.now())
    assert "Add rooms" not in owner.get(listed).content.decode()
    form = owner.post(listed, {"names": "Bar", "independent": "yes"}).context["form"]
    assert form.non_field_errors() == ["This is archived. Bring it back first."]


def test_room_code_in_deployment_3_carries_no_contact():
    venue = opened_venue(organisation_with_choices(deployment=Deployment.NONE))
    signed_in(member(venue.organisation)).post(reverse("rooms:list", args=[venue.uuid]), {"names": "Bar", "independent": "yes"})
    assert [open_code(code.deep_link).contact for code in VenueCode.objects.all()] == [None, None]


# --- what is shown ---


def test_venue_page_shows_the_codes_of_its_rooms(venue, owner):
    bar = added_room(venue, "Bar", now=timezone.now())
    added_room(venue, "Terrasse", independent=False)
    page = owner.get(reverse("venues:detail", args=[venue.uuid])).content.decode()
    assert bar.codes.get().check_code[:3] in page
    assert "the code of the whole place" in page


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("page", "queries"), [("venues:detail", 12), ("rooms:list", 9)])
def test_pages_ask_as_much_for_one_room_as_for_three(number, page, queries, django_assert_num_queries):
    venue = opened_venue()
    for each in range(number):
        added_room(venue, f"Salle {each}")
    browser = signed_in(member(venue.organisation))
    with django_assert_num_queries(queries):
        browser.get(reverse(page, args=[venue.uuid]))


def test_room_page_offers_writing_to_writers_only(venue, owner, reader):
    room = added_room(venue, "Bar", now=timezone.now())
    url = reverse("rooms:detail", args=[room.uuid])
    writing = [reverse(f"rooms:{name}", args=[room.uuid]) for name in ("rename", "room_tables", "remove")]
    writing.append(reverse("venues:renew", args=[room.codes.get().uuid]))
    pages = [browser.get(url).content.decode() for browser in (owner, reader)]
    assert [[address in page for address in writing] for page in pages] == [[True] * 4, [False] * 4]
    assert all(reverse("venues:poster", args=[room.codes.get().uuid]) in page for page in pages)


def test_room_code_is_renewed_like_that_of_the_venue(venue, code, owner):
    room = added_room(venue, "Bar", now=timezone.now())
    old = room.codes.get()
    response = owner.post(reverse("venues:renew", args=[old.uuid]))
    assert response.headers["Location"] == reverse("rooms:detail", args=[room.uuid])
    new = room.codes.static().current().get()
    assert (new.room, new.secret.room, new == old) == (room, room, False)
    assert VenueCode.objects.static().current().filter(room=None).get() == code
    page = owner.get(reverse("rooms:detail", args=[room.uuid])).content.decode()
    assert old.check_code[:3] in page


# --- renaming, moving, removing ---


def test_rename_changes_the_name_and_nothing_else(venue, owner):
    room = added_room(venue, "Bar")
    link = room.codes.get().deep_link
    response = owner.post(reverse("rooms:rename", args=[room.uuid]), {"name": "  Grand   bar "})
    assert response.headers["Location"] == reverse("rooms:detail", args=[room.uuid])
    assert (VenueRoom.objects.get().name, room.codes.get().deep_link) == ("Grand bar", link)


@pytest.mark.parametrize(
    ("typed", "error"),
    [("", "This field is required."), ("x" * 41, "This name is too long: shorten it to 40 characters.")],
)
def test_rename_to_an_impossible_name_is_refused(typed, error, venue, owner):
    room = added_room(venue, "Bar")
    form = owner.post(reverse("rooms:rename", args=[room.uuid]), {"name": typed}).context["form"]
    assert (form.errors["name"], form["name"].value()) == ([error], typed)
    assert VenueRoom.objects.get().name == "Bar"


@pytest.mark.parametrize(
    ("moved", "to", "expected"),
    [("A", "down", "BAC"), ("C", "up", "ACB"), ("A", "up", "ABC"), ("C", "down", "ABC"), ("B", "sideways", "BAC")],
)
def test_rooms_move_up_and_down(moved, to, expected, venue, owner):
    for name in "ABC":
        added_room(venue, name, independent=False)
    room = next(room for room in venue.rooms.all() if room.name == moved)
    owner.post(reverse("rooms:move", args=[room.uuid]), {"to": to})
    assert "".join(names(venue)) == expected


def test_remove_asks_first_then_takes_everything_of_the_room_out_of_use(venue, code, owner):
    room = added_room(venue, "Bar", now=timezone.now())
    rotating(venue, room=room, now=timezone.now())
    displayed(venue, room=room)
    url = reverse("rooms:remove", args=[room.uuid])
    assert "This cannot be undone." in owner.get(url).content.decode()
    assert names(venue) == ["Bar"]
    response = owner.post(url)
    assert response.headers["Location"] == reverse("rooms:list", args=[venue.uuid])
    assert names(venue) == []
    assert VenueCode.objects.current().get() == code
    assert Rotation.objects.get().replaced_at is not None
    assert Display.objects.get().revoked_at is not None
    assert owner.get(reverse("rooms:detail", args=[room.uuid])).status_code == 404
    assert AuditEvent.objects.filter(verb="room_removed").count() == 1


def test_room_removed_twice_is_removed_once(venue):
    room, by, now = added_room(venue, "Bar"), member(venue.organisation), timezone.now()
    remove_room(room, by=by, now=now)
    remove_room(room, by=by, now=now + timedelta(days=1))
    assert VenueRoom.objects.get().removed_at == now


# --- tables ---


@pytest.mark.parametrize("of_room", [False, True])
def test_tables_are_shown_before_they_are_kept(of_room, venue, owner):
    subject = added_room(venue, "Bar") if of_room else venue
    url = reverse("rooms:room_tables" if of_room else "rooms:tables", args=[subject.uuid])
    preview = owner.post(url, {"text": "1-3\nTerrasse\n1\n9-2"})
    page = preview.content.decode()
    assert "4 labels understood" in page
    assert "Line 3: “1” is there already." in page
    assert "Line 4: “9-2” runs backwards: write the smaller end first." in page
    subject.refresh_from_db()
    assert subject.tables == ""
    response = owner.post(url, {"labels": "1\n2\n3\nTerrasse"})
    assert response.headers["Location"] == reverse("rooms:list", args=[venue.uuid])
    assert said(response) == ["4 labels are kept."]
    subject.refresh_from_db()
    assert subject.table_labels == ["1", "2", "3", "Terrasse"]
    assert AuditEvent.objects.filter(verb="tables_set").values_list("details", flat=True).get() == {"number": 4}


def test_tables_from_a_file_stand_in_the_form_afterwards(venue, owner):
    file = SimpleUploadedFile("tables.csv", "Numéro;\nSalle à manger;\nB1-B3;\n".encode("cp1252"))
    response = owner.post(reverse("rooms:tables", args=[venue.uuid]), {"text": "", "file": file})
    assert response.context["understood"].labels == ("Salle à manger", "B1", "B2", "B3")
    assert response.context["understood"].heading == "Numéro"
    assert "Salle à manger" in response.context["form"]["text"].value()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (
            b"PK\x03\x04 a spreadsheet",
            "This file holds no text. In your spreadsheet, choose “Save as” and CSV, or paste the column above.",
        ),
        (b"x" * (FILE_LIMIT + 1), "This file is too large for a list of tables: it may have 256 KB."),
    ],
)
def test_file_that_is_no_list_is_refused_with_what_to_do(content, error, venue, owner):
    response = owner.post(
        reverse("rooms:tables", args=[venue.uuid]), {"text": "1\n2", "file": SimpleUploadedFile("tables.xlsx", content)}
    )
    form = response.context["form"]
    assert (form.errors["file"], form["text"].value()) == ([error], "1\n2")


def test_tables_can_be_emptied(venue, owner):
    Venue.objects.update(tables="1\n2")
    url = reverse("rooms:tables", args=[venue.uuid])
    assert "Keep no labels" in owner.post(url, {"text": ""}).content.decode()
    assert said(owner.post(url, {"labels": ""})) == ["The list of tables is empty now."]
    venue.refresh_from_db()
    assert venue.tables == ""


def test_kept_tables_are_understood_again(venue, owner):
    """What comes back from the page is no more trusted than what was typed."""
    owner.post(reverse("rooms:tables", args=[venue.uuid]), {"labels": "1\n1\n" + "x" * 200})
    venue.refresh_from_db()
    assert venue.table_labels == ["1"]


def test_very_long_list_is_refused(venue, owner):
    response = owner.post(reverse("rooms:tables", args=[venue.uuid]), {"text": "1,\n" * 50_000})
    assert list(response.context["form"].errors) == ["text"]

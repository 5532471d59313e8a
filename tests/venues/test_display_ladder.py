"""Every page on which displays are managed, tried by everybody."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clea_portal.accounts.enums import MemberRole
from tests.factories import MembershipFactory
from tests.members import member, signed_in
from tests.venues.display_making import added_display
from tests.venues.making import added_room, opened_venue
from venues.display_urls import urlpatterns
from venues.display_views import NEW_LINK
from venues.displays import find_by_token
from venues.managing import archive_venue
from venues.models import Display

# Name, what its address names, the status for readers.
VIEWS = [
    ("list", "venue", 200),
    ("add", "venue", 403),
    ("edit", "display", 403),
    ("link", "display", 403),
    ("switch_off", "display", 403),
]
OPEN = {"worker", "page", "codes", "png", "svg"}
WRITING = [(name, subject) for name, subject, status in VIEWS if status == 403]
DETAILS = {"name": "Tablet", "language": "en", "hours_ahead": "12"}


@pytest.fixture
def display(venue):
    return added_display(venue)[0]


@pytest.fixture
def address(venue, display):
    def of(name, subject):
        return reverse(f"displays:{name}", args=[{"venue": venue, "display": display}[subject].uuid])

    return of


def test_ladder_has_every_view():
    assert {name for name, *_ in VIEWS} | OPEN == {pattern.name for pattern in urlpatterns}


@pytest.mark.parametrize(("name", "subject", "_"), VIEWS)
@pytest.mark.parametrize("role", [MemberRole.OWNER, MemberRole.EDITOR])
def test_view_works_for_who_may_write(role, name, subject, _, venue, address):
    assert signed_in(member(venue.organisation, role)).get(address(name, subject)).status_code == 200


@pytest.mark.parametrize(("name", "subject", "status"), VIEWS)
def test_view_for_a_reader(name, subject, status, address, reader):
    assert reader.get(address(name, subject)).status_code == status


@pytest.mark.parametrize(("name", "subject"), WRITING)
def test_reader_cannot_write(name, subject, address, reader):
    assert reader.post(address(name, subject), DETAILS).status_code == 403
    assert Display.objects.get().revoked_at is None


@pytest.mark.parametrize(("name", "subject", "_"), VIEWS)
def test_view_for_a_stranger_and_for_nobody(name, subject, _, address):
    url = address(name, subject)
    stranger = signed_in(MembershipFactory().user)
    assert {stranger.get(url).status_code, stranger.post(url).status_code} <= {404, 405}
    assert stranger.get(url).status_code == 404
    assert Client().get(url)["Location"] == f"{reverse('account_login')}?next={url}"


@pytest.mark.parametrize(("name", "subject", "_"), VIEWS)
def test_view_by_a_wrong_method_and_of_what_does_not_exist(name, subject, _, address, owner):
    wrong = {"put", "delete", "patch"} | ({"post"} if name == "list" else set())
    assert {getattr(owner, verb)(address(name, subject)).status_code for verb in wrong} == {405}
    assert owner.get(reverse(f"displays:{name}", args=[uuid.uuid4()])).status_code == 404


def test_link_is_shown_once_and_to_nobody_else(venue, owner):
    response = owner.post(reverse("displays:add", args=[venue.uuid]), DETAILS)
    display = Display.objects.get()
    url = reverse("displays:link", args=[display.uuid])
    assert (response.status_code, response["Location"]) == (302, url)
    owner.head(url)
    shown = owner.get(url)
    token = shown.context["addresses"]["page"].rstrip("/").rsplit("/", 1)[1]
    assert find_by_token(token) == display
    assert "no-store" in shown["Cache-Control"]
    assert NEW_LINK not in owner.session
    assert token not in owner.get(url).content.decode()
    colleague = signed_in(member(venue.organisation))
    assert token not in colleague.get(url).content.decode()


def test_new_link_is_shown_once_and_the_old_one_is_gone(venue, owner):
    display, old = added_display(venue)
    url = reverse("displays:link", args=[display.uuid])
    shown = owner.post(url, follow=True)
    token = shown.context["addresses"]["page"].rstrip("/").rsplit("/", 1)[1]
    assert (find_by_token(token), find_by_token(old)) == (display, None)


def test_switched_off_display_gets_no_new_link(venue, owner):
    display, _ = added_display(venue)
    owner.post(reverse("displays:switch_off", args=[display.uuid]))
    response = owner.post(reverse("displays:link", args=[display.uuid]), follow=True)
    assert "This display has been switched off. Add a new one instead." in response.content.decode()
    assert "Tablette du bar" in response.content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"hours_ahead": "0"}, "greater than or equal to 1"),
        ({"hours_ahead": "73"}, "less than or equal to 72"),
        ({"hours_ahead": "x"}, "Enter a whole number."),
        ({"language": "xx"}, "Select a valid choice."),
    ],
)
def test_bad_input_is_said_and_kept(change, sentence, venue, owner):
    html = owner.post(reverse("displays:add", args=[venue.uuid]), DETAILS | change).content.decode()
    assert sentence in html
    assert not Display.objects.exists()


def test_room_of_another_venue_cannot_be_chosen(venue, owner):
    own = added_room(venue, "Terrasse")
    url = reverse("displays:add", args=[venue.uuid])
    other = added_room(opened_venue(venue.organisation), "Other")
    owner.post(url, DETAILS | {"room": other.pk})
    assert not Display.objects.exists()
    owner.post(url, DETAILS | {"room": own.pk, "staff": "on"})
    display = Display.objects.get()
    assert (display.room, display.staff, display.language, display.hours_ahead) == (own, True, "en", 12)


def test_archived_venue_gets_no_display(venue, owner):
    archive_venue(venue, by=member(venue.organisation), now=venue.created_at)
    response = owner.post(reverse("displays:add", args=[venue.uuid]), DETAILS)
    assert response["Location"] == reverse("venues:detail", args=[venue.uuid])


def test_edit_changes_what_it_may(venue, owner):
    display, _ = added_display(venue)
    owner.post(reverse("displays:edit", args=[display.uuid]), {"name": " Bar  left ", "language": "ar", "hours_ahead": "72"})
    display.refresh_from_db()
    assert (display.name, display.language, display.hours_ahead) == ("Bar left", "ar", 72)


def test_number_of_queries_does_not_grow_with_the_displays(venue, owner):
    room = added_room(venue, "Terrasse")
    url = reverse("displays:list", args=[venue.uuid])

    def queries():
        with CaptureQueriesContext(connection) as context:
            owner.get(url)
        return len(context)

    added_display(venue)
    owner.get(url)
    one = queries()
    added_display(venue, room=room)
    added_display(venue, staff=True)
    assert queries() == one


@pytest.mark.parametrize(
    ("staff", "in_room", "ended", "said"),
    [(False, False, False, True), (True, False, False, False), (False, True, False, False), (False, False, True, False)],
)
def test_list_says_when_posters_show_another_code_than_the_displays(staff, in_room, ended, said, venue, owner):
    room = added_room(venue, "Terrasse")
    venue.codes.static().exclude(room=None).update(valid_until=venue.created_at)
    if ended:
        venue.codes.static().filter(room=None).update(valid_until=venue.created_at)
    added_display(venue, room=room if in_room else None, staff=staff)
    page = owner.get(reverse("displays:list", args=[venue.uuid])).content.decode()
    assert ("Posters show another code than these displays" in page) is said

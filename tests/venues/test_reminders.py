from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole
from tests.factories import UserFactory
from tests.members import member, signed_in
from tests.venues.making import details_of, opened_venue
from venues.codes import renew_code
from venues.managing import duplicate_venue
from venues.models import Venue
from venues.reminders import MOST_NAMED, remind, set_reminders
from venues.rooms import add_rooms, set_tables

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def venue(now):
    return opened_venue(now=now - 8 * DAY, name="Café\ndes Arts")


def test_owners_and_editors_get_one_mail_for_all_their_venues(venue, now, mailoutbox):
    other = opened_venue(venue.organisation, now=now - 9 * DAY, name="Zinc")
    editor = member(venue.organisation, MemberRole.EDITOR)
    member(venue.organisation, MemberRole.READER)
    writers = {m.user.email for m in venue.organisation.memberships.exclude(role=MemberRole.READER)}
    mailoutbox.clear()
    assert remind(now=now) == len(writers)
    assert {mail.to[0] for mail in mailoutbox} == writers
    mail = next(mail for mail in mailoutbox if mail.to == [editor.email])
    assert "Café des Arts\n" in mail.body
    assert f"/venues/{other.uuid}/" in mail.body


def test_mail_about_many_venues_names_some_and_leads_to_all(venue, now, mailoutbox):
    # As many as are named, and one.
    for _ in range(MOST_NAMED):
        opened_venue(venue.organisation, now=now - timedelta(days=8))
    editor = member(venue.organisation, MemberRole.EDITOR)
    remind(now=now)
    (mail,) = [mail for mail in mailoutbox if mail.to == [editor.email]]
    assert mail.body.count("/venues/") == MOST_NAMED + 1
    assert mail.body.count("/venues/?show=attention") == 1
    assert str(MOST_NAMED + 1) in mail.subject


def test_nobody_is_told_twice_but_of_the_next_code_again(venue, now, mailoutbox):
    assert remind(now=now)
    mailoutbox.clear()
    assert remind(now=now + DAY) == 0
    renew_code(venue.codes.get(), by=member(venue.organisation), now=now + DAY)
    assert remind(now=now + 2 * DAY) == 0
    assert remind(now=now + 9 * DAY) > 0


@pytest.mark.parametrize("change", [{"reminders": False}, {"archived_at": timezone.now()}])
def test_switched_off_and_archived_venues_are_left_alone(venue, now, change):
    Venue.objects.filter(pk=venue.pk).update(**change)
    assert remind(now=now) == 0


def test_recent_codes_are_left_alone(now):
    opened_venue(now=now - 6 * DAY)
    assert remind(now=now) == 0


def test_switching_from_the_page(venue):
    browser = signed_in(member(venue.organisation))
    path = f"/venues/{venue.uuid}/reminders/"
    assert browser.post(path, {"wanted": "no"})["Location"] == f"/venues/{venue.uuid}/"
    assert not Venue.objects.get(pk=venue.pk).reminders
    assert "Remind me by mail" in browser.get(f"/venues/{venue.uuid}/").content.decode()
    browser.post(path, {"wanted": "yes"})
    assert Venue.objects.get(pk=venue.pk).reminders
    assert browser.get(path).status_code == 405
    assert signed_in(member(venue.organisation, MemberRole.READER)).post(path).status_code == 403
    assert signed_in(UserFactory()).post(path).status_code == 404


def test_setting_what_is_set_notes_nothing(venue):
    set_reminders(venue, wanted=True, by=member(venue.organisation))
    assert Venue.objects.get(pk=venue.pk).reminders


def test_another_venue_like_this_one(venue, now):
    by = member(venue.organisation)
    add_rooms(venue=venue, names=["Salle"], independent=True, by=by, now=now)
    (terrace,) = add_rooms(venue=venue, names=["Terrasse"], independent=False, by=by, now=now)
    set_tables(terrace, tables="1\n2", by=by)
    copy = duplicate_venue(venue, by=by, organisation=venue.organisation, details=details_of(venue.organisation), now=now)
    assert [(room.name, room.independent, room.table_labels) for room in copy.rooms.all()] == [
        ("Salle", True, []),
        ("Terrasse", False, ["1", "2"]),
    ]
    own = {code.check_code for code in venue.codes.all()}
    assert own.isdisjoint(code.check_code for code in copy.codes.all())
    assert copy.codes.count() == 2


def test_the_form_of_a_copy_is_filled_in(venue):
    browser = signed_in(member(venue.organisation))
    page = browser.get(f"/venues/{venue.uuid}/duplicate/")
    assert page.context["form"]["name"].value() == "Café\ndes Arts (copy)"
    data = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    response = browser.post(f"/venues/{venue.uuid}/duplicate/", {**data, "name": "Zinc"})
    made = Venue.objects.exclude(pk=venue.pk).get()
    assert (response["Location"], made.name) == (f"/venues/{made.uuid}/", "Zinc")
    assert signed_in(member(venue.organisation, MemberRole.READER)).get(f"/venues/{venue.uuid}/duplicate/").status_code == 403

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Region, VenueType
from events.codes import renew_codes, set_staff_codes
from events.models import Event, EventCode, Slot
from events.planning import archive_event
from events.rooms import add_rooms, set_tables
from events.slots import SlotDetails, add_slots
from tests.events.making import PARIS, coming_event, planned_event, schedule_of
from tests.factories import MembershipFactory, UserFactory
from tests.members import member, organisation_with_choices, signed_in

pytestmark = pytest.mark.django_db
IN_A_WEEK = (timezone.now().astimezone(PARIS) + timedelta(days=7)).strftime("%Y-%m-%d")


def sent(owner, /, **changes):
    fields = {
        "name": "Mariage de Camille",
        "start": f"{IN_A_WEEK}T15:00",
        "end": f"{IN_A_WEEK}T23:30",
        "venue_type": str(VenueType.objects.get(country=owner.country, number=1).pk),
        "region": str(Region.objects.get(country=owner.country, number=38).pk),
        "phone": "04 65 71 00 38",
        "pin": "380038",
    }
    return fields | changes


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- list ---


def test_list_shows_the_next_event_first():
    organisation = organisation_with_choices()
    later, sooner = coming_event(organisation, days=9), coming_event(organisation, days=2)
    response = signed_in(member(organisation)).get(reverse("events:list"))
    assert [(row["event"], row["state"]) for row in response.context["rows"]] == [(sooner, "upcoming"), (later, "upcoming")]
    assert [code.kind for code in response.context["rows"][0]["event"].whole_codes] == ["entrance"]


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_as_much_for_one_event_as_for_three(number, django_assert_num_queries):
    organisation = organisation_with_choices()
    for _ in range(number):
        coming_event(organisation)
    browser = signed_in(member(organisation))
    with django_assert_num_queries(10):
        response = browser.get(reverse("events:list"))
    assert len(response.context["rows"]) == number


def test_list_keeps_past_and_archived_events_apart(event, owner):
    past = planned_event(
        event.organisation, schedule=schedule_of(start=datetime(2020, 6, 1, tzinfo=UTC), end=datetime(2020, 6, 2, tzinfo=UTC))
    )
    archived = coming_event(event.organisation)
    archive_event(archived, by=UserFactory(), now=timezone.now())
    shown = {
        show: [row["event"] for row in owner.get(reverse("events:list"), {"show": show}).context["rows"]]
        for show in ("", "past", "archived", "nonsense")
    }
    assert shown == {"": [event], "past": [past], "archived": [archived], "nonsense": [event]}
    assert owner.get(reverse("events:list")).context["counts"] == {"upcoming": 1, "past": 1, "archived": 1}


def test_list_without_events_says_what_to_do():
    page = signed_in(member(organisation_with_choices())).get(reverse("events:list")).content.decode()
    assert "No event coming up" in page
    assert reverse("events:create") in page


def test_list_shows_25_a_page():
    organisation = organisation_with_choices()
    for _ in range(26):
        coming_event(organisation)
    browser = signed_in(member(organisation))
    assert [len(browser.get(reverse("events:list"), {"page": page}).context["rows"]) for page in (1, 2)] == [25, 1]


@pytest.mark.parametrize("name", ["list", "create"])
def test_person_without_organisation_is_asked_for_its_name_first(name):
    url = reverse(f"events:{name}")
    response = signed_in(UserFactory()).get(url)
    assert (response.status_code, response.headers["Location"]) == (302, f"/organisations/new/?next={url.replace('/', '%2F')}")


def test_list_shows_nothing_of_other_organisations(event):
    assert signed_in(MembershipFactory().user).get(reverse("events:list")).context["rows"] == []


# --- create ---


def test_create_makes_the_event_and_both_codes():
    organisation = organisation_with_choices()
    response = signed_in(member(organisation)).post(reverse("events:create"), sent(organisation), follow=True)
    event = Event.objects.get()
    assert response.redirect_chain == [(reverse("events:detail", args=[event.uuid]), 302)]
    local = [moment.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M") for moment in (event.start, event.end)]
    assert (local, event.time_zone) == ([f"{IN_A_WEEK}T15:00", f"{IN_A_WEEK}T23:30"], "Europe/Paris")
    assert (event.name, event.phone, event.pin, event.organisation) == (
        "Mariage de Camille",
        "33465710038",
        "380038",
        organisation,
    )
    page = response.content.decode()
    for code in event.codes.all():
        assert f'src="{reverse("events:picture", args=[code.uuid])}"' in page
        assert reverse("events:poster", args=[code.uuid]) in page


def test_create_reads_times_in_the_person_s_zone_and_names_it():
    organisation = organisation_with_choices()
    user = member(organisation)
    user.time_zone = "Indian/Reunion"
    user.save()
    browser = signed_in(user)
    assert "Local times of the place: Indian/Reunion." in browser.get(reverse("events:create")).content.decode()
    browser.post(reverse("events:create"), sent(organisation))
    event = Event.objects.get()
    assert (event.time_zone, event.start.astimezone(UTC).strftime("%H:%M")) == ("Indian/Reunion", "11:00")


def test_create_offers_the_country_s_zones_first_and_reads_times_in_the_chosen_one():
    organisation = organisation_with_choices(other_time_zones=["Indian/Reunion", "Pacific/Noumea"])
    browser = signed_in(member(organisation))
    field = browser.get(reverse("events:create")).context["form"]["time_zone"]
    own, elsewhere = field.field.choices
    assert (field.value(), own[0]) == ("Europe/Paris", "France")
    assert [zone for zone, _label in own[1]] == ["Europe/Paris", "Indian/Reunion", "Pacific/Noumea"]
    assert ("Europe/Lisbon" in dict(elsewhere[1]), "Europe/Paris" in dict(elsewhere[1])) == (True, False)
    page = browser.post(reverse("events:create"), sent(organisation, time_zone="Mars/Olympus"))
    assert (list(page.context["form"].errors), Event.objects.count()) == (["time_zone"], 0)
    browser.post(reverse("events:create"), sent(organisation, time_zone="Indian/Reunion"))
    event = Event.objects.get()
    assert (event.time_zone, event.start.astimezone(UTC).strftime("%H:%M")) == ("Indian/Reunion", "11:00")
    edit = reverse("events:edit", args=[event.uuid])
    assert browser.get(edit).context["form"]["time_zone"].value() == "Indian/Reunion"
    assert f"{IN_A_WEEK}T15:00" in browser.get(edit).content.decode()
    browser.post(edit, sent(organisation, time_zone="Pacific/Noumea"))
    event.refresh_from_db()
    assert (event.time_zone, event.start.astimezone(UTC).strftime("%H:%M")) == ("Pacific/Noumea", "04:00")


def test_zone_is_not_asked_where_the_country_has_one():
    organisation = organisation_with_choices()
    browser = signed_in(member(organisation))
    assert "time_zone" not in browser.get(reverse("events:create")).context["form"].fields
    browser.post(reverse("events:create"), sent(organisation, time_zone="Indian/Reunion"))
    assert Event.objects.get().time_zone == "Europe/Paris"


def test_create_reads_times_in_the_country_s_zone_for_a_person_without_one():
    organisation = organisation_with_choices(time_zone="Europe/Lisbon")
    user = member(organisation)
    user.time_zone = ""
    user.save()
    signed_in(user).post(reverse("events:create"), sent(organisation))
    assert Event.objects.get().time_zone == "Europe/Lisbon"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"end": f"{IN_A_WEEK}T15:00"}, "end", "The end must be after the start."),
        ({"start": "2021-06-12T12:00", "end": "2021-06-12T14:00"}, "end", "This event is already over. Is the day right?"),
        (
            {"start": "2035-06-12T12:00", "end": "2035-06-12T14:00"},
            "start",
            "This is more than three years away. Is the year right?",
        ),
        ({"start": ""}, "start", "This field is required."),
        ({"end": "soon"}, "end", "Give a day and a time, for instance 2026-06-20 15:00."),
    ],
)
def test_create_with_times_that_cannot_be_makes_nothing(changes, field, sentence):
    organisation = organisation_with_choices()
    typed = sent(organisation, **changes)
    form = signed_in(member(organisation)).post(reverse("events:create"), typed).context["form"]
    assert form.errors == {field: [sentence]}
    assert ({name: form[name].value() for name in typed}, Event.objects.count()) == (typed, 0)


def test_create_of_an_event_too_long_for_one_code_asks_for_its_slots():
    organisation = organisation_with_choices()
    day = (timezone.now().astimezone(PARIS) + timedelta(days=30)).strftime("%Y-%m-%d")
    response = signed_in(member(organisation)).post(reverse("events:create"), sent(organisation, end=f"{day}T15:00"), follow=True)
    event = Event.objects.get()
    assert response.redirect_chain == [(reverse("events:slots", args=[event.uuid]), 302)]
    assert "It is too long for one code" in response.content.decode()
    assert EventCode.objects.count() == 0


def test_create_of_an_event_longer_than_a_year_names_the_limit():
    organisation = organisation_with_choices()
    day = (timezone.now().astimezone(PARIS) + timedelta(days=7 + 367)).strftime("%Y-%m-%d")
    form = signed_in(member(organisation)).post(reverse("events:create"), sent(organisation, end=f"{day}T15:00")).context["form"]
    assert form.errors == {"end": ["This event lasts longer than 366 days. Make a venue if the place is permanent."]}
    assert Event.objects.count() == 0


def test_edit_of_an_event_with_codes_to_more_than_one_code_covers_is_refused(event, owner):
    day = (event.start.astimezone(PARIS) + timedelta(days=11)).strftime("%Y-%m-%d")
    typed = sent(event.organisation, start=f"{event.start.astimezone(PARIS):%Y-%m-%dT%H:%M}", end=f"{day}T15:00")
    form = owner.post(reverse("events:edit", args=[event.uuid]), typed).context["form"]
    assert form.errors == {
        "end": [
            (
                "This is too long for one code, which covers at most 254 hours (ten and a half days) with the hour before the "
                "start. Divide it into slots, each with codes of its own, or make a venue if the place is permanent."
            )
        ]
    }
    assert Event.objects.get().end == event.end


def test_create_without_contact_tracing_asks_for_no_contact():
    organisation = organisation_with_choices(deployment=Deployment.NONE)
    browser = signed_in(member(organisation))
    assert {"phone", "pin"}.isdisjoint(browser.get(reverse("events:create")).context["form"].fields)
    browser.post(reverse("events:create"), sent(organisation))
    assert Event.objects.values_list("phone", "pin").get() == ("", "")


def test_create_without_keys_says_so():
    organisation = organisation_with_choices()
    organisation.country.tracing.keys.all().delete()
    response = signed_in(member(organisation)).post(reverse("events:create"), sent(organisation))
    assert response.context["form"].non_field_errors() == [
        "No code can be made at the moment: your country's keys are missing. Nothing was saved. Try again later."
    ]
    assert Event.objects.count() == 0


# --- detail, edit ---


def test_detail_shows_times_in_the_event_s_zone_and_when_it_is_deleted(event, reader):
    Event.objects.filter(pk=event.pk).update(
        start=datetime(2030, 6, 20, 13, tzinfo=UTC), end=datetime(2030, 6, 21, 0, 30, tzinfo=UTC), time_zone="Indian/Reunion"
    )
    response = reader.get(reverse("events:detail", args=[event.uuid]))
    assert response.context["facts"][:2] == [
        {"label": "Start", "value": "Thursday 20 June 2030, 17:00"},
        {"label": "End", "value": "Friday 21 June 2030, 04:30", "note": "local times, Indian/Reunion"},
    ]
    page = response.content.decode()
    assert "The event and its codes are deleted on 6 July 2030." in page
    for name, subject in (("edit", event), ("archive", event), ("renew", event.codes.get(kind="entrance"))):
        assert reverse(f"events:{name}", args=[subject.uuid]) not in page


@pytest.mark.parametrize("number", [1, 3])
def test_detail_asks_as_much_for_one_renewal_as_for_three(number, django_assert_num_queries):
    event = coming_event()
    for _ in range(number - 1):
        renew_codes(event.codes.current().first(), by=UserFactory(), now=timezone.now())
    browser = signed_in(member(event.organisation))
    with django_assert_num_queries(14):
        browser.get(reverse("events:detail", args=[event.uuid]))


def test_detail_lists_replaced_codes_without_their_files(event, code, owner):
    renew_codes(code, by=UserFactory(), now=timezone.now())
    response = owner.get(reverse("events:detail", args=[event.uuid]))
    assert (len(response.context["codes"]), len(response.context["replaced"])) == (2, 2)
    assert str(code.uuid) not in response.content.decode()


def test_edit_that_changes_nothing_keeps_every_moment(event, owner):
    url = reverse("events:edit", args=[event.uuid])
    form = owner.get(url).context["form"]
    owner.post(
        url,
        {
            name: form[name].field.widget.format_value(form[name].value()) if name in ("start", "end") else form[name].value()
            for name in form.fields
        },
    )
    stored = Event.objects.get()
    assert (stored.start, stored.end) == (event.start, event.end)
    assert [code.edited_since for code in EventCode.objects.all()] == [[], []]


def test_edit_of_the_end_says_that_the_codes_carry_the_old_one(event, owner):
    day = event.start.astimezone(PARIS).strftime("%Y-%m-%d")
    typed = sent(event.organisation, start=f"{day}T15:00", end=f"{day}T22:30")
    response = owner.post(reverse("events:edit", args=[event.uuid]), typed, follow=True)
    assert response.context["event"].end.astimezone(PARIS).strftime("%H:%M") == "22:30"
    page = response.content.decode()
    assert "The codes still carry the old details" in page
    assert "Changed since they were issued: the end." in page


def test_edit_of_the_name_of_an_event_that_is_over_works():
    schedule = schedule_of(start=datetime(2021, 6, 12, 12, tzinfo=UTC), end=datetime(2021, 6, 12, 14, tzinfo=UTC))
    event = planned_event(schedule=schedule)
    typed = sent(event.organisation, name="Renamed", start="2021-06-12T14:00", end="2021-06-12T16:00")
    signed_in(member(event.organisation)).post(reverse("events:edit", args=[event.uuid]), typed)
    assert Event.objects.get().name == "Renamed"


# --- renew, archive ---


def test_renew_lands_on_the_new_codes(event, code, owner):
    assert "Renew both codes?" in owner.get(reverse("events:renew", args=[code.uuid])).content.decode()
    assert EventCode.objects.current().count() == 2
    response = owner.post(reverse("events:renew", args=[code.uuid]), follow=True)
    assert response.redirect_chain == [(reverse("events:detail", args=[event.uuid]), 302)]
    assert code not in response.context["codes"]
    assert [code.kind for code in response.context["codes"]] == ["entrance", "asynchronous"]


def test_renew_from_a_second_tab_says_that_it_was_done(event, code, owner):
    other = event.codes.get(kind="asynchronous")
    owner.post(reverse("events:renew", args=[code.uuid]))
    for response in (
        owner.post(reverse("events:renew", args=[other.uuid])),
        owner.get(reverse("events:renew", args=[other.uuid])),
    ):
        assert response.headers["Location"] == reverse("events:detail", args=[event.uuid])
        assert (
            said(response)[-1]
            == "This code had already been renewed, by you or by a colleague. Below is the code that counts now."
        )
    assert EventCode.objects.count() == 4


def test_renew_of_an_event_that_is_over_is_refused(event, code, owner):
    Event.objects.filter(pk=event.pk).update(start=event.start - timedelta(days=30), end=event.end - timedelta(days=30))
    for response in (owner.post(reverse("events:renew", args=[code.uuid])), owner.get(reverse("events:renew", args=[code.uuid]))):
        assert said(response)[-1] == "This event is over: its codes are no longer renewed."
    assert (
        reverse("events:renew", args=[code.uuid]) not in owner.get(reverse("events:detail", args=[event.uuid])).content.decode()
    )
    assert EventCode.objects.count() == 2


def test_archived_event_offers_only_to_bring_it_back(event, code, owner):
    page = owner.post(reverse("events:archive", args=[event.uuid]), follow=True).content.decode()
    offered = {name: reverse(f"events:{name}", args=[event.uuid]) in page for name in ("bring_back", "edit", "archive")}
    assert offered == {"bring_back": True, "edit": False, "archive": False}
    assert str(code.uuid) not in page
    for response in (owner.get(reverse("events:renew", args=[code.uuid])), owner.post(reverse("events:renew", args=[code.uuid]))):
        assert said(response)[-1] == "This is archived. Bring it back first."
    owner.post(reverse("events:bring_back", args=[event.uuid]))
    assert Event.objects.get().archived_at is None
    assert EventCode.objects.count() == 2


# --- search ---


def found_by(browser, query, **others):
    return [row["event"] for row in browser.get(reverse("events:list"), {"q": query} | others).context["rows"]]


def test_search_finds_words_in_any_order_without_capitals_and_accents(event, owner):
    fair = coming_event(event.organisation, name="Foire d’été\nBeaucroissant")
    assert found_by(owner, "FOIRE") == found_by(owner, "beaucroissant ete") == [fair]
    assert found_by(owner, "foire mariage") == []
    assert set(found_by(owner, " ")) == {event, fair}
    response = owner.get(reverse("events:list"), {"q": "foire"})
    assert response.context["counts"] == {"upcoming": 1, "past": 0, "archived": 0}
    assert "No event of this name here" in owner.get(reverse("events:list"), {"q": "cirque"}).content.decode()


def test_search_stays_within_the_person_s_organisations_and_names_them_when_there_are_several(event, owner):
    user = member(event.organisation)
    browser = signed_in(user)
    assert event.organisation.name not in browser.get(reverse("events:list")).content.decode()
    other = MembershipFactory(user=user, organisation__country=event.country, organisation__name="Comité des fêtes").organisation
    theirs = coming_event(other)
    coming_event(organisation_of_the_same_country(event))
    assert set(found_by(browser, "mariage")) == {event, theirs}
    assert found_by(browser, "comite mariage") == [theirs]
    assert "Comité des fêtes" in browser.get(reverse("events:list")).content.decode()


def organisation_of_the_same_country(event):
    return MembershipFactory(organisation__country=event.country, organisation__name="Comité voisin").organisation


def test_list_says_how_many_slots_there_are_and_when_the_next_one_is(event, owner):
    over = event.start - timedelta(days=30)
    add_slots(event=event, slots=[slot_of(event, 1), slot_of(event, 3)], by=UserFactory(), now=timezone.now())
    Slot.objects.create(event=event, start=over, end=over + timedelta(hours=1))
    (row,) = owner.get(reverse("events:list")).context["rows"]
    assert (row["event"].slot_count, row["event"].next_slot) == (3, event.start + timedelta(hours=1))
    assert (row["event"].whole_codes, row["state"]) == ([], "upcoming")
    assert "3 slots" in owner.get(reverse("events:list")).content.decode()


def slot_of(event, hours):
    start = event.start + timedelta(hours=hours)
    return SlotDetails(start=start, end=start + timedelta(hours=1))


# --- duplicate ---


def test_duplicate_moves_to_other_days_at_the_same_local_times_with_codes_of_its_own(event, owner):
    user = UserFactory()
    add_rooms(event=event, names=["Salle"], independent=True, by=user, now=timezone.now())
    set_tables(event, tables="1\n2", by=user)
    set_staff_codes(event.pk, wanted=True, by=user, now=timezone.now())
    add_slots(event=event, slots=[slot_of(event, 1), slot_of(event, 30)], by=user, now=timezone.now())
    form = owner.get(reverse("events:duplicate", args=[event.uuid])).context["form"]
    first_day = form.initial["first_day"]
    assert first_day == event.start.astimezone(PARIS).date() + timedelta(weeks=52)
    typed = {"name": "Mariage de Dominique", "first_day": first_day.isoformat()}
    response = owner.post(reverse("events:duplicate", args=[event.uuid]), typed)
    copy = Event.objects.get(name__isnull=False, pk__gt=event.pk)
    assert response.headers["Location"] == reverse("events:detail", args=[copy.uuid])
    kept = ("organisation", "venue_type", "venue_category1", "venue_category2", "region", "phone", "pin", "tables", "time_zone")
    original = Event.objects.get(pk=event.pk)
    assert [getattr(copy, name) for name in kept] == [getattr(original, name) for name in kept]
    assert (copy.name, copy.has_staff_codes, copy.archived_at) == ("Mariage de Dominique", True, None)

    def walls(rows):
        return [
            (row.start.astimezone(PARIS).replace(tzinfo=None), row.end.astimezone(PARIS).replace(tzinfo=None)) for row in rows
        ]

    year = timedelta(weeks=52)
    assert walls([copy, *copy.slots.all()]) == [
        (start + year, end + year) for start, end in walls([original, *original.slots.all()])
    ]
    assert [room.name for room in copy.rooms.all()] == ["Salle"]
    assert copy.codes.count() == copy.codes.current().count() == 2 * 2 * 3
    assert not {code.check_code for code in copy.codes.all()} & {code.check_code for code in event.codes.all()}


def test_duplicate_on_a_day_that_is_over_or_far_is_refused_and_keeps_what_was_typed(event, owner):
    for day, sentence in (
        ("2021-06-12", "On this day the event would already be over."),
        ("2035-06-12", "This is more than three years away. Is the year right?"),
        ("1999-06-12", "Is the year right?"),
    ):
        form = owner.post(reverse("events:duplicate", args=[event.uuid]), {"name": "X", "first_day": day}).context["form"]
        assert (form.errors, form["name"].value(), form["first_day"].value()) == ({"first_day": [sentence]}, "X", day)
    assert Event.objects.count() == 1

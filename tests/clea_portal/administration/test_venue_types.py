import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clea_portal.administration.staff_errors import NumberTaken
from clea_portal.administration.venue_type_exchange import BadList, exported, put_venue_types, read, read_text, ready_made
from clea_portal.administration.venue_types import add_category, add_type, change_labels, move_type
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.france import VENUE_CATEGORIES, VENUE_TYPES
from clea_portal.authorities.models import VenueCategory, VenueType
from tests.factories import CountryFactory, MembershipFactory, VenueFactory, VenueTypeFactory


def order(country):
    return list(country.venue_types.order_by("position", "number").values_list("number", flat=True))


@pytest.fixture
def three(country):
    return [
        VenueTypeFactory(country=country, number=number, position=place, label_fr=f"f{number}", label_en=f"e{number}")
        for place, number in enumerate((4, 9, 2))
    ]


def test_type_and_category_are_added_at_the_end(country, administrator, three):
    add_type(country, by=administrator, number=31, letters="X", label_fr="Salle", label_en="Hall")
    add_category(country, by=administrator, level=2, number=15, label_fr="Grand", label_en="Large")
    assert order(country) == [4, 9, 2, 31]
    with pytest.raises(NumberTaken):
        add_type(country, by=administrator, number=31, letters="", label_fr="Autre", label_en="Other")
    with pytest.raises(NumberTaken):
        add_category(country, by=administrator, level=2, number=15, label_fr="Autre", label_en="Other")
    add_category(country, by=administrator, level=1, number=15, label_fr="Autre", label_en="Other")
    verbs = ["venue_type_added", "venue_category_added", "venue_category_added"]
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == verbs


@pytest.mark.parametrize(
    ("number", "act", "expected"),
    [(4, "up", [4, 9, 2]), (9, "up", [9, 4, 2]), (9, "down", [4, 2, 9]), (2, "down", [4, 9, 2]), (2, "nonsense", [4, 9, 2])],
)
def test_buttons_move_a_type(desk, country, administrator, three, number, act, expected):
    desk(administrator).post(reverse("administration:arrange_venue_type", args=["FR", number]), {"act": act})
    assert order(country) == expected


def test_order_is_mended_where_positions_are_the_same(country, administrator):
    for number in (3, 1, 2):
        VenueTypeFactory(country=country, number=number, position=0)
    move_type(VenueType.objects.get(number=3), by=administrator, steps=-1)
    assert order(country) == [1, 3, 2]


def test_retired_type_stays_with_old_places_and_is_offered_to_no_new_one(desk, sign_in, country, administrator, three):
    owner = MembershipFactory(organisation__country=country)
    venue = VenueFactory(organisation=owner.organisation, venue_type=three[0], region__country=country)
    desk(administrator).post(reverse("administration:arrange_venue_type", args=["FR", 4]), {"act": "retire"})
    browser = sign_in(owner.user)
    new = browser.get(reverse("venues:create")).context["form"].fields["venue_type"].queryset
    old = browser.get(reverse("venues:edit", args=[venue.uuid])).context["form"].fields["venue_type"].queryset
    assert ([row.number for row in new], sorted(row.number for row in old)) == ([9, 2], [2, 4, 9])
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.details["after"]) == ("venue_type_changed", {"retired": True})


def test_retired_category_stays_with_old_places_and_is_offered_to_no_new_one(sign_in, country, administrator, three):
    for number in (0, 1, 2):
        VenueCategory.objects.create(country=country, level=1, number=number, label_fr=f"f{number}", label_en=f"e{number}")
    owner = MembershipFactory(organisation__country=country)
    venue = VenueFactory(organisation=owner.organisation, venue_type=three[0], region__country=country, venue_category1=2)
    change_labels(VenueCategory.objects.get(number=2), by=administrator, retired=True)
    browser = sign_in(owner.user)

    def offered(url):
        return [value for value, _ in browser.get(url).context["form"].fields["venue_category1"].choices]

    assert offered(reverse("venues:create")) == [0, 1]
    assert offered(reverse("venues:edit", args=[venue.uuid])) == [0, 1, 2]


def test_list_made_for_france_in_one_press(desk, country, administrator):
    desk(administrator).post(reverse("administration:fill_venue_types", args=["FR"]))
    assert order(country) == [number for number, *_ in VENUE_TYPES]
    assert VenueCategory.objects.filter(country=country).count() == len(VENUE_CATEGORIES)


def test_what_goes_out_comes_in_in_another_country(desk, country, administrator):
    put_venue_types(country, by=administrator, document=ready_made())
    change_labels(VenueType.objects.get(country=country, number=5), by=administrator, retired=True)
    browser = desk(administrator)
    answer = browser.get(reverse("administration:export_venue_types", args=["FR"]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="venue-types-FR.json"'
    belgium = CountryFactory(code="BE", prefix="https://clea.example.be#", host="clea.example.be")
    administrator.administrations.create(country=belgium)
    given = {"text": answer.content.decode(), "confirm": "1"}
    answer = browser.post(reverse("administration:import_venue_types", args=["BE"]), given)
    assert (answer.status_code, exported(belgium)) == (302, exported(country))


def test_import_changes_adds_and_keeps(country, administrator, three):
    document = read(
        {
            "venue_types": [
                {"number": 7, "label_fr": "Neuf", "label_en": "New"},
                {"number": 2, "label_fr": "f2", "label_en": "e2!"},
            ]
        }
    )
    put = put_venue_types(country, by=administrator, document=document)
    assert (put.added, put.changed, order(country)) == (1, 1, [7, 2, 4, 9])
    assert put_venue_types(country, by=administrator, document=document).changed == 0


def test_import_shows_what_would_change_before_anything_does(desk, country, administrator, three):
    VenueCategory.objects.create(country=country, level=1, number=0, label_fr="f", label_en="e")
    document = {
        "venue_types": [
            {"number": 7, "label_fr": "Neuf", "label_en": "New"},
            {"number": 2, "letters": "N", "label_fr": "f2", "label_en": "e2!", "retired": True},
            {"number": 9, "letters": "N", "label_fr": "f9", "label_en": "e9"},
        ],
        "venue_categories": [{"level": 2, "number": 0, "label_fr": "m", "label_en": "m"}],
    }
    before = exported(country)
    browser, url = desk(administrator), reverse("administration:import_venue_types", args=["FR"])
    file = SimpleUploadedFile("types.json", json.dumps(document).encode())
    page = browser.post(url, {"file": file})
    found = page.context["understood"]
    assert [(line.kind, line.number, line.is_new, line.changes) for line in found.lines] == [
        ("Type of place", 7, True, []),
        ("Type of place", 2, False, [("Label in English", "e2", "e2!"), ("Offered to new places", "yes", "no")]),
        ("Type of place", 9, False, []),
        ("Category 2: floor area", 0, True, []),
    ]
    assert (found.kept, found.reorders, found.changes_something, exported(country)) == (2, True, True, before)
    # What was uploaded is confirmed without a second upload.
    assert browser.post(url, {"text": page.context["form"]["text"].value(), "confirm": "1"}).status_code == 302
    assert order(country) == [7, 2, 9, 4]
    again = browser.post(url, {"text": json.dumps(exported(country))})
    assert (again.context["understood"].changes_something, b'name="confirm"' in again.content) == (False, False)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "The list must be an object with “venue_types”, “venue_categories”, or both."),
        ({}, "The list must be an object with “venue_types”, “venue_categories”, or both."),
        ({"types": []}, "The list must be an object with “venue_types”, “venue_categories”, or both."),
        ({"venue_types": 3}, "“venue_types” must be a list."),
        ({"venue_types": [3]}, "venue_types[0] must be an object with label_en, label_fr, letters, number, retired."),
        ({"venue_types": [{"number": 32}]}, "venue_types[0].number must be a whole number from 0 to 31."),
        ({"venue_types": [{"number": True}]}, "venue_types[0].number must be a whole number from 0 to 31."),
        ({"venue_types": [{"number": 3}]}, "venue_types[0].label_fr must be a text of 120 characters at most."),
        (
            {"venue_types": [{"number": 3, "label_fr": "a", "label_en": "b", "letters": "ABCDE"}]},
            "venue_types[0].letters must be a text of 4 characters at most.",
        ),
        (
            {"venue_types": [{"number": 3, "label_fr": "a", "label_en": "b", "retired": 1}]},
            "venue_types[0].retired must be true or false.",
        ),
        ({"venue_types": [{"number": 3, "label_fr": "a", "label_en": "b"}] * 2}, "A number stands twice in “venue_types”."),
        ({"venue_categories": [{"number": 3, "level": 3}]}, "venue_categories[0].level must be a whole number from 1 to 2."),
        ({"venue_categories": [{"number": 16, "level": 1}]}, "venue_categories[0].number must be a whole number from 0 to 15."),
    ],
)
def test_bad_list_is_refused_with_its_place(desk, country, administrator, document, sentence):
    with pytest.raises(BadList) as refused:
        read_text(json.dumps(document))
    assert str(refused.value) == sentence
    page = desk(administrator).post(reverse("administration:import_venue_types", args=["FR"]), {"text": json.dumps(document)})
    assert (page.status_code, page.context["form"].errors["text"]) == (200, [sentence])


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "nonsense", '{"venue_types": ' + "9" * 5000 + "}"])
def test_what_is_no_json(text):
    with pytest.raises(BadList):
        read_text(text)


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_as_often_whatever_it_holds(desk, country, administrator, django_assert_num_queries, rows):
    for number in range(rows):
        VenueTypeFactory(country=country, number=number)
        VenueCategory.objects.create(country=country, level=1, number=number, label_fr="f", label_en="e")
    browser, url = desk(administrator), reverse("administration:venue_types", args=["FR"])
    browser.get(url)
    with django_assert_num_queries(9):
        browser.get(url)

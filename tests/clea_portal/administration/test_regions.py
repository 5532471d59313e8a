import pytest
from django.urls import reverse

from clea_portal.administration.region_list import Mistake, Row, understand
from clea_portal.administration.regions import add_departments, add_region, number_of, remove_region, rename_region
from clea_portal.administration.staff_errors import NumberTaken, RegionInUse
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.france import DEPARTMENTS, region_number
from clea_portal.authorities.models import Region
from tests.factories import CountryFactory, RegionFactory, TeamFactory


@pytest.fixture
def belgium(db):
    return CountryFactory(code="BE", prefix="https://clea.example.be#", host="clea.example.be")


def names(country):
    return dict(country.regions.values_list("number", "name"))


@pytest.mark.parametrize(
    ("code", "number"),
    [
        *[("1", 1), ("01", 1), ("38", 38), ("95", 95), ("2A", 201), ("2b", 202), ("971", 171), ("988", 188)],
        *[
            ("20", None),
            ("0", None),
            ("96", None),
            ("99", None),
            ("970", None),
            ("990", None),
            ("2C", None),
            ("", None),
            ("²", None),
        ],
    ],
)
def test_number_of_a_department(code, number):
    assert region_number(code) == number


def test_every_department_has_a_byte_of_its_own():
    numbers = [number for number, _ in DEPARTMENTS]
    assert (len(numbers), len(set(numbers)), min(numbers), max(numbers)) == (107, 107, 1, 202)
    assert dict(DEPARTMENTS)[201] == "Corse-du-Sud (2A)"


def test_number_that_somebody_means(country, belgium):
    assert [number_of(text, country=country) for text in ("2A", " 38 ", "20", "255", "256", "-1", "1e1", "")] == [
        *[201, 38, 20, 255, None, None, None, None]
    ]
    assert [number_of(text, country=belgium) for text in ("2A", "971", "171")] == [None, None, 171]


def test_region_is_added_renamed_and_removed_and_each_noted(country, administrator):
    region = add_region(country, by=administrator, number=38, name="Isere")
    rename_region(region, by=administrator, name="Isère")
    rename_region(region, by=administrator, name="Isère")
    assert names(country) == {38: "Isère"}
    remove_region(region, by=administrator)
    assert names(country) == {}
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", "actor", "details__after")) == [
        ("region_added", administrator.pk, {"country": country.pk, "number": 38, "name": "Isere"}),
        ("region_renamed", administrator.pk, {"name": "Isère"}),
        ("region_removed", administrator.pk, {"country": country.pk, "number": 38, "name": "Isère"}),
    ]


def test_number_is_given_once_a_country(country, administrator, belgium):
    RegionFactory(country=belgium, number=38)
    add_region(country, by=administrator, number=38, name="Isère")
    with pytest.raises(NumberTaken, match="“Isère”"):
        add_region(country, by=administrator, number=38, name="Rhône")
    assert names(country) == {38: "Isère"}


def test_region_that_something_hangs_on_stays(country, administrator):
    region = TeamFactory(region__country=country).region
    with pytest.raises(RegionInUse, match="Teams"):
        remove_region(region, by=administrator)
    assert (names(country), AuditEvent.objects.count()) == ({38: "Region 38"}, 0)


def test_departments_are_added_beside_what_is_there(country, administrator):
    RegionFactory(country=country, number=20, name="Corse")
    RegionFactory(country=country, number=38, name="Our own words")
    put = add_departments(country, by=administrator)
    assert (put.added, put.renamed) == (106, 0)
    assert (names(country)[38], names(country)[20], names(country)[202]) == ("Our own words", "Corse", "Haute-Corse (2B)")
    assert add_departments(country, by=administrator).added == 0


def test_list_is_understood_line_by_line(country):
    RegionFactory(country=country, number=38, name="Isère")
    RegionFactory(country=country, number=69, name="Rhone")
    found = understand("\ufeffnumber;name\r\n2A;Corse-du-Sud\r\n\r\n38;Isère\r\n69;Rhône\r\n", country=country)
    assert found.rows == (
        Row(line=4, number=38, name="Isère", was="Isère"),
        Row(line=5, number=69, name="Rhône", was="Rhone"),
        Row(line=2, number=201, name="Corse-du-Sud", was=""),
    )
    assert (found.mistakes, [row.is_new for row in found.rows]) == ((), [False, False, True])
    assert [row.is_renamed for row in found.rows] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("38,Isère\n300,Nowhere", 2, "“300” is no department, nor a number from 0 to 255."),
        ("38\tIsère\n38\tAgain", 2, "Number 38 stands in line 1 already."),
        ("38;", 1, "Write a number and a name, with a comma, a semicolon or a tab between."),
        ("38;a;b", 1, "Write a number and a name, with a comma, a semicolon or a tab between."),
        (f"38;{'a' * 81}", 1, "This name has more than 80 characters. Shorten it."),
        ('38;"a', 1, "The quotes in this list do not match. Save it again as CSV."),
        ("number;name", 1, "No region stands here. Write a number and a name a line."),
    ],
)
def test_line_that_is_not_understood_is_named(country, text, line, sentence):
    assert understand(text, country=country).mistakes == (Mistake(line=line, sentence=sentence),)


def test_import_shows_first_and_then_takes_over(desk, country, administrator):
    browser, url = desk(administrator), reverse("administration:import_regions", args=["FR"])
    page = browser.post(url, {"text": "2A;Corse-du-Sud\n38;Isère"})
    assert (page.context["understood"].names, Region.objects.count()) == ({38: "Isère", 201: "Corse-du-Sud"}, 0)
    assert "2A;Corse-du-Sud" in page.content.decode()
    answer = browser.post(url, {"text": "2A;Corse-du-Sud\n38;Isère", "confirm": "1"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["2 regions added, 0 renamed."]
    assert names(country) == {38: "Isère", 201: "Corse-du-Sud"}


def test_import_with_a_mistake_takes_nothing_over(desk, country, administrator):
    url = reverse("administration:import_regions", args=["FR"])
    page = desk(administrator).post(url, {"text": "38;Isère\nxx;Nowhere", "confirm": "1"})
    assert (page.status_code, len(page.context["understood"].mistakes), Region.objects.count()) == (200, 1, 0)


def test_form_says_that_a_number_is_taken_and_keeps_what_was_typed(desk, country, administrator):
    RegionFactory(country=country, number=201, name="Corse-du-Sud (2A)")
    page = desk(administrator).post(reverse("administration:add_region", args=["FR"]), {"number": "2A", "name": "Corsica"})
    assert page.context["form"].errors["number"] == [
        "Number 201 is that of “Corse-du-Sud (2A)” already. Rename that one, or choose another number."
    ]
    assert 'value="Corsica"' in page.content.decode()


def test_departments_are_there_for_france_only(desk, administrator, belgium):
    administrator.administrations.create(country=belgium)
    answer = desk(administrator).post(reverse("administration:fill_regions", args=["BE"]), follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Ready-made regions are there for France only. Import a list."
    ]
    assert Region.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_regions_asks_as_often_whatever_it_holds(desk, country, administrator, django_assert_num_queries, rows):
    for number in range(rows):
        TeamFactory(region=RegionFactory(country=country, number=number))
    browser, url = desk(administrator), reverse("administration:regions", args=["FR"])
    browser.get(url)
    with django_assert_num_queries(8):
        browser.get(url)

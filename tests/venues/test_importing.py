"""A list of venues comes in: understood line by line, made all or not at all; and goes out without formulas."""

import csv
import io
import json
from uuid import UUID, uuid4, uuid5

import pytest
from django.test import Client
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country, ServerKey
from clea_portal.jobs.models import Job
from clea_portal.jobs.results import JobRefused
from tests.factories import UserFactory
from tests.members import member, organisation_with_choices, signed_in
from tests.venues.making import opened_venue
from venues.exporting import safe_cell
from venues.importing import MOST_ROWS, understand
from venues.jobs import import_list
from venues.models import Venue

pytestmark = pytest.mark.django_db
HEADING = "nom;type;région;téléphone;PIN"
GOOD = f'{HEADING}\nCafé;1;38;04 65 71 00 38;380038\n"Bar; ""Le Zinc""";Restaurant, bar, café;Region 38;+33 4 65 71 00 39;\n'


@pytest.fixture
def organisation():
    return organisation_with_choices()


def understood(organisation, text):
    return understand(text, country=organisation.country)


def mistakes(organisation, text):
    return [(one.line, one.sentence) for one in understood(organisation, text).mistakes]


def test_a_list_as_spreadsheets_write_it(organisation):
    found = understood(organisation, GOOD)
    assert found.mistakes == ()
    (first, one), (second, other) = found.rows
    assert (first, one.name, one.venue_type.number, one.region.number, one.phone, one.pin) == (
        2,
        "Café",
        1,
        38,
        "33465710038",
        "380038",
    )
    assert (second, other.name, other.phone, len(other.pin)) == (3, 'Bar; "Le Zinc"', "33465710039", 6)


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_any_separator_and_order_of_columns(organisation, separator):
    text = separator.join(["Phone", "Region", "NAME", "Type"]) + "\r\n" + separator.join(["0465710038", "38", "Café", "n"])
    assert [details.name for _, details in understood(organisation, text).rows] == ["Café"]


def test_mistakes_are_named_with_their_line_all_at_once(organisation):
    text = f"{HEADING}\n;1;38;0465710038;380038\nBar;castle;99;12;12\n\nZinc;1;38;0465710038;\n"
    found = mistakes(organisation, text)
    assert found[:3] == [
        (2, "Give a name that can be read: letters or numbers."),
        (3, "There is no type “castle”."),
        (3, "There is no region “99”."),
    ]
    assert [(line, sentence.split(".")[0]) for line, sentence in found[3:]] == [
        (3, "This number cannot be called"),
        (3, found[4][1].split(".")[0]),
    ]
    assert found[4][1].startswith("The PIN has exactly six digits")


def test_lists_that_are_none(organisation):
    assert mistakes(organisation, "Café\nBar") == [
        (1, "The first line must name the columns. Missing: name, type, region, phone.")
    ]
    assert mistakes(organisation, HEADING) == [(1, "Below the names of the columns stands no venue.")]
    assert len(mistakes(organisation, f"{HEADING}\n" + "x;1;38;0465710038;\n" * (MOST_ROWS + 1))) == 1
    assert "quotes" in mistakes(organisation, f'{HEADING}\n"Café;1;38;0465710038;\n')[0][1]
    assert "characters" in mistakes(organisation, "x" * 500_001)[0][1]


def test_without_contact_tracing_no_phone_is_needed(organisation):
    Country.objects.update(deployment=Deployment.NONE)
    organisation.country.refresh_from_db()
    ((_, details),) = understood(organisation, "name;type;region\nCafé;1;38").rows
    assert (details.phone, details.pin) == ("", "")


def post(browser, **data):
    return browser.post("/venues/import/", data)


def test_from_the_file_to_the_job(organisation):
    browser = signed_in(member(organisation))
    file = io.BytesIO(GOOD.encode("cp1252"))
    file.name = "venues.csv"
    page = post(browser, organisation=organisation.pk, file=file)
    assert len(page.context["shown"]) == 2
    text = page.context["form"]["text"].value()
    assert "Café" in text
    assert not Venue.objects.exists()
    batch = page.context["form"]["batch"].value()
    response = post(browser, organisation=organisation.pk, text=text, batch=batch, confirm="1")
    job = Job.objects.get()
    assert response["Location"] == f"/jobs/{job.uuid}/"
    arguments = {"organisation": str(organisation.uuid), "text": text, "batch": str(uuid5(UUID(batch), text))}
    assert (job.kind, json.loads(job.arguments)) == ("venues.import", arguments)


def test_confirmed_twice_it_is_made_once(organisation):
    by = member(organisation)
    batch = uuid4()
    for text in (GOOD, GOOD, f"{GOOD}\n"):
        post(signed_in(by), organisation=organisation.pk, text=text, batch=batch, confirm="1")
    first, changed = Job.objects.order_by("pk")
    for _attempt in range(2):
        made = import_list(json.loads(first.arguments), by=by, report=lambda *_: None)
        assert len(list(csv.DictReader(io.StringIO(made.file.decode("utf-8-sig")), delimiter=";"))) == 2
        assert Venue.objects.count() == 2
    import_list(json.loads(changed.arguments), by=by, report=lambda *_: None)
    assert Venue.objects.count() == 4


def test_with_a_mistake_nothing_is_ordered(organisation):
    browser = signed_in(member(organisation))
    page = post(browser, organisation=organisation.pk, text=f"{HEADING}\n;1;38;12;", confirm="1")
    assert "Line 2:" in page.content.decode()
    assert not Job.objects.exists()


def test_the_job_makes_all_and_gives_their_list(organisation):
    by = member(organisation)
    done = []
    arguments = {"organisation": str(organisation.uuid), "text": GOOD, "batch": str(uuid4())}
    result = import_list(arguments, by=by, report=lambda *progress: done.append(progress))
    assert {venue.name for venue in Venue.objects.all()} == {"Café", 'Bar; "Le Zinc"'}
    assert all(venue.codes.count() == 1 for venue in Venue.objects.all())
    assert done == [(0, 2), (2, 2)]
    rows = list(csv.DictReader(io.StringIO(result.file.decode("utf-8-sig")), delimiter=";"))
    assert [row["name"] for row in rows] == ["Café", 'Bar; "Le Zinc"']
    # What goes out can come in again.
    again = understood(organisation, result.file.decode())
    assert (again.mistakes, next(details.pin for _, details in again.rows)) == ((), "380038")


def test_the_job_makes_all_or_nothing(organisation):
    by = member(organisation)
    arguments = {"organisation": str(organisation.uuid), "text": GOOD, "batch": str(uuid4())}
    ServerKey.objects.all().delete()
    with pytest.raises(JobRefused):
        import_list(arguments, by=by, report=lambda *_: None)
    assert not Venue.objects.exists()
    with pytest.raises(JobRefused):
        import_list(arguments, by=UserFactory(), report=lambda *_: None)


def test_the_list_goes_out_without_formulas_and_without_pins_for_readers(organisation):
    opened_venue(organisation, now=timezone.now(), name="=HYPERLINK(1)")
    writer, reader = (signed_in(member(organisation, role)) for role in (MemberRole.OWNER, MemberRole.READER))
    answer = writer.get("/venues/export.csv")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/csv; charset=utf-8", "private, no-store")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert (row["name"], row["PIN"], row["phone"]) == ("'=HYPERLINK(1)", "380038", "04 65 71 00 38")
    (row,) = csv.DictReader(io.StringIO(reader.get("/venues/export.csv").content.decode("utf-8-sig")), delimiter=";")
    assert row["PIN"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_that_spreadsheets_would_run(start):
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    assert safe_cell("Café = bar") == "Café = bar"


def test_who_gets_where(organisation):
    reader = signed_in(member(organisation, MemberRole.READER))
    assert reader.get("/venues/import/").status_code == 403
    assert signed_in(UserFactory()).get("/venues/import/")["Location"].startswith("/organisations/new/")
    assert signed_in(member(organisation)).put("/venues/import/").status_code == 405
    assert signed_in(member(organisation)).post("/venues/export.csv").status_code == 405
    for path in ("/venues/import/", "/venues/export.csv"):
        assert "/account/login/" in Client().get(path)["Location"]
    other = organisation_with_choices()
    page = post(signed_in(member(organisation)), organisation=other.pk, text=GOOD)
    assert "organisation" in page.context["form"].errors

"""Venues by program."""

import uuid
from base64 import b64encode
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from clea_portal.accounts.enums import MemberRole
from clea_portal.api.enums import Scope
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.models import Country, VenueCategory
from clea_portal.scanning.reading import read_content
from tests.clea_portal.api.calling import PROBLEM, Program, program
from tests.factories import RegionFactory, VenueTypeFactory, ready_country
from tests.members import member, organisation_with_choices
from tests.venues.making import opened_venue
from venues.api_urls import urlpatterns
from venues.models import Venue, VenueCode, VenueRoom
from venues.rooms import add_rooms

WHERE = "/api/v1/venues/"


@pytest.fixture
def organisation(db):
    return organisation_with_choices()


@pytest.fixture
def issuer(organisation):
    return program(organisation)


@pytest.fixture
def reader(organisation):
    return program(organisation, scope=Scope.READ)


def venue_words(**changes):
    words = {"name": "La Table du Drac", "venue_type": 1, "region": 38, "phone": "04 65 71 00 38", "pin": "380038"}
    return words | changes


def test_venue_is_made_with_its_code(issuer, organisation):
    answer = issuer.send("post", WHERE, venue_words())
    venue = Venue.objects.get()
    code = venue.codes.get()
    url = f"http://testserver/api/v1/venues/{venue.uuid}/"
    code_url = f"{url}codes/{code.uuid}/"
    assert (answer.status_code, answer["Location"]) == (201, url)
    assert answer.json() == {
        "uuid": str(venue.uuid),
        "url": url,
        "name": "La Table du Drac",
        "venue_type": 1,
        "venue_category1": 0,
        "venue_category2": 0,
        "region": 38,
        "phone": "+33465710038",
        "pin": "380038",
        "created_at": f"{venue.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "archived_at": None,
        "code": {
            "uuid": str(code.uuid),
            "url": code_url,
            "kind": "static",
            "link": code.deep_link,
            "check_code": code.check_code,
            "room": None,
            "created_at": f"{code.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
            "valid_from": f"{code.valid_from:%Y-%m-%dT%H:%M:%SZ}",
            "valid_until": None,
            "replaced_at": None,
            "edited_since": [],
            "files": {"svg": f"{code_url}code.svg", "png": f"{code_url}code.png", "pdf": f"{code_url}poster.pdf"},
        },
    }
    assert (venue.organisation, code.created_by) == (organisation, organisation.memberships.get().user)


def test_pin_is_proposed_when_none_is_sent(issuer):
    words = venue_words()
    del words["pin"]
    assert issuer.send("post", WHERE, words).json()["pin"] == Venue.objects.get().pin


def test_country_without_tracing_takes_no_contact(organisation):
    Country.objects.update(deployment=3)
    issuer = program(organisation)
    answer = issuer.send("post", WHERE, venue_words())
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/phone", "#/pin"]
    words = {name: value for name, value in venue_words().items() if name not in ("phone", "pin")}
    assert issuer.send("post", WHERE, words).status_code == 201


@pytest.mark.parametrize(
    ("changes", "pointer", "sentence"),
    [
        ({"name": ""}, "#/name", "This field may not be blank."),
        ({"name": "\u200b"}, "#/name", "Give a name that can be read: letters or numbers."),
        ({"name": "x" * 121}, "#/name", "This name is too long: shorten it to 120 characters."),
        ({"name": "x" * 999}, "#/name", "Ensure this field has no more than 240 characters."),
        ({"name": "a\ud800"}, "#/name", "Surrogate characters are not allowed: U+D800."),
        (
            {"venue_type": 99},
            "#/venue_type",
            "Your country has no such number. GET /api/v1/organisation/ lists those that it has.",
        ),
        ({"venue_type": "1"}, "#/venue_type", "Give a whole number."),
        ({"venue_type": True}, "#/venue_type", "Give a whole number."),
        ({"region": 10**20}, "#/region", "Your country has no such number. GET /api/v1/organisation/ lists those that it has."),
        ({"venue_category1": 16}, "#/venue_category1", "Ensure this value is less than or equal to 15."),
        (
            {"venue_category2": 3},
            "#/venue_category2",
            "Your country has no such number. GET /api/v1/organisation/ lists those that it has.",
        ),
        ({"phone": "12"}, "#/phone", None),
        ({"phone": None}, "#/phone", "This field may not be null."),
        ({"pin": "12345"}, "#/pin", None),
        ({"colour": "red"}, "#/colour", "There is no field of this name."),
        ({"uuid": str(uuid.uuid4())}, "#/uuid", "There is no field of this name."),
        ({"code": {"kind": "static"}}, "#/code", "There is no field of this name."),
    ],
)
def test_body_that_is_not_right_makes_nothing(issuer, changes, pointer, sentence):
    answer = issuer.send("post", WHERE, venue_words(**changes))
    assert (answer.status_code, answer["Content-Type"], Venue.objects.count()) == (400, PROBLEM, 0)
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert sentence is None or error["detail"] == sentence


def test_missing_fields_are_all_named(issuer):
    answer = issuer.send("post", WHERE, {})
    assert answer.json() == {
        "type": "http://localhost:8000/api/docs/#invalid",
        "title": "Something in the request is not right",
        "status": 400,
        "detail": "3 things are not right: see “errors”.",
        "errors": [{"pointer": f"#/{name}", "detail": "This field is required."} for name in ("name", "venue_type", "region")],
    }
    (error,) = issuer.send("post", WHERE, {"name": "a", "venue_type": 1, "region": 38}).json()["errors"]
    assert error == {"pointer": "#/phone", "detail": "Codes of this country carry a phone number: give one."}


def test_category_of_the_country_is_taken(issuer, organisation):
    VenueCategory.objects.create(country=organisation.country, level=1, number=4, label_fr="≤ 50", label_en="≤ 50")
    assert issuer.send("post", WHERE, venue_words(venue_category1=4)).json()["venue_category1"] == 4


def test_rows_of_another_country_do_not_exist(issuer):
    other = ready_country(code="BE", prefix="https://be.example#", host="be.example")
    VenueTypeFactory(country=other, number=7)
    RegionFactory(country=other, number=7)
    answer = issuer.send("post", WHERE, venue_words(venue_type=7, region=7))
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/venue_type", "#/region"]


def test_retired_type_stays_with_who_has_it(issuer, organisation):
    venue = opened_venue(organisation)
    venue.venue_type.retired = True
    venue.venue_type.save()
    assert issuer.send("post", WHERE, venue_words()).status_code == 400
    assert issuer.send("patch", f"{WHERE}{venue.uuid}/", {"venue_type": 1}).status_code == 200


def test_missing_keys_of_the_country_are_told(issuer, organisation):
    organisation.country.server.keys.all().delete()
    answer = issuer.send("post", WHERE, venue_words())
    assert (answer.status_code, answer.json()["type"]) == (503, "http://localhost:8000/api/docs/#no-key")
    assert Venue.objects.count() == 0


def test_change_of_one_field_keeps_the_others(issuer, organisation):
    venue = opened_venue(organisation)
    answer = issuer.send("patch", f"{WHERE}{venue.uuid}/", {"phone": "+33 4 76 00 00 00"})
    assert (answer.status_code, answer.json()["phone"], answer.json()["name"]) == (200, "+33476000000", venue.name)
    assert answer.json()["code"]["edited_since"] == ["phone"]
    venue.refresh_from_db()
    assert (venue.phone, venue.pin, venue.venue_category1) == ("33476000000", "380038", 4)


def test_archived_and_brought_back(issuer, organisation):
    where = f"{WHERE}{opened_venue(organisation).uuid}/"
    assert issuer.send("post", f"{where}archive/").json()["archived_at"] is not None
    assert [issuer.send("get", WHERE + query).json()["results"] == [] for query in ("", "?archived=true")] == [True, False]
    assert issuer.send("post", f"{where}bring-back/").json()["archived_at"] is None


def test_renewed_code_is_the_answer(issuer, organisation):
    venue = opened_venue(organisation)
    old = venue.codes.get()
    where = f"{WHERE}{venue.uuid}/codes/"
    answer = issuer.send("post", f"{where}{old.uuid}/renew/")
    new = venue.codes.current().get()
    assert (answer.status_code, answer.json()["link"]) == (201, new.deep_link)
    assert answer["Location"] == f"http://testserver{where}{new.uuid}/"
    again = issuer.send("post", f"{where}{old.uuid}/renew/")
    assert (again.status_code, again.json()["type"]) == (409, "http://localhost:8000/api/docs/#already-renewed")
    listed = issuer.send("get", where).json()["results"]
    assert [(row["uuid"], row["replaced_at"] is None) for row in listed] == [(str(new.uuid), True), (str(old.uuid), False)]
    gone = issuer.send("get", f"{where}{old.uuid}/code.svg", accept="image/svg+xml")
    assert (gone.status_code, gone.json()["type"]) == (409, "http://localhost:8000/api/docs/#replaced")


def test_archived_venue_is_neither_renewed_nor_printed(issuer, organisation):
    venue = opened_venue(organisation)
    Venue.objects.update(archived_at=timezone.now())
    where = f"{WHERE}{venue.uuid}/codes/{venue.codes.get().uuid}/"
    answers = [issuer.send("post", f"{where}renew/"), issuer.send("get", f"{where}code.png")]
    assert [(answer.status_code, answer.json()["title"]) for answer in answers] == [(409, "This is archived")] * 2


@pytest.mark.parametrize(
    ("name", "kind"), [("code.png", "image/png"), ("code.svg", "image/svg+xml"), ("poster.pdf", "application/pdf")]
)
def test_file_is_handed_out_and_noted(reader, organisation, name, kind):
    code = opened_venue(organisation).codes.get()
    answer = reader.send("get", f"{WHERE}{code.venue.uuid}/codes/{code.uuid}/{name}", accept=kind)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, kind, "private, no-store")
    assert answer["Content-Disposition"] == f'inline; filename="clea-{code.check_code}.{name.rpartition(".")[2]}"'
    if name != "code.svg":
        assert read_content(answer.content).links == (code.deep_link,)
    act = AuditEvent.objects.filter(verb="printed").get()
    assert (act.subject_uuid, act.details) == (code.venue.uuid, {"code": str(code.uuid), "file": name.rpartition(".")[2]})


def test_png_has_the_size_asked_for(reader, organisation):
    code = opened_venue(organisation).codes.get()
    where = f"{WHERE}{code.venue.uuid}/codes/{code.uuid}/code.png"
    sizes = [Image.open(BytesIO(reader.send("get", where + query).content)).width for query in ("", "?module_pixels=3")]
    assert sizes == [73 * 8, 73 * 3]
    assert reader.send("get", f"{where}?module_pixels=41").json()["errors"][0]["pointer"] == "#/module_pixels"


def test_poster_speaks_the_language_asked_for(reader, organisation):
    code = opened_venue(organisation).codes.get()
    where = f"{WHERE}{code.venue.uuid}/codes/{code.uuid}/poster.pdf"
    assert reader.send("get", f"{where}?language=de").status_code == 200
    assert reader.send("get", f"{where}?language=xx").json()["errors"][0]["pointer"] == "#/language"
    Country.objects.update(languages=["it", "nl"])
    refused = reader.send("get", f"{where}?language=de")
    sentence = "Posters of France are not made in German (de). Choose one of these: Italian (it), Dutch (nl)."
    assert (refused.status_code, refused.json()["errors"]) == (400, [{"pointer": "#/language", "detail": sentence}])
    assert PdfReader(BytesIO(reader.send("get", where).content)).trailer["/Root"]["/Lang"] == "it"


def test_number_of_posters_is_limited(reader, organisation, settings):
    settings.API_DOCUMENTS_PER_MINUTE = 1
    code = opened_venue(organisation).codes.get()
    where = f"{WHERE}{code.venue.uuid}/codes/{code.uuid}/poster.pdf"
    assert reader.send("get", where).status_code == 200
    answer = reader.send("get", where)
    assert answer.status_code in (200, 429)  # a new minute may have begun
    assert answer.status_code == 200 or "This token may fetch 1 PDF a minute." in answer.json()["detail"]


def test_read_scope_sees_neither_phone_nor_pin(reader, organisation):
    venue = opened_venue(organisation)
    for shown in (reader.send("get", WHERE).json()["results"][0], reader.send("get", f"{WHERE}{venue.uuid}/").json()):
        assert (shown["name"], "phone" in shown, "pin" in shown) == (venue.name, False, False)


def test_pages_of_the_list_hang_together(issuer, organisation):
    now = timezone.now()
    venues = [opened_venue(organisation, now=now - timedelta(minutes=number // 2)) for number in range(5)]
    wanted = [str(venue.uuid) for venue in sorted(venues, key=lambda row: (row.created_at, row.pk), reverse=True)]
    found, url, sizes = [], f"{WHERE}?limit=2", []
    while url:
        answer = issuer.send("get", url.removeprefix("http://testserver"))
        page = answer.json()
        assert (f'<{page["next"]}>; rel="next"' in answer.get("Link", "")) == bool(page["next"])
        found += [row["uuid"] for row in page["results"]]
        sizes.append(len(page["results"]))
        url = page["next"]
    assert (found, sizes) == (wanted, [2, 2, 1])
    assert issuer.send("get", f"{WHERE}?limit=9999").status_code == 200
    assert issuer.send("get", f"{WHERE}?cursor=nonsense").status_code == 404
    for position in ("abc", "2026-99-99", "2026-06-03", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "\0"):
        cursor = b64encode(f"p={position}".encode()).decode()
        assert issuer.get(WHERE, {"cursor": cursor}).status_code == 404


@pytest.mark.parametrize("path", ["", "{venue}/", "{venue}/codes/"])
def test_number_of_queries_is_the_same_for_any_number_of_rows(issuer, organisation, path):
    venue, counts = opened_venue(organisation), []
    for _ in range(3):
        where = WHERE + path.format(venue=venue.uuid)
        issuer.send("get", where)
        with CaptureQueriesContext(connection) as queries:
            issuer.send("get", where)
        counts.append(len(queries))
        opened_venue(organisation)
        issuer.send("post", f"{WHERE}{venue.uuid}/codes/{venue.codes.current().get().uuid}/renew/")
    assert len(set(counts)) == 1


def test_room_has_its_own_code_and_tables(issuer, organisation):
    where = f"{WHERE}{opened_venue(organisation).uuid}/rooms/"
    shown = issuer.send("post", where, {"name": "Terrace", "tables": ["1", "2", "Bar"]}).json()
    room = VenueRoom.objects.get()
    assert (shown["name"], shown["independent"], shown["tables"]) == ("Terrace", True, ["1", "2", "Bar"])
    assert [code["link"] for code in shown["codes"]] == [room.codes.get().deep_link]
    assert shown["codes"][0]["room"] == str(room.uuid)
    changed = issuer.send("patch", f"{where}{room.uuid}/", {"name": "Garden", "tables": []}).json()
    assert (changed["name"], changed["tables"]) == ("Garden", [])
    assert issuer.send("patch", f"{where}{room.uuid}/", {"independent": False}).json()["errors"][0]["pointer"] == "#/independent"
    assert issuer.send("delete", f"{where}{room.uuid}/").status_code == 204
    assert issuer.send("get", where).json()["results"] == []
    assert VenueCode.objects.filter(room=room).current().count() == 0


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "#/name"),
        ({"name": "x" * 41}, "#/name"),
        ({"tables": ["1", "1"]}, "#/tables"),
        ({"tables": ["x" * 31]}, "#/tables/0"),
        ({"tables": "1"}, "#/tables"),
        ({"tables": [str(number) for number in range(1001)]}, "#/tables"),
    ],
)
def test_room_that_cannot_be_is_not_made(issuer, organisation, changes, pointer):
    answer = issuer.send("post", f"{WHERE}{opened_venue(organisation).uuid}/rooms/", {"name": "Terrace"} | changes)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert VenueRoom.objects.count() == 0


def test_number_of_rooms_is_limited(issuer, organisation, monkeypatch):
    for module in ("venues.rooms", "venues.api_rooms"):
        monkeypatch.setattr(f"{module}.MOST_ROOMS", 1)
    where = f"{WHERE}{opened_venue(organisation).uuid}/rooms/"
    answers = [issuer.send("post", where, {"name": "Terrace"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["detail"] == "There are at most 1 rooms. Remove one first."


# --- Everybody tries everything -------------------------------------------------------------------------------------------------

# Name, address, method that works, its body, status for who may issue, for who may read.
ROUTES = [
    ("venues", "", "get", None, 200, 200),
    ("venues", "", "post", venue_words(), 201, 403),
    ("venue", "{venue}/", "get", None, 200, 200),
    ("venue", "{venue}/", "patch", {}, 200, 403),
    ("archive", "{venue}/archive/", "post", None, 200, 403),
    ("bring_back", "{venue}/bring-back/", "post", None, 200, 403),
    ("prints", "{venue}/prints/", "post", {"output": "a5"}, 202, 202),
    ("rooms", "{venue}/rooms/", "get", None, 200, 200),
    ("rooms", "{venue}/rooms/", "post", {"name": "Terrace"}, 201, 403),
    ("room", "{venue}/rooms/{room}/", "get", None, 200, 200),
    ("room", "{venue}/rooms/{room}/", "patch", {}, 200, 403),
    ("room", "{venue}/rooms/{room}/", "delete", None, 204, 403),
    ("codes", "{venue}/codes/", "get", None, 200, 200),
    ("code", "{venue}/codes/{code}/", "get", None, 200, 200),
    ("renew", "{venue}/codes/{code}/renew/", "post", None, 201, 403),
    ("png", "{venue}/codes/{code}/code.png", "get", None, 200, 200),
    ("svg", "{venue}/codes/{code}/code.svg", "get", None, 200, 200),
    ("poster", "{venue}/codes/{code}/poster.pdf", "get", None, 200, 200),
]
LADDER = pytest.mark.parametrize(("name", "path", "method", "body", "issuing", "reading"), ROUTES)


@pytest.fixture
def address(organisation):
    venue = opened_venue(organisation)
    (room,) = add_rooms(venue=venue, names=["Cellar"], independent=False, by=member(organisation), now=timezone.now())
    return lambda path: WHERE + path.format(venue=venue.uuid, code=venue.codes.get().uuid, room=room.uuid)


def test_ladder_has_every_route():
    assert {name for name, *_ in ROUTES} == {pattern.name for pattern in urlpatterns}


@LADDER
def test_route_for_who_may_issue(address, issuer, organisation, name, path, method, body, issuing, reading):
    colleague = program(organisation, role=MemberRole.EDITOR)
    once = name == "renew" or method == "delete" or (name, method) == ("rooms", "post")
    for caller in (issuer,) if once else (issuer, colleague):
        assert caller.send(method, address(path), body).status_code == issuing


@LADDER
def test_route_for_who_may_read(address, reader, organisation, name, path, method, body, issuing, reading):
    member_who_reads = program(organisation, role=MemberRole.READER, scope=Scope.ISSUE)
    answers = [caller.send(method, address(path), body) for caller in (reader, member_who_reads)]
    assert [answer.status_code for answer in answers] == [reading, reading]
    if reading == 403:
        assert [answer.json()["detail"] for answer in answers] == [
            "This token may only read. Make one that may issue.",
            "You may only see and print what this organisation has. Ask one of its owners.",
        ]


@LADDER
def test_route_for_a_stranger(address, name, path, method, body, issuing, reading):
    if "{venue}" in path:
        assert program(organisation_with_choices()).send(method, address(path), body).status_code == 404


@LADDER
def test_route_for_nobody(address, name, path, method, body, issuing, reading):
    answer = Program().send(method, address(path), body)
    assert (answer.status_code, answer["Content-Type"], answer["WWW-Authenticate"]) == (401, PROBLEM, 'Bearer realm="api"')


@LADDER
def test_route_by_a_wrong_method(address, issuer, name, path, method, body, issuing, reading):
    known = {verb for known, _path, verb, *_ in ROUTES if known == name}
    for verb in {"get", "post", "put", "patch", "delete", "options"} - known:
        answer = issuer.send(verb, address(path))
        assert (verb, answer.status_code, answer["Content-Type"]) == (verb, 405, PROBLEM)


@LADDER
def test_route_to_what_does_not_exist(address, issuer, name, path, method, body, issuing, reading):
    for uuids in ({"venue": value, "code": value, "room": value} for value in (uuid.uuid4(), "7")):
        if "{venue}" in path:
            answer = issuer.send(method, WHERE + path.format(**uuids), body)
            assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


def test_code_of_another_venue_is_not_found_under_this_one(issuer, organisation):
    one, other = opened_venue(organisation), opened_venue(organisation)
    assert issuer.send("get", f"{WHERE}{one.uuid}/codes/{other.codes.get().uuid}/").status_code == 404
    assert VenueCode.objects.count() == 2

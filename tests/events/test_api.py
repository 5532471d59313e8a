"""Events, their slots and codes by program."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole
from clea_portal.api.enums import Scope
from clea_portal.audit.models import AuditEvent
from clea_portal.scanning.reading import read_content
from events.api_urls import urlpatterns
from events.models import Event, EventCode, EventRoom, Slot
from events.rooms import add_rooms
from tests.clea_portal.api.calling import PROBLEM, Program, program
from tests.events.making import coming_event, planned_event, schedule_of
from tests.members import member, organisation_with_choices

WHERE = "/api/v1/events/"
PROBLEMS = "http://localhost:8000/api/docs/#"
START = (timezone.now() + timedelta(days=30)).replace(hour=18, minute=0, second=0, microsecond=0)


@pytest.fixture
def organisation(db):
    return organisation_with_choices()


@pytest.fixture
def issuer(organisation):
    return program(organisation)


@pytest.fixture
def reader(organisation):
    return program(organisation, scope=Scope.READ)


@pytest.fixture
def event(organisation):
    return coming_event(organisation)


def moment(when):
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def slot_words(**changes):
    return {"name": "Matinée", "start": moment(START), "end": moment(START + timedelta(hours=2))} | changes


def event_words(**changes):
    words = {"name": "Hamlet", "venue_type": 1, "region": 38, "phone": "04 65 71 00 38", "pin": "380038"}
    return words | {"start": moment(START), "end": moment(START + timedelta(hours=3))} | changes


def test_event_is_made_with_both_codes(issuer):
    answer = issuer.send("post", WHERE, event_words(start="2026-12-20T20:00:00+02:00", end="2026-12-20T21:00:00Z"))
    event = Event.objects.get()
    url = f"http://testserver{WHERE}{event.uuid}/"
    shown = answer.json()
    assert (answer.status_code, answer["Location"], shown["url"]) == (201, url, url)
    assert (shown["start"], shown["end"], shown["time_zone"]) == ("2026-12-20T18:00:00Z", "2026-12-20T21:00:00Z", "Europe/Paris")
    codes = {code.kind: code for code in event.codes.all()}
    assert {code["kind"]: (code["link"], code["slot"], code["check_code"]) for code in shown["codes"]} == {
        kind: (code.deep_link, None, code.check_code) for kind, code in codes.items()
    }
    assert set(codes) == {"entrance", "asynchronous"}


@pytest.mark.parametrize(
    ("changes", "pointer", "sentence"),
    [
        ({"start": "2026-12-20T20:00:00"}, "#/start", "The offset from UTC is missing, for instance +02:00 or Z at the end."),
        ({"start": "tomorrow"}, "#/start", "Give a day and a time with its offset, for instance 2026-06-20T15:00:00+02:00."),
        (
            {"start": "2026-13-45T00:00Z"},
            "#/start",
            "Give a day and a time with its offset, for instance 2026-06-20T15:00:00+02:00.",
        ),
        ({"start": "0001-01-01T00:00+14:00"}, "#/start", None),
        ({"start": 5}, "#/start", None),
        ({"end": moment(START)}, "#/end", "The end must be after the start."),
        ({"start": "2020-01-01T00:00Z", "end": "2020-01-01T02:00Z"}, "#/end", "This event is already over. Is the day right?"),
        ({"start": "2033-01-01T00:00Z", "end": "2033-01-01T02:00Z"}, "#/start", None),
        ({"time_zone": "Mars/Olympus"}, "#/time_zone", "There is no time zone named “Mars/Olympus”."),
        ({"end": None}, "#/end", "This field may not be null."),
        ({"phone": "1"}, "#/phone", None),
    ],
)
def test_event_that_cannot_be_is_not_made(issuer, changes, pointer, sentence):
    answer = issuer.send("post", WHERE, event_words(**changes))
    assert (answer.status_code, answer["Content-Type"], Event.objects.count()) == (400, PROBLEM, 0)
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert sentence is None or error["detail"] == sentence


def test_change_of_one_field_keeps_the_others(issuer, event):
    where = f"{WHERE}{event.uuid}/"
    shown = issuer.send("patch", where, {"end": moment(event.end + timedelta(hours=1))}).json()
    assert shown["end"] == moment(event.end + timedelta(hours=1))
    assert [code["edited_since"] for code in shown["codes"]] == [["end"], ["end"]]
    assert issuer.send("patch", where, {"name": "Macbeth"}).json()["start"] == moment(event.start)
    assert issuer.send("patch", where, {"end": moment(event.start)}).json()["errors"][0]["pointer"] == "#/end"


def test_event_that_is_over_can_still_be_renamed(issuer, organisation):
    past = planned_event(organisation, schedule=schedule_of(), now=timezone.now())
    Event.objects.update(start=timezone.now() - timedelta(days=3), end=timezone.now() - timedelta(days=2))
    assert issuer.send("patch", f"{WHERE}{past.uuid}/", {"name": "Late"}).status_code == 200
    assert issuer.send("get", f"{WHERE}?show=past").json()["results"][0]["name"] == "Late"
    code = past.codes.first()
    answer = issuer.send("post", f"{WHERE}{past.uuid}/codes/{code.uuid}/renew/")
    assert (answer.status_code, answer.json()["type"]) == (409, f"{PROBLEMS}event-over")


def test_lists_by_what_is_shown(issuer, event):
    where = f"{WHERE}{event.uuid}/"
    issuer.send("post", f"{where}archive/")
    counts = {
        show: len(issuer.send("get", f"{WHERE}?show={show}").json()["results"]) for show in ("upcoming", "past", "archived")
    }
    assert counts == {"upcoming": 0, "past": 0, "archived": 1}
    assert issuer.send("post", f"{where}slots/", slot_words()).json()["type"] == f"{PROBLEMS}archived"
    issuer.send("post", f"{where}bring-back/")
    assert len(issuer.send("get", WHERE).json()["results"]) == 1
    assert issuer.send("get", f"{WHERE}?show=all").json()["errors"][0]["pointer"] == "#/show"


# --- A ticket seller ----------------------------------------------------------------------------------------------------------


def test_slot_comes_with_its_codes(issuer, event):
    answer = issuer.send("post", f"{WHERE}{event.uuid}/slots/", slot_words())
    slot = Slot.objects.get()
    url = f"http://testserver{WHERE}{event.uuid}/slots/{slot.uuid}/"
    shown = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, url)
    codes = EventCode.objects.filter(slot=slot).order_by("kind")
    assert {name: shown[name] for name in ("uuid", "url", "name", "start", "end")} == {
        "uuid": str(slot.uuid),
        "url": url,
        "name": "Matinée",
        "start": moment(START),
        "end": moment(START + timedelta(hours=2)),
    }
    assert [(code["kind"], code["link"], code["slot"]) for code in shown["codes"]] == [
        (code.kind, code.deep_link, str(slot.uuid)) for code in codes
    ]
    assert issuer.send("get", url.removeprefix("http://testserver")).json() == shown
    assert issuer.send("get", f"{WHERE}{event.uuid}/slots/").json()["results"] == [shown]
    event.refresh_from_db()
    assert event.end == START + timedelta(hours=2)


@pytest.mark.parametrize(
    ("query", "accept", "kind", "code_kind"),
    [
        ("", "image/svg+xml", "svg", "asynchronous"),
        ("", "image/png", "png", "asynchronous"),
        ("", "image/png, application/json;q=0.5", "png", "asynchronous"),
        ("?format=svg", "*/*", "svg", "asynchronous"),
        ("?format=png&code=entrance&module_pixels=4", "*/*", "png", "entrance"),
    ],
)
def test_picture_of_the_code_in_one_call(issuer, event, query, accept, kind, code_kind):
    answer = issuer.send("post", f"{WHERE}{event.uuid}/slots/{query}", slot_words(), accept=accept)
    slot = Slot.objects.get()
    code = slot.codes.get(kind=code_kind)
    assert (answer.status_code, answer["Content-Type"]) == (201, {"svg": "image/svg+xml", "png": "image/png"}[kind])
    assert answer["Location"] == f"http://testserver{WHERE}{event.uuid}/slots/{slot.uuid}/"
    assert answer["Content-Location"] == f"http://testserver{WHERE}{event.uuid}/codes/{code.uuid}/code.{kind}"
    if kind == "png":
        assert read_content(answer.content).links == (code.deep_link,)
    else:
        assert answer.content.startswith(b"<?xml") is True
        assert answer.content == issuer.send("get", answer["Content-Location"].removeprefix("http://testserver")).content


def test_form_of_answer_that_does_not_exist_makes_nothing(issuer, event):
    answer = issuer.send("post", f"{WHERE}{event.uuid}/slots/", slot_words(), accept="application/pdf")
    assert (answer.status_code, answer["Content-Type"]) == (406, PROBLEM)
    assert issuer.send("post", f"{WHERE}{event.uuid}/slots/?code=staff", slot_words()).status_code == 400
    wrong = issuer.send("post", f"{WHERE}{event.uuid}/slots/", slot_words(end="soon"), accept="image/png")
    assert (wrong.status_code, wrong["Content-Type"], Slot.objects.count()) == (400, PROBLEM, 0)


def test_repeated_picture_is_the_same_and_one_slot(issuer, event):
    answers = [
        issuer.send("post", f"{WHERE}{event.uuid}/slots/", slot_words(), accept="image/png", idempotency_key="ticket-1")
        for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    assert {(answer.status_code, answer["Content-Type"], answer["Location"]) for answer in answers} == {
        (201, "image/png", answers[0]["Location"])
    }
    assert Slot.objects.count() == 1


def test_batch_makes_all_or_none(issuer, event):
    where = f"{WHERE}{event.uuid}/slots/batch/"
    evenings = [
        slot_words(
            name=f"Evening {day}", start=moment(START + timedelta(days=day)), end=moment(START + timedelta(days=day, hours=2))
        )
        for day in range(3)
    ]
    shown = issuer.send("post", where, {"slots": evenings}).json()["slots"]
    assert [slot["name"] for slot in shown] == ["Evening 0", "Evening 1", "Evening 2"]
    assert len({code["check_code"] for slot in shown for code in slot["codes"]}) == 3
    wrong = issuer.send("post", where, {"slots": [*evenings, slot_words(end=moment(START))]})
    assert wrong.json()["errors"] == [{"pointer": "#/slots/3/end", "detail": "The end must be after the start."}]
    assert issuer.send("post", where, {"slots": []}).json()["errors"][0]["pointer"] == "#/slots"
    assert issuer.send("post", where, {"slots": evenings * 34}).status_code == 400
    assert Slot.objects.count() == 3


def test_slot_is_changed_and_removed(issuer, event):
    where = issuer.send("post", f"{WHERE}{event.uuid}/slots/", slot_words())["Location"].removeprefix("http://testserver")
    shown = issuer.send("patch", where, {"name": "", "end": moment(START + timedelta(hours=4))}).json()
    assert (shown["name"], shown["end"]) == ("", moment(START + timedelta(hours=4)))
    assert [code["edited_since"] for code in shown["codes"]] == [["end"], ["end"]]
    assert issuer.send("patch", where, {"end": moment(START)}).json()["errors"][0]["pointer"] == "#/end"
    answer = issuer.send("delete", where)
    assert (answer.status_code, answer.content) == (204, b"")
    assert issuer.send("get", where).status_code == 404
    assert EventCode.objects.current().count() == 0


def test_event_with_slots_still_covers_them(issuer, event):
    issuer.send("post", f"{WHERE}{event.uuid}/slots/", slot_words())
    answer = issuer.send("patch", f"{WHERE}{event.uuid}/", {"end": moment(event.start + timedelta(hours=1))})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/start")


def test_number_of_codes_of_an_event_is_limited(issuer, event, monkeypatch):
    monkeypatch.setattr("events.codes.MOST_CODES", 1)
    monkeypatch.setattr("events.api.MOST_CODES", 1)
    answer = issuer.send("post", f"{WHERE}{event.uuid}/slots/", slot_words())
    assert (answer.status_code, answer.json()["type"]) == (409, f"{PROBLEMS}too-many")
    assert answer.json()["detail"] == "An event has at most 1 codes in use. Make another event."
    assert Slot.objects.count() == 0


def test_codes_are_renewed_together(issuer, event):
    old = list(event.codes.all())
    where = f"{WHERE}{event.uuid}/codes/"
    answer = issuer.send("post", f"{where}{old[0].uuid}/renew/")
    assert (answer.status_code, [code["kind"] for code in answer.json()["codes"]]) == (201, ["asynchronous", "entrance"])
    assert issuer.send("post", f"{where}{old[1].uuid}/renew/").json()["type"] == f"{PROBLEMS}already-renewed"
    listed = issuer.send("get", where).json()["results"]
    assert sorted(row["replaced_at"] is None for row in listed) == [False, False, True, True]
    assert issuer.send("get", f"{where}{old[0].uuid}/code.png").json()["type"] == f"{PROBLEMS}replaced"


@pytest.mark.parametrize(
    ("name", "kind"), [("code.png", "image/png"), ("code.svg", "image/svg+xml"), ("poster.pdf", "application/pdf")]
)
def test_file_is_handed_out_and_noted(reader, event, name, kind):
    code = event.codes.get(kind="asynchronous")
    answer = reader.send("get", f"{WHERE}{event.uuid}/codes/{code.uuid}/{name}", accept=kind)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    act = AuditEvent.objects.filter(verb="printed").get()
    assert (act.subject_uuid, act.details) == (event.uuid, {"code": str(code.uuid), "file": name.rpartition(".")[2]})


def test_room_has_its_own_codes_in_each_slot(issuer, event):
    where = f"{WHERE}{event.uuid}/"
    issuer.send("post", f"{where}slots/", slot_words())
    shown = issuer.send("post", f"{where}rooms/", {"name": "Balcony", "tables": ["A1"]}).json()
    room = EventRoom.objects.get()
    assert (shown["codes"], shown["tables"]) == ([], ["A1"])
    (slot,) = issuer.send("get", f"{where}slots/").json()["results"]
    assert sorted((code["kind"], code["room"]) for code in slot["codes"] if code["room"]) == [
        ("asynchronous", str(room.uuid)),
        ("entrance", str(room.uuid)),
    ]
    assert issuer.send("patch", f"{where}rooms/{room.uuid}/", {"name": "Gallery"}).json()["name"] == "Gallery"
    assert issuer.send("delete", f"{where}rooms/{room.uuid}/").status_code == 204
    assert issuer.send("get", f"{where}rooms/").json()["results"] == []


@pytest.mark.parametrize("path", ["", "{event}/", "{event}/slots/", "{event}/codes/"])
def test_number_of_queries_is_the_same_for_any_number_of_rows(issuer, organisation, event, path):
    counts = []
    for _ in range(3):
        issuer.send("post", f"{WHERE}{event.uuid}/slots/", slot_words())
        coming_event(organisation)
        with CaptureQueriesContext(connection) as queries:
            issuer.send("get", WHERE + path.format(event=event.uuid))
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_a_seller_costs_few_queries(issuer, event, django_assert_max_num_queries):
    issuer.send("post", f"{WHERE}{event.uuid}/slots/", slot_words())
    with django_assert_max_num_queries(16):
        issuer.send("post", f"{WHERE}{event.uuid}/slots/", slot_words(), accept="image/png")


# --- Everybody tries everything -------------------------------------------------------------------------------------------------

# Name, address, method that works, its body, status for who may issue, for who may read.
ROUTES = [
    ("events", "", "get", None, 200, 200),
    ("events", "", "post", event_words(), 201, 403),
    ("event", "{event}/", "get", None, 200, 200),
    ("event", "{event}/", "patch", {}, 200, 403),
    ("archive", "{event}/archive/", "post", None, 200, 403),
    ("bring_back", "{event}/bring-back/", "post", None, 200, 403),
    ("slots", "{event}/slots/", "get", None, 200, 200),
    ("slots", "{event}/slots/", "post", slot_words(), 201, 403),
    ("batch", "{event}/slots/batch/", "post", {"slots": [slot_words()]}, 201, 403),
    ("slot", "{event}/slots/{slot}/", "get", None, 200, 200),
    ("slot", "{event}/slots/{slot}/", "patch", {}, 200, 403),
    ("slot", "{event}/slots/{slot}/", "delete", None, 204, 403),
    ("prints", "{event}/prints/", "post", {"output": "a5"}, 202, 202),
    ("rooms", "{event}/rooms/", "get", None, 200, 200),
    ("rooms", "{event}/rooms/", "post", {"name": "Terrace"}, 201, 403),
    ("room", "{event}/rooms/{room}/", "get", None, 200, 200),
    ("room", "{event}/rooms/{room}/", "patch", {}, 200, 403),
    ("room", "{event}/rooms/{room}/", "delete", None, 204, 403),
    ("codes", "{event}/codes/", "get", None, 200, 200),
    ("code", "{event}/codes/{code}/", "get", None, 200, 200),
    ("renew", "{event}/codes/{code}/renew/", "post", None, 201, 403),
    ("png", "{event}/codes/{code}/code.png", "get", None, 200, 200),
    ("svg", "{event}/codes/{code}/code.svg", "get", None, 200, 200),
    ("poster", "{event}/codes/{code}/poster.pdf", "get", None, 200, 200),
]
LADDER = pytest.mark.parametrize(("name", "path", "method", "body", "issuing", "reading"), ROUTES)


@pytest.fixture
def address(organisation, issuer, event):
    issuer.send("post", f"{WHERE}{event.uuid}/slots/", slot_words())
    slot = Slot.objects.get()
    (room,) = add_rooms(event=event, names=["Cellar"], independent=False, by=member(organisation), now=timezone.now())
    code = slot.codes.get(kind="entrance")
    uuids = {"event": event.uuid, "slot": slot.uuid, "code": code.uuid, "room": room.uuid}
    return lambda path: WHERE + path.format(**uuids)


def test_ladder_has_every_route():
    assert {name for name, *_ in ROUTES} == {pattern.name for pattern in urlpatterns}


@LADDER
def test_route_for_who_may_issue(address, organisation, name, path, method, body, issuing, reading):
    colleague = program(organisation, role=MemberRole.EDITOR)
    assert colleague.send(method, address(path), body).status_code == issuing


@LADDER
def test_route_for_who_may_read(address, reader, organisation, name, path, method, body, issuing, reading):
    member_who_reads = program(organisation, role=MemberRole.READER, scope=Scope.ISSUE)
    assert [caller.send(method, address(path), body).status_code for caller in (reader, member_who_reads)] == [reading] * 2


@LADDER
def test_route_for_a_stranger(address, name, path, method, body, issuing, reading):
    if "{event}" in path:
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
def test_route_to_what_does_not_exist(issuer, name, path, method, body, issuing, reading):
    nothing, malformed = ({"event": value, "slot": value, "code": value, "room": value} for value in (uuid.uuid4(), "7"))
    for uuids in (nothing, malformed):
        if "{event}" in path:
            answer = issuer.send(method, WHERE + path.format(**uuids), body)
            assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


def test_slot_and_code_of_another_event_are_not_found_under_this_one(address, issuer, organisation):
    other = coming_event(organisation)
    paths = [
        address(path).replace(address("{event}/").removeprefix(WHERE), f"{other.uuid}/")
        for path in ("{event}/slots/{slot}/", "{event}/codes/{code}/")
    ]
    assert [issuer.send("get", path).status_code for path in paths] == [404, 404]


def test_times_are_whole_seconds_in_utc():
    assert moment(datetime(2026, 6, 20, 15, tzinfo=UTC)) == "2026-06-20T15:00:00Z"

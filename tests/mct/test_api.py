"""Cases by program."""

from base64 import b64encode
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import TeamMembership
from clea_portal.api.enums import CaseScope
from clea_portal.api.tokens import make_token
from clea_portal.audit.models import AuditEvent
from mct import api
from mct.enums import CaseState, DeclarationState, Entry, Problem
from mct.intake import MAX_PICTURES
from mct.models import Case, Picture, TimelineEntry
from tests.clea_portal.api.calling import PROBLEM, Program
from tests.factories import (
    CaseFactory,
    CountryFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    VenueTypeFactory,
    declaration_of,
    linked_case,
    new_code,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/cases/"


def tool(user, scope=CaseScope.WRITE):
    _row, secret = make_token(by=user, organisation=None, name="Tool", scope=scope, lifetime=None, now=timezone.now())
    return Program(secret)


@pytest.fixture
def writer(agent):
    return tool(agent)


@pytest.fixture
def reader(agent):
    return tool(agent, CaseScope.READ)


def moment(**ago):
    return (timezone.now() - timedelta(**ago)).replace(microsecond=0)


def body(**changes):
    start, end = moment(hours=20), moment(hours=18)
    sent = {"exposure_start": start.isoformat(), "exposure_end": end.isoformat(), "infected_count": 2}
    return sent | {"reference": "2026-117", "notes": "Table 4"} | changes


def iso(at):
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def problem(answer):
    return answer.status_code, answer.json()["type"].rsplit("#")[-1]


def errors(answer):
    assert problem(answer) == (400, "invalid")
    return {error["pointer"]: error["detail"] for error in answer.json()["errors"]}


def test_list_holds_the_cases_of_the_person_s_regions_without_notes_and_codes(reader):
    old = CaseFactory(created_at=moment(days=2))
    new = linked_case(created_at=moment(days=1), reference="2026-117", notes="Table 4")
    CaseFactory(region=RegionFactory(number=69))
    answer = reader.send("get", URL)
    rows = answer.json()["results"]
    assert [row["uuid"] for row in rows] == [str(new.uuid), str(old.uuid)]
    assert rows[0] == {
        "uuid": str(new.uuid),
        "url": f"http://testserver{URL}{new.uuid}/",
        "reference": "2026-117",
        "country": "FR",
        "region": 38,
        "exposure_start": iso(new.exposure_start),
        "exposure_end": iso(new.exposure_end),
        "infected_count": 1,
        "venue_type": None,
        "state": "ready",
        "problem": "",
        "created_at": iso(new.created_at),
        "dossier": None,
        "place": None,
        "merged_into": None,
    }
    assert answer["Cache-Control"] == "private, no-store"


def test_list_comes_in_pages_by_cursor(reader):
    cases = [CaseFactory(created_at=moment(hours=hours)) for hours in range(5)]
    seen, url = [], f"{URL}?limit=2"
    while url:
        page = reader.send("get", url).json()
        seen += [row["uuid"] for row in page["results"]]
        url = page["next"]
    assert seen == [str(case.uuid) for case in cases]


def test_list_is_narrowed_by_state_country_and_region(agent, reader):
    other = RegionFactory(number=69)
    TeamMembershipFactory(user=agent, team=TeamFactory(region=other))
    here, there = CaseFactory(), CaseFactory(region=other, state=CaseState.CLOSED)
    for query, cases in (("state=closed", [there]), ("region=38", [here]), ("country=FR&region=69", [there]), ("country=BE", [])):
        assert [row["uuid"] for row in reader.send("get", f"{URL}?{query}").json()["results"]] == [str(c.uuid) for c in cases]
    assert errors(reader.send("get", f"{URL}?state=nonsense")).keys() == {"#/state"}


def test_case_has_codes_and_declarations_but_no_link(reader):
    case = linked_case(state=CaseState.PUBLISHED, notes="Table 4")
    declaration = declaration_of(case, state=DeclarationState.PUBLISHED, published_at=moment(hours=1))
    answer = reader.send("get", f"{URL}{case.uuid}/")
    shown = answer.json()
    assert (shown["notes"], shown["state"]) == ("Table 4", "published")
    assert shown["codes"] == [{"ltid": str(case.code.ltid), "check_code": case.code.check_code, "is_chosen": True}]
    assert shown["declarations"] == [
        {
            "uuid": str(declaration.uuid),
            "state": "published",
            "start": iso(declaration.start),
            "end": iso(declaration.end),
            "accepted_at": None,
            "published_at": iso(declaration.published_at),
        }
    ]
    assert case.code.deep_link.split("#")[1] not in answer.content.decode()


def test_reading_is_noted_as_on_the_pages(agent, reader):
    case = CaseFactory()
    reader.send("get", URL)
    reader.send("get", f"{URL}{case.uuid}/")
    token = str(agent.api_tokens.get().uuid)
    events = AuditEvent.objects.filter(kind="read").order_by("pk").values_list("actor", "verb", "subject_uuid", "details")
    assert list(events) == [
        (agent.pk, "listed_cases", agent.uuid, {"token": token, "cases": 1, "regions": {str(case.region_id): 1}}),
        (agent.pk, "opened", case.uuid, {"token": token}),
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_number_of_queries_does_not_grow_with_the_rows(reader, rows, django_assert_num_queries):
    for _ in range(rows):
        case = linked_case()
        declaration_of(case)
    reader.send("get", URL)
    with django_assert_num_queries(6):
        reader.send("get", URL)
    with django_assert_num_queries(9):
        reader.send("get", f"{URL}{case.uuid}/")


def test_case_is_registered_with_link_and_picture_and_read_in_the_background(agent, writer, woken):
    link, picture = new_code().deep_link, b"\xff\xd8 a picture"
    answer = writer.send("post", URL, body(links=[link], pictures=[b64encode(picture).decode()]))
    case = Case.objects.get()
    assert (answer.status_code, answer.json()["uuid"]) == (201, str(case.uuid))
    assert (case.reference, case.notes, case.infected_count, case.created_by) == ("2026-117", "Table 4", 2, agent)
    assert (case.region.number, case.state, case.codes.get().deep_link) == (38, CaseState.LINKING, link)
    assert Picture.objects.get().content == picture
    entries = TimelineEntry.objects.filter(actor=agent).values_list("entry", flat=True)
    assert {Entry.REGISTERED, Entry.LINK_ADDED, Entry.PICTURES_ADDED} <= set(entries)


def test_type_of_place_is_one_that_the_country_has(writer):
    VenueTypeFactory(number=7)
    VenueTypeFactory(number=9, retired=True)
    answer = writer.send("post", URL, body(venue_type=7))
    assert (answer.status_code, answer.json()["venue_type"], Case.objects.get().venue_type) == (201, 7, "7")
    for wrong in (8, 9):
        refused = errors(writer.send("post", URL, body(venue_type=wrong)))
        assert refused == {"#/venue_type": "This country has no such type of place. It has: 7."}


def test_case_without_code_stays_a_draft(writer):
    sent = {name: value for name, value in body().items() if name.startswith("exposure")}
    assert writer.send("post", URL, sent).status_code == 201
    case = Case.objects.get()
    assert (case.state, case.infected_count, case.reference, case.notes) == (CaseState.DRAFT, 1, "", "")


def test_same_call_with_its_key_makes_one_case(writer):
    sent, key = body(), str(uuid4())
    first, second = (writer.send("post", URL, sent, idempotency_key=key) for _ in range(2))
    assert (first.status_code, second.status_code, first.json() == second.json()) == (201, 201, True)
    assert (Case.objects.count(), second["Idempotency-Replayed"]) == (1, "true")
    assert problem(writer.send("post", URL, body(notes="Other"), idempotency_key=key)) == (422, "key-reused")


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"exposure_start": "2026-06-12 12:00"}, "#/exposure_start", "The offset from UTC is missing"),
        ({"exposure_start": None}, "#/exposure_start", "This field may not be null."),
        ({"exposure_start": "2030-06-12T12:00:00Z"}, "#/exposure_start", "This time is yet to come."),
        ({"exposure_end": "2030-06-12T12:00:00Z"}, "#/exposure_end", "This time is yet to come."),
        ({"exposure_end": "2020-06-12T12:00:00Z"}, "#/exposure_end", "The end must be after the start."),
        ({"exposure_start": "2020-06-12T12:00:00Z"}, "#/exposure_end", "more than 48 hours after the start"),
        (
            {"exposure_start": "2020-06-12T12:00:00Z", "exposure_end": "2020-06-12T13:00:00Z"},
            "#/exposure_end",
            "This is more than 14 days ago",
        ),
        ({"infected_count": 0}, "#/infected_count", "greater than or equal to 1"),
        ({"infected_count": 1000}, "#/infected_count", "less than or equal to 999"),
        ({"reference": "x" * 41}, "#/reference", "no more than 40 characters"),
        ({"notes": "x" * 5001}, "#/notes", "no more than 5000 characters"),
        ({"region": 69}, "#/region", "one of your regions, and the country where they are of several: FR 38"),
        ({"country": "BE"}, "#/region", "one of your regions"),
        ({"links": ["https://tac.gouv.fr?v=0#abc"]}, "#/links/0", "it is of another version of CLÉA"),
        ({"links": [new_code().deep_link] * 11}, "#/links", "no more than 10 elements"),
        ({"pictures": ["nothing!"]}, "#/pictures/0", "This is not base64"),
        ({"pictures": [""]}, "#/pictures/0", "This file is empty."),
        ({"pictures": [7]}, "#/pictures/0", "in base64"),
        ({"pictures": ["QQ=="] * (MAX_PICTURES + 1)}, "#/pictures", "no more than 10 elements"),
        ({"note": "x"}, "#/note", "There is no field of this name."),
    ],
)
def test_body_that_is_not_right_is_named_and_makes_nothing(writer, changes, pointer, words):
    found = errors(writer.send("post", URL, body(**changes)))
    assert list(found) == [pointer]
    assert words in found[pointer]
    assert Case.objects.count() == 0


def test_person_of_several_regions_says_which(agent, writer):
    belgium = CountryFactory(code="BE", prefix="https://be.example/#", host="be.example")
    other = RegionFactory(country=belgium, number=38)
    TeamMembershipFactory(user=agent, team=TeamFactory(region=other))
    assert "BE 38" in errors(writer.send("post", URL, body(region=38)))["#/region"]
    assert writer.send("post", URL, body(region=38, country="BE")).json()["country"] == "BE"
    assert Case.objects.get().region == other


def test_body_larger_than_pages_take_is_read_up_to_the_limit(writer, monkeypatch, woken):
    picture = b64encode(bytes(3_000_000)).decode()
    assert writer.send("post", URL, body(pictures=[picture])).status_code == 201
    monkeypatch.setattr(api.CaseView, "body_limit", 3_000_000)
    assert problem(writer.send("post", URL, body(pictures=[picture]))) == (413, "too-large")
    assert Case.objects.count() == 1


def test_picture_beyond_its_own_limit_is_named(writer, monkeypatch):
    monkeypatch.setattr("mct.api_fields.MAX_BYTES", 3000)
    answer = writer.send("post", URL, body(pictures=[b64encode(bytes(4000)).decode()]))
    assert "Send a photo of the code alone." in errors(answer)["#/pictures/0"]


@pytest.mark.parametrize("text", ["{", '{"exposure_start": ' + "[" * 100_000])
def test_body_that_is_no_json_is_refused(writer, text):
    answer = writer.post(URL, text, content_type="application/json")
    assert (problem(answer), answer["Content-Type"]) == ((400, "malformed"), PROBLEM)


# --- The ladder -------------------------------------------------------------------------------------------------------------


def test_reading_token_registers_nothing(reader):
    assert problem(reader.send("post", URL, body())) == (403, "read-only")
    assert Case.objects.count() == 0


@pytest.mark.parametrize("role", TeamRole)
def test_agents_and_leads_read_and_register(role):
    program = tool(TeamMembershipFactory(role=role).user)
    case = CaseFactory()
    found = [program.send("get", URL), program.send("get", f"{URL}{case.uuid}/"), program.send("post", URL, body())]
    assert [answer.status_code for answer in found] == [200, 200, 201]


def test_tracer_of_another_region_finds_nothing():
    case = CaseFactory()
    program = tool(TeamMembershipFactory(team=TeamFactory(region=RegionFactory(number=69))).user)
    assert program.send("get", URL).json()["results"] == []
    assert problem(program.send("get", f"{URL}{case.uuid}/")) == (404, "not-found")
    assert "#/region" in errors(program.send("post", URL, body(region=38)))
    assert AuditEvent.objects.filter(verb="opened").count() == 0


def test_region_that_the_person_left_is_gone_at_the_next_call(agent, reader):
    case = CaseFactory()
    assert reader.send("get", f"{URL}{case.uuid}/").status_code == 200
    TeamMembershipFactory(user=agent, team=TeamFactory(region=RegionFactory(number=69)))
    TeamMembership.objects.filter(user=agent, team__region=case.region).delete()
    assert reader.send("get", f"{URL}{case.uuid}/").status_code == 404


def test_nobody_without_token_and_no_browser_gets_in(agent, desk):
    case = CaseFactory()
    for client in (Client(), desk(agent)):
        for path in (URL, f"{URL}{case.uuid}/"):
            assert problem(client.get(path)) == (401, "not-authenticated")
        assert problem(client.post(URL, body(), content_type="application/json")) == (401, "not-authenticated")


def test_unknown_number_bad_number_and_wrong_method(writer):
    case = CaseFactory(state=CaseState.NEEDS_ATTENTION, problem=Problem.NO_CODE)
    assert problem(writer.send("get", f"{URL}{uuid4()}/")) == (404, "not-found")
    assert problem(writer.send("get", f"{URL}nonsense/")) == (404, "not-found")
    for method in ("post", "patch", "delete", "put"):
        assert problem(writer.send(method, f"{URL}{case.uuid}/", {})) == (405, "method-not-allowed")

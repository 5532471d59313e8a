import ast
import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from clea_portal import administration
from clea_portal.administration.changes import facts_of, record_change
from clea_portal.administration.log import entries, events_of
from clea_portal.administration.log_words import ACTS, ENDINGS, act_of
from clea_portal.administration.staff import lift_suspension, remove_administrator, reset_second_factor, suspend
from clea_portal.audit.models import AuditEvent, AuditKind, AuditSide
from clea_portal.audit.trail import record_read
from clea_portal.jobs import running
from clea_portal.jobs.models import Job
from clea_portal.jobs.results import stream
from tests.clea_portal.administration.scenes import colleague_of
from tests.factories import SK_CLIENT, AdministrationFactory, CountryFactory, TeamFactory, TeamMembershipFactory, private_key_hex
from tests.factories import RegionFactory as Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(country):
    return reverse("administration:log", args=[country.code])


@pytest.fixture
def browser(desk, administrator):
    return desk(administrator)


def told(country):
    return [
        (entry.title, entry.thing, entry.who, [(change.label, change.before, change.after) for change in entry.changes])
        for entry in entries(events_of(country).order_by("-pk"))
    ]


def change(country, by, verb="country_changed", **fields):
    before = facts_of(country)
    for name, value in fields.items():
        setattr(country, name, value)
    country.save()
    record_change(actor=by, verb=verb, on=country, before=before)


def test_change_reads_as_a_sentence_with_before_and_after(country, administrator):
    change(country, administrator, four_eyes=True, deployment=1, poster_header="Ministry")
    assert told(country) == [
        (
            "Changed",
            "Country France",
            administrator.email,
            [
                (
                    "Deployment",
                    "2: contact tracing team informed, off the critical path",
                    "1: contact tracing team at the centre",
                ),
                ("A second person approves every declaration", "no", "yes"),
                ("Line at the top of posters", "–", "Ministry"),
            ],
        )
    ]
    with translation.override("fr"):
        title, thing, _, changes = told(country)[0]
        assert (title, thing, changes[1][1:]) == ("Modification", "Pays France", ("non", "oui"))


def test_what_is_done_to_people_names_them_also_when_their_access_is_gone(country, administrator):
    member = TeamMembershipFactory(team__region__country=country, team__name="Cell")
    other = AdministrationFactory(country=country)
    suspend(member.user, country=country, by=administrator, now=timezone.now())
    lift_suspension(member.user, country=country, by=administrator, now=timezone.now())
    remove_administrator(other, by=administrator)
    reset_second_factor(member.user, by=administrator)
    assert [(title, thing) for title, thing, _who, _changes in told(country)] == [
        ("Second factor reset", f"User {member.user.email}"),
        ("Removed", f"Authority administrator {other.user.email}"),
        ("Suspension lifted", f"Team member {member.user.email}, Cell"),
        ("Suspended", f"Team member {member.user.email}, Cell"),
    ]
    member.user.team_memberships.all().delete()
    assert told(country)[3][1] == f"Team member {member.user.email}"


def test_new_thing_has_values_only_and_what_it_belongs_to_by_name(country, administrator):
    team = TeamFactory(region=Region(country=country, number=38, name="Isère"), name="Cell")
    record_change(actor=None, verb="team_added", on=team)
    ((title, thing, who, changes),) = told(country)
    assert (title, thing, who) == ("Added", "Team Cell", "a command, or somebody whose account is gone")
    assert ("Region", "–", "38 Isère") in changes
    team.delete()
    assert told(country)[0][1] == "Team"


def test_secrets_are_fingerprints(country, administrator):
    server = country.server
    before = facts_of(server)
    server.client_key = private_key_hex(SK_CLIENT).replace("3", "4")
    server.save()
    record_change(actor=administrator, verb="server_changed", on=server, before=before)
    ((_, _, _, changes),) = told(country)
    assert [(label, old[:19], new[:19]) for label, old, new in changes] == [
        ("Private key of the portal (ES256)", "secret, fingerprint", "secret, fingerprint")
    ]
    assert changes[0][1] != changes[0][2]


def test_line_of_a_later_version_is_shown_all_the_same(country):
    AuditEvent.objects.create(
        kind=AuditKind.ACT, verb="sky_painted", subject="sky.sky", country="FR", details={"pk": 1, "after": {"colour": "blue"}}
    )
    assert told(country) == [
        ("sky painted", "", "a command, or somebody whose account is gone", [("colour", "–", "blue")]),
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_takes_its_words(language):
    with translation.override(language):
        for verb in [*ACTS, *(f"x_{ending}" for ending in ENDINGS)]:
            assert act_of(verb, {"act": "export"})
            assert act_of(verb, {})


def test_log_shows_its_country_only_and_no_case(country, administrator, browser, url):
    change(country, administrator, hold_seconds=9)
    other = CountryFactory(code="BE", prefix="https://b.example#", host="b.example")
    change(other, administrator, hold_seconds=10)
    record_read(actor=administrator, verb="opened", on=country, side=AuditSide.AUTHORITY)
    assert [entry.event.country for entry in browser.get(url).context["entries"]] == ["FR"]


def test_filter_by_verb_person_and_day(country, administrator, browser, url):
    colleague = colleague_of(country)
    change(country, administrator, hold_seconds=1)
    change(country, colleague, verb="key_added", hold_seconds=2)
    today = timezone.localdate()
    found = {
        "verb=key_added": [colleague],
        f"person={administrator.uuid}": [administrator],
        f"since={today}": [colleague, administrator],
        f"until={today - timedelta(days=2)}": [],
        f"verb=key_added&person={administrator.uuid}": [],
    }
    for query, people in found.items():
        assert [entry.event.actor for entry in browser.get(f"{url}?{query}").context["entries"]] == people, query


def test_what_the_filter_does_not_know_is_said(country, administrator, browser, url):
    change(country, administrator, hold_seconds=1)
    for query in ("verb=x", "person=x", "since=yesterday", "since=2026-02-02&until=2026-02-01", "after=nonsense"):
        response = browser.get(f"{url}?{query}")
        assert (response.status_code, len(response.context["entries"])) == (200, 1)
        assert bool(response.context["form"].errors) is not query.startswith("after")


def test_pages_follow_one_another(country, administrator, browser, url, monkeypatch):
    monkeypatch.setattr("clea_portal.administration.views.log.PER_PAGE", 2)
    for seconds in range(1, 6):
        change(country, administrator, hold_seconds=seconds)
    seen, address = [], url
    while True:
        response = browser.get(address)
        seen += [entry.event.details["after"]["hold_seconds"] for entry in response.context["entries"]]
        if not (onward := response.context["page"].next):
            break
        address = f"{url}?after={onward}"
    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("number", [1, 3])
def test_page_asks_as_much_for_one_line_as_for_many(country, browser, url, number, django_assert_num_queries):
    for count in range(number):
        person = AdministrationFactory(country=country).user
        record_change(actor=person, verb="team_added", on=TeamFactory(region=Region(country=country, number=count)))
    browser.get(url)
    with django_assert_num_queries(13):
        assert len(browser.get(url).context["entries"]) == number


def exported(browser, url, format_):
    response = browser.post(url.replace("log/", "log/export/"), {"format": format_})
    job = Job.objects.latest("pk")
    assert response.headers["Location"] == reverse("jobs:detail", args=[job.uuid])
    running.run(job.pk)
    job.refresh_from_db()
    return job, b"".join(stream(job)).decode() if job.state == "done" else ""


def test_export_as_json_lines_and_csv(country, administrator, browser, url):
    change(country, administrator, poster_header="=1+1")
    job, text = exported(browser, url, "jsonl")
    (line,) = (json.loads(line) for line in text.splitlines())
    event = AuditEvent.objects.order_by("pk").first()
    assert (line["uuid"], line["verb"], line["actor"], line["details"]) == (
        str(event.uuid),
        "country_changed",
        administrator.email,
        event.details,
    )
    noted = AuditEvent.objects.latest("pk")
    assert (noted.verb, noted.kind, noted.country, noted.details["lines"]) == ("log_exported", "read", "FR", 1)
    job, text = exported(browser, url, "csv")
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))
    assert [row[4:8] for row in rows[1:]] == [
        ["Log exported", "Country France", "", ""],
        ["Changed", "Country France", "Line at the top of posters: –", "Line at the top of posters: =1+1"],
    ]
    assert job.file_name.endswith(".csv")


def test_export_of_who_no_longer_administers_is_refused(country, administrator, browser, url):
    browser.post(url.replace("log/", "log/export/"), {"format": "csv"})
    administrator.administrations.all().delete()
    job = Job.objects.get()
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.reason) == ("refused", "You no longer administer this country.")


def test_export_with_a_filter_that_is_wrong_leads_back(browser, url):
    response = browser.post(url.replace("log/", "log/export/") + "?since=x", {"format": "csv"})
    assert (response.headers["Location"], Job.objects.count()) == (url, 0)


def written_verbs():
    """The verbs that modules of administration note, where they are written out."""
    folder = Path(administration.__file__).parent
    for module in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("record_change", "note_act", "record_act"):
                yield from (
                    word.value.value for word in node.keywords if word.arg == "verb" and isinstance(word.value, ast.Constant)
                )


def test_every_verb_of_administrators_has_words():
    verbs = set(written_verbs())
    assert {"country_added", "sessions_ended", "key_added"} <= verbs
    assert {verb for verb in verbs if act_of(verb, {}) == verb.replace("_", " ")} == set()


def test_what_is_done_to_a_person_stands_in_the_log_of_the_country(country, administrator):
    agent = TeamMembershipFactory(team=TeamFactory(region__country=country)).user
    reset_second_factor(agent, by=administrator)
    assert list(AuditEvent.objects.filter(country="FR").values_list("verb", "actor")) == [
        ("second_factor_reset", administrator.pk)
    ]

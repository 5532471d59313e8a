"""Prints and bundles by program."""

import json
import uuid
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.utils import timezone
from pypdf import PdfReader

from clea_portal.accounts.enums import MemberRole
from clea_portal.authorities.models import Country
from clea_portal.jobs import running
from clea_portal.jobs.models import Job
from tests.clea_portal.api.calling import PROBLEM, Program, program
from tests.events.making import coming_event
from tests.factories import MembershipFactory
from tests.members import member, organisation_with_choices
from tests.venues.making import opened_venue
from venues.codes import renew_code
from venues.models import Venue

DOCS = "http://localhost:8000/api/docs/#"


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch):
    monkeypatch.setattr("clea_portal.jobs.running.app.send_task", lambda *_args, **_more: None)


def order(caller, place, **words):
    kind = "venues" if isinstance(place, Venue) else "events"
    return caller.send("post", f"/api/v1/{kind}/{place.uuid}/prints/", {"output": "a5"} | words)


def path(url):
    return url.removeprefix("http://testserver")


def test_prints_are_ordered_watched_and_fetched(reader, organisation):
    answer = order(reader, opened_venue(organisation), languages=["fr", "en"])
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (202, f"http://testserver/api/v1/jobs/{job.uuid}/")
    shown = answer.json()
    assert (shown["state"], shown["file"], shown["size"]) == ("waiting", None, None)
    early = reader.send("get", f"/api/v1/jobs/{job.uuid}/file/")
    assert (early.status_code, early.json()["type"], early["Content-Type"]) == (409, f"{DOCS}not-ready", PROBLEM)
    running.run(job.pk)
    done = reader.send("get", path(answer["Location"])).json()
    assert (done["state"], done["file"]) == ("done", f"http://testserver/api/v1/jobs/{job.uuid}/file/")
    file = reader.send("get", path(done["file"]))
    content = b"".join(file.streaming_content)
    assert (file["Content-Type"], len(content), len(PdfReader(BytesIO(content)).pages)) == ("application/pdf", done["size"], 1)


def test_languages_that_the_country_does_not_offer_are_refused_and_those_it_offers_named(issuer, organisation):
    Country.objects.update(languages=["de", "fr"])
    venue = opened_venue(organisation)
    answer = order(issuer, venue, languages=["fr", "es"])
    assert (answer.status_code, Job.objects.count()) == (400, 0)
    assert answer.json()["errors"] == [
        {
            "pointer": "#/languages",
            "detail": "Posters of France are not made in Spanish (es). Choose one of these: German (de), French (fr).",
        }
    ]
    assert order(issuer, venue, languages=["fr"]).status_code == 202
    # Without a wish, it is the language of the request where the country offers it, else the country's first.
    assert order(issuer, venue).status_code == 202
    assert [json.loads(job.arguments)["options"]["languages"] for job in Job.objects.order_by("pk")] == [["fr"], ["de"]]


def test_bundle_of_an_event(issuer, organisation):
    order(issuer, coming_event(organisation), output="bundle_zip")
    job = Job.objects.get()
    running.run(job.pk)
    content = b"".join(issuer.send("get", f"/api/v1/jobs/{job.uuid}/file/").streaming_content)
    assert ZipFile(BytesIO(content)).testzip() is None


@pytest.mark.parametrize(
    ("words", "pointer"),
    [
        ({"output": "a0"}, "#/output"),
        ({"languages": []}, "#/languages"),
        ({"languages": ["fr", "fr"]}, "#/languages"),
        ({"languages": ["fr", "en", "de"]}, "#/languages"),
        ({"languages": ["xx"]}, "#/languages/0"),
        ({"copies_for": "everybody"}, "#/copies_for"),
        ({"colour": "red"}, "#/colour"),
    ],
)
def test_order_that_is_not_right_makes_no_job(issuer, organisation, words, pointer):
    answer = order(issuer, opened_venue(organisation), **words)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"], Job.objects.count()) == (400, pointer, 0)


def test_archived_place_is_not_printed(issuer, organisation):
    venue = opened_venue(organisation)
    Venue.objects.update(archived_at=timezone.now())
    assert order(issuer, venue).json()["type"] == f"{DOCS}archived"


def test_number_of_jobs_under_way_is_limited(issuer, organisation):
    answers = [order(issuer, opened_venue(organisation)) for _ in range(running.AT_ONCE + 1)]
    assert [answer.status_code for answer in answers] == [202] * running.AT_ONCE + [409]
    assert answers[-1].json()["type"] == f"{DOCS}too-many"


def test_more_than_a_file_takes_is_not_ordered(issuer, organisation, monkeypatch):
    monkeypatch.setattr("clea_portal.codes.printing.planning.MOST_PAGES", 0)
    answer = order(issuer, opened_venue(organisation))
    assert (answer.status_code, answer.json()["type"], Job.objects.count()) == (409, f"{DOCS}too-many", 0)


def test_file_overtaken_by_a_renewal_is_not_handed_out(issuer, organisation):
    venue = opened_venue(organisation)
    order(issuer, venue)
    job = Job.objects.get()
    running.run(job.pk)
    renew_code(venue.codes.get(), by=member(organisation), now=timezone.now())
    answer = issuer.send("get", f"/api/v1/jobs/{job.uuid}/file/")
    assert (answer.status_code, answer.json()["type"]) == (409, f"{DOCS}replaced")


def test_job_is_cancelled_and_its_file_deleted(issuer, organisation):
    where = path(order(issuer, opened_venue(organisation))["Location"])
    assert issuer.send("delete", where).status_code == 204
    assert issuer.send("get", where).json()["state"] == "cancelled"
    assert issuer.send("delete", where).status_code == 204
    assert issuer.send("get", where).status_code == 404


def test_ladder(issuer, organisation):
    where = path(order(issuer, opened_venue(organisation))["Location"])
    owner = Job.objects.get().owner
    elsewhere = MembershipFactory(user=owner, organisation=organisation_with_choices()).organisation
    strangers = [
        program(organisation, role=MemberRole.OWNER),
        program(elsewhere, user=owner),
        program(organisation_with_choices()),
    ]
    for url, methods in ((where, ("get", "delete")), (f"{where}file/", ("get",))):
        for method in methods:
            assert [caller.send(method, url).status_code for caller in strangers] == [404] * 3
            assert Program().send(method, url).status_code == 401
        assert issuer.send("post", url).status_code == 405
        for nothing in (uuid.uuid4(), "7"):
            assert issuer.send("get", url.replace(where.split("/")[-2], str(nothing))).status_code == 404

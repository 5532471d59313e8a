import json
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import User
from clea_portal.accounts.own_data import export
from clea_portal.audit.models import AuditEvent
from clea_portal.jobs.models import Job
from tests.events.making import coming_event
from tests.factories import PASSWORD, UserFactory
from tests.members import member, organisation_with_choices
from tests.opening import links_in
from tests.venues.making import NOW, opened_venue
from venues.codes import renew_code

pytestmark = pytest.mark.django_db


def downloaded(user: User) -> tuple[dict[str, bytes], list[tuple[int, int]]]:
    """The files of the archive, and what was said of the progress."""
    steps = []
    result = export({}, by=user, report=lambda done, total: steps.append((done, total)))
    with result.file, zipfile.ZipFile(result.file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}, steps


@pytest.fixture
def venue():
    return opened_venue()


def test_archive_holds_everything_in_json_and_current_codes_as_pictures(venue):
    organisation = venue.organisation
    user = organisation.memberships.get().user
    old = venue.codes.get()
    new = renew_code(old, by=user, now=NOW)
    event = coming_event(organisation)
    files, steps = downloaded(user)
    code_of_event = event.codes.first().check_code
    assert sorted(files) == sorted(
        [
            "READ-ME.txt",
            "account.json",
            "organisation-1/organisation.json",
            "organisation-1/venues.json",
            "organisation-1/events.json",
            *(f"organisation-1/venues/{new.check_code}.{kind}" for kind in ("png", "svg")),
            *(
                f"organisation-1/events/{code_of_event}-{name}.{kind}"
                for name in ("entrance", "asynchronous")
                for kind in ("png", "svg")
            ),
        ]
    )
    (row,) = json.loads(files["organisation-1/venues.json"])
    assert (row["name"], row["phone"], row["pin"]) == (venue.name, venue.phone, venue.pin)
    assert {(code["link"], code["check_code"], code["replaced"] is None) for code in row["codes"]} == {
        (old.deep_link, old.check_code, False),
        (new.deep_link, new.check_code, True),
    }
    (row,) = json.loads(files["organisation-1/events.json"])
    assert {code["link"] for code in row["codes"]} == set(event.codes.all().values_list("deep_link", flat=True))
    assert links_in(files[f"organisation-1/venues/{new.check_code}.png"], kind="png") == (new.deep_link,)
    assert steps == [(done, len(steps)) for done in range(1, len(steps) + 1)]


def test_archive_holds_no_location_secret(venue):
    files, _ = downloaded(venue.organisation.memberships.get().user)
    secret = venue.secrets.get().sk_l.encode()
    assert not [name for name, content in files.items() if secret in content]


def test_account_tells_who_the_person_is_and_what_they_did(venue):
    user = venue.organisation.memberships.get().user
    files, _ = downloaded(user)
    account = json.loads(files["account.json"])
    assert (account["email"], account["addresses"]) == (user.email, [{"email": user.email, "verified": True, "primary": True}])
    assert [event["verb"] for event in account["activity"]] == ["created", "issued"]
    organisation = json.loads(files["organisation-1/organisation.json"])
    assert (organisation["name"], organisation["my_role"]) == (venue.organisation.name, "owner")
    assert [row["email"] for row in organisation["members"]] == [user.email]


def test_reader_gets_what_a_reader_sees(venue):
    reader = member(venue.organisation, MemberRole.READER)
    files, _ = downloaded(reader)
    (row,) = json.loads(files["organisation-1/venues.json"])
    assert "phone" not in row
    assert "pin" not in row


def test_nobody_gets_what_belongs_to_others(venue):
    other = organisation_with_choices()
    files, _ = downloaded(member(other))
    assert json.loads(files["organisation-1/venues.json"]) == []
    assert not [name for name, content in files.items() if venue.name.encode() in content]


def test_person_without_organisation_gets_their_account():
    files, steps = downloaded(UserFactory())
    assert sorted(files) == ["READ-ME.txt", "account.json"]
    assert steps == [(1, 1)]


def test_download_is_in_the_trail_of_every_organisation(venue):
    user = venue.organisation.memberships.get().user
    downloaded(user)
    events = AuditEvent.objects.filter(verb="data_downloaded").values_list("kind", "actor", "subject_uuid", "organisation")
    assert list(events) == [("read", user.pk, venue.organisation.uuid, venue.organisation.pk)]


@pytest.mark.parametrize("number", [1, 3])
def test_archive_asks_as_much_for_one_venue_as_for_three(number, django_assert_num_queries):
    organisation = organisation_with_choices()
    for _ in range(number):
        opened_venue(organisation)
    user = organisation.memberships.first().user
    with django_assert_num_queries(22):
        downloaded(user)


def test_order_is_a_job_whose_page_opens(venue, sign_in):
    user = venue.organisation.memberships.get().user
    browser = sign_in(user)
    response = browser.post(reverse("download_own_data"))
    job = Job.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, reverse("jobs:detail", args=[job.uuid]))
    assert (job.kind, job.owner, job.title, job.back_to) == ("accounts.own_data", user, "My data", "/account/data/")
    browser.post(reverse("download_own_data"))
    assert Job.objects.count() == 1


def test_order_waits_for_the_password_and_is_then_carried_out(venue):
    user = venue.organisation.memberships.get().user
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    first = browser.post(reverse("download_own_data"))
    response = browser.post(first.headers["Location"], {"password": PASSWORD})
    assert response.status_code == 302
    assert Job.objects.get().owner == user

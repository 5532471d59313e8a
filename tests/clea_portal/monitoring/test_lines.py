from collections import namedtuple
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation

from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country, TracingKey
from clea_portal.jobs.models import Job
from clea_portal.monitoring import machine, signs
from clea_portal.monitoring.lines import Light, groups, severity, spoken, worst
from clea_portal.monitoring.starting import note_start
from mct.enums import DeclarationState, PictureState
from mct.server_health import calls_of, list_of, publications_of
from tests.factories import (
    AdministrationFactory,
    CaseFactory,
    ContactMessageFactory,
    DeclarationFactory,
    PictureFactory,
    UserFactory,
    ready_country,
)

pytestmark = pytest.mark.django_db
D = DeclarationState


@pytest.fixture
def now():
    return timezone.now()


def lines(now):
    return {line.key: line for group in groups(now=now) for line in group.lines}


def measures(line):
    return {(measure.name, *measure.labels.values()): measure.value for measure in line.measures}


def alive(now):
    for name in ("scheduler", "worker:celery", "worker:jobs", "purge", "mail"):
        signs.seen(name, now=now)


def test_all_is_well(now, settings, monkeypatch):
    settings.EMAIL_HOST = "mail.example.org"
    space = namedtuple("space", "total used free")(10**12, 0, 9 * 10**11)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: space)
    ready_country()
    alive(now)
    found = lines(now)
    assert {key: line.says for key, line in found.items() if line.light != Light.GREEN} == {}
    assert worst(found.values()) == Light.GREEN
    assert {line.advice for line in found.values()} == {""}


@pytest.mark.parametrize(
    ("key", "minutes", "light"),
    [
        *[("scheduler", 2, "green"), ("scheduler", 4, "amber"), ("scheduler", 7, "red")],
        *[("worker:celery", 2, "green"), ("worker:celery", 4, "amber"), ("worker:celery", 7, "red")],
        *[("worker:jobs", 4, "green"), ("worker:jobs", 7, "amber"), ("worker:jobs", 51, "red")],
        *[("purge", 60, "green"), ("purge", 180, "amber"), ("purge", 1500, "red")],
    ],
)
def test_process_that_was_not_seen_for_long(now, key, minutes, light):
    signs.seen(key, now=now - timedelta(minutes=minutes))
    line = lines(now)[key]
    assert (line.light, bool(line.advice)) == (light, light != "green")


def test_process_that_was_never_seen(now):
    found = lines(now)
    assert [found[key].light for key in ("scheduler", "worker:celery", "worker:jobs", "purge")] == ["red"] * 3 + ["amber"]


@pytest.fixture
def started():
    yield note_start
    note_start(None)


def test_what_is_not_due_yet_after_a_start_is_no_alarm(now, settings, started):
    keys = ("scheduler", "worker:celery", "worker:jobs", "purge")

    def lights(at):
        found = lines(at)
        return [str(found[key].light) for key in keys]

    started(now - timedelta(seconds=20))
    assert lights(now) == ["starting"] * 4
    found = lines(now)
    assert {found[key].advice for key in keys} == {""}
    assert {severity(found[key].light) for key in keys} == {0}
    assert worst(found[key] for key in keys) == Light.STARTING
    # Signs from before the start say nothing of what has been started with it.
    for key in keys:
        signs.seen(key, now=now - timedelta(days=2))
    assert lights(now) == ["starting"] * 4
    assert lights(now + timedelta(minutes=3)) == ["red", "red", "starting", "starting"]
    assert lights(now + timedelta(hours=2)) == ["red"] * 4
    signs.seen("scheduler", now=now)
    assert lights(now) == ["green", "starting", "starting", "starting"]
    # What was seen since the start, and is gone again, is missing.
    assert lights(now + timedelta(minutes=4))[0] == "amber"


def test_mail(now, settings):
    assert lines(now)["mail"].light == "amber"
    settings.EMAIL_HOST = "mail.example.org"
    assert lines(now)["mail"].says == "No message has gone out yet."
    signs.failed("mail", detail="SMTPServerDisconnected", now=now - timedelta(minutes=3))
    line = lines(now)["mail"]
    assert (line.light, line.says) == ("red", "The last message did not go out, 3 minutes ago (SMTPServerDisconnected).")


@pytest.mark.parametrize(("seconds", "light"), [(60, "green"), (180, "amber"), (1000, "red")])
@pytest.mark.parametrize("state", [D.HELD, D.READY, D.SENDING])
def test_declarations_that_wait(now, state, seconds, light):
    DeclarationFactory(state=state, hold_until=now - timedelta(seconds=seconds))
    DeclarationFactory(state=D.HELD, hold_until=now + timedelta(hours=1))
    line = lines(now)["declarations"]
    assert (line.light, measures(line)[("clea_declarations_oldest_seconds",)]) == (light, seconds)
    assert measures(line)[("clea_declarations_waiting", state.value)] == (2 if state == D.HELD else 1)


def test_withdrawals_pictures_cases_messages_and_jobs_that_wait(now):
    old = now - timedelta(minutes=20)
    DeclarationFactory(state=D.WITHDRAWING, withdrawal_ordered_at=old)
    PictureFactory(state=PictureState.READING, created_at=old)
    CaseFactory(state="linking", state_changed_at=old)
    ContactMessageFactory(state="waiting", received_at=old)
    ContactMessageFactory(state="unreadable", received_at=old)
    DeclarationFactory(state=D.UNKNOWN)
    job = Job.objects.create(owner=UserFactory(), kind="x", arguments="{}", title="t", language="en", created_at=old)
    found = lines(now)
    late = ("withdrawals", "pictures", "contact_messages")
    assert [(found[key].light, found[key].says) for key in late] == [("red", "1 waits, for 20 minutes.")] * 3
    assert (found["linking"].light, "for 20 minutes." in found["linking"].says) == ("red", True)
    assert (found["jobs"].light, measures(found["jobs"])[("clea_jobs_waiting",)]) == ("amber", 1)
    assert [(found[key].light, found[key].says) for key in ("unknown", "unreadable_messages")] == [
        ("amber", "1 waits for a decision."),
        ("amber", "No key opens 1 message."),
    ]
    Job.objects.filter(pk=job.pk).update(created_at=now - timedelta(hours=1))
    assert lines(now)["jobs"].light == "red"


def test_server_that_fails(now):
    server = ready_country().server
    assert lines(now)["server_FR"].says == "Not called yet."
    signs.seen(calls_of(server.pk), now=now - timedelta(hours=1))
    assert (lines(now)["server_FR"].light, lines(now)["server_FR"].says) == ("green", "Answered the last call, 1 hour ago.")
    signs.failed(calls_of(server.pk), detail="timeout", now=now - timedelta(minutes=2))
    line = lines(now)["server_FR"]
    assert (line.light, line.says) == ("red", "The last call failed, 2 minutes ago (timeout).")
    assert lines(now + timedelta(hours=2))["server_FR"].light == "amber"


def test_list_that_shows_nothing_new(now):
    server = ready_country().server
    signs.seen(publications_of(server.pk), now=now - timedelta(days=2))
    DeclarationFactory(server=server, state=D.ACCEPTED, accepted_at=now - timedelta(hours=2))
    line = lines(now)["list_FR"]
    assert (line.light, line.says) == (
        "amber",
        "The last publication was seen 2 days ago. The server took a declaration 2 hours ago that its list does not show.",
    )
    assert measures(line)[("clea_unpublished_oldest_seconds", "FR")] == 7200
    assert lines(now + timedelta(hours=5))["list_FR"].light == "red"
    signs.failed(list_of(server.pk), detail="not_found", now=now)
    assert "The list cannot be read (not_found)." in lines(now)["list_FR"].says


def test_country_without_its_keys(now):
    ready_country()
    TracingKey.objects.all().delete()
    line = lines(now)["keys_FR"]
    assert (line.light, line.says) == ("red", "Missing: key pair of contact tracing.")
    Country.objects.update(deployment=Deployment.NONE)
    assert lines(now)["keys_FR"].light == "green"


@pytest.mark.parametrize(("free", "light"), [(500, "green"), (100, "amber"), (10, "red")])
def test_disk(now, monkeypatch, free, light):
    space = namedtuple("space", "total used free")(1000 * 10**9, 0, free * 10**9)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: space)
    line = lines(now)["disk_data"]
    assert (line.light, line.says) == (light, f"{free}.0 of 1000.0 GB free.")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 seconds"), (59, "59 seconds"), (60, "1 minute"), (7300, "2 hours"), (90_000, "1 day")]
)
def test_length_of_time_in_words(seconds, words):
    assert spoken(timedelta(seconds=seconds)) == words


def test_every_line_is_said_in_french_too(now):
    ready_country()
    said = []
    for language in ("fr", "en"):
        with translation.override(language):
            said.append({key: str(line.label) for key, line in lines(now).items()})
    french, english = said
    assert {key for key, label in english.items() if label == french[key]} == {"version"}


@pytest.mark.parametrize("rows", [1, 3])
def test_page_and_metrics_ask_as_often_whatever_the_tables_hold(desk, client, settings, django_assert_num_queries, rows):
    settings.METRICS_TOKEN = "a" * 32
    country = ready_country()
    now = timezone.now()
    for _ in range(rows):
        DeclarationFactory(server=country.server, state=D.ACCEPTED, accepted_at=now)
        DeclarationFactory(server=country.server, state=D.READY)
        PictureFactory(state=PictureState.READING)
        ContactMessageFactory(state="waiting")
    browser = desk(AdministrationFactory(country=country).user)
    browser.get(reverse("administration:health"))
    with django_assert_num_queries(20):
        browser.get(reverse("administration:health"))
    with django_assert_num_queries(14):
        client.get(reverse("metrics"), headers={"authorization": f"Bearer {'a' * 32}"})


def test_page_says_what_to_do_and_sends_a_test_message_to_who_asks(desk, settings):
    settings.EMAIL_HOST = "mail.example.org"
    person = AdministrationFactory(country=ready_country()).user
    browser = desk(person)
    page = browser.get(reverse("administration:health"))
    assert page.context["light"] == "red"
    assert "Start the scheduler: celery beat." in page.content.decode()
    for _ in range(6):
        answer = browser.post(reverse("administration:test_mail"), follow=True)
    assert ([message.to for message in mail.outbox], mail.outbox[0].subject) == ([[person.email]] * 5, "[CLÉA] Message d’essai")
    assert [str(message) for message in answer.context["messages"]] == ["5 test messages an hour at most. Try again later."]

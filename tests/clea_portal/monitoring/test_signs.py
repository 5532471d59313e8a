from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends import smtp

from clea_portal import tasks
from clea_portal.celery import app
from clea_portal.monitoring import signs
from clea_portal.monitoring.models import Sign
from clea_portal.monitoring.tasks import beat

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 12, 12, tzinfo=UTC)


def row(name="x"):
    return Sign.objects.filter(name=name).values_list("seen_at", "failed_at", "detail").get()


def test_what_works_is_noted_at_most_every_half_minute(django_assert_num_queries):
    signs.seen("x", now=NOW)
    signs.seen("x", now=NOW + timedelta(seconds=29))
    assert row() == (NOW, None, "")
    signs.seen("x", now=NOW + timedelta(seconds=30))
    assert row() == (NOW + timedelta(seconds=30), None, "")


def test_failure_is_noted_and_over_when_it_works_again():
    signs.seen("x", now=NOW)
    signs.failed("x", detail="timeout", now=NOW + timedelta(seconds=1))
    assert (row(), Sign.objects.get().is_failing) == ((NOW, NOW + timedelta(seconds=1), "timeout"), True)
    signs.seen("x", now=NOW + timedelta(seconds=2))
    assert (row()[0], Sign.objects.get().is_failing) == (NOW + timedelta(seconds=2), False)


def test_what_failed_first_is_failing():
    signs.failed("x", detail="d" * 100, now=NOW)
    assert (row(), Sign.objects.get().is_failing) == ((None, NOW, "d" * 60), True)


def test_worker_and_scheduler_give_a_sign():
    beat("jobs")
    assert list(Sign.objects.values_list("name", flat=True)) == ["worker:jobs"]
    beat.apply_async(args=["celery"])
    assert list(Sign.objects.values_list("name", flat=True)) == ["scheduler", "worker:jobs"]


def test_every_queue_is_asked_every_minute(settings):
    beats = [entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] == "clea_portal.monitoring.beat"]
    assert [(entry["args"], entry["options"]["queue"], entry["schedule"]) for entry in beats] == [
        (["celery"], "celery", 60),
        (["jobs"], "jobs", 60),
    ]
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_purge_gives_a_sign():
    tasks.purge()
    assert Sign.objects.get(name="purge").seen_at is not None


def test_mail_that_goes_out_and_mail_that_does_not(settings, monkeypatch, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "clea_portal.monitoring.mail.NotingBackend"
    monkeypatch.setattr(smtp.EmailBackend, "send_messages", lambda self, messages: len(messages))
    with django_capture_on_commit_callbacks(execute=True):
        mail.send_mail("s", "b", None, ["somebody@example.org"])
    assert not Sign.objects.get(name="mail").is_failing

    def refuse(self, messages):
        raise ConnectionRefusedError("somebody@example.org")

    monkeypatch.setattr(smtp.EmailBackend, "send_messages", refuse)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ConnectionRefusedError):
        mail.send_mail("s", "b", None, ["somebody@example.org"])
    sign = Sign.objects.get(name="mail")
    assert (sign.is_failing, sign.detail) == (True, "ConnectionRefusedError")

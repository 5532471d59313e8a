import contextlib
import io
import json
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.utils import timezone, translation

from clea_portal.jobs import results, running
from clea_portal.jobs.enums import JOB_MOVES, JobState
from clea_portal.jobs.models import Chunk, Job
from clea_portal.jobs.moves import IllegalMove, SomeoneWasFaster, move_job
from clea_portal.jobs.results import Result, stream
from clea_portal.jobs.retention import purge
from tests.clea_portal.jobs import handlers
from tests.clea_portal.jobs.making import done_job, order
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def again(job):
    return Job.objects.get(pk=job.pk)


def later(job, **ago):
    """As if this much time had gone by since the job was last touched."""
    moment = timezone.now() - timedelta(**ago)
    Job.objects.filter(pk=job.pk).update(leased_until=moment, woken_at=moment)


def behave(monkeypatch, function):
    """Have the handler of copies do this."""
    monkeypatch.setattr(handlers, "copy", function)


def file(content=b"content", **words):
    return Result(**({"file": content, "name": "a.txt", "content_type": "text/plain"} | words))


class TestOrdering:
    def test_is_a_row_first_and_wakes_a_worker_after_commit(self, owner, woken, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            job = order(owner, back_to="/venues/")
            assert woken == []
        assert woken == [(running.RUN, job.pk)]
        kept = again(job)
        assert (kept.state, kept.owner, kept.title, json.loads(kept.arguments), kept.back_to, kept.language, kept.attempts) == (
            "waiting", owner, "My posters", {"content": "twelve"}, "/venues/", "en", 0,
        )  # fmt: skip

    def test_keeps_nothing_readable_in_columns(self, owner):
        job = done_job(owner)
        with connection.cursor() as cursor:
            columns = []
            for table in ("jobs_job", "jobs_chunk"):
                cursor.execute(f"SELECT * FROM {table}")
                columns += [bytes(value) if isinstance(value, memoryview) else value for row in cursor for value in row]
        text = " ".join(map(str, columns))
        assert (job.state, [secret for secret in ("twelve", "My posters", "A copy") if secret in text]) == ("done", [])

    def test_does_not_fail_when_the_broker_is_down(self, owner, monkeypatch, django_capture_on_commit_callbacks):
        def fail(*args, **kwargs):
            raise OSError

        monkeypatch.setattr("clea_portal.jobs.running.app.send_task", fail)
        with django_capture_on_commit_callbacks(execute=True):
            job = order(owner)
        assert again(job).state == "waiting"

    def test_takes_three_at_once_and_names_the_number(self, owner):
        jobs = [order(owner) for _ in range(3)]
        with pytest.raises(running.TooManyJobs):
            order(owner)
        assert "You have 3 downloads under way" in running.too_many_message()
        running.run(jobs[0].pk)
        order(owner)
        order(UserFactory())
        assert Job.objects.under_way().count() == 4

    def test_gives_the_same_job_for_the_same_key_while_it_is_under_way(self, owner):
        job = order(owner, key="k")
        assert order(owner, key="k") == job
        assert order(UserFactory(), key="k") != job
        running.run(job.pk)
        assert order(owner, key="k") != job

    def test_takes_no_unknown_kind(self, owner):
        with pytest.raises(KeyError):
            order(owner, kind="unknown")


class TestRunning:
    def test_does_the_work_once(self, owner):
        handlers.CALLS.clear()
        job = order(owner)
        running.run(job.pk)
        running.run(job.pk)
        job = again(job)
        assert [({"content": "twelve"}, owner)] == handlers.CALLS
        assert (job.state, job.attempts, job.done, job.total, job.size, job.file_name, job.content_type) == (
            "done", 1, 2, 2, 6, "A copy.txt", "text/plain",
        )  # fmt: skip
        assert b"".join(stream(job)) == b"twelve"
        assert timedelta(hours=23, minutes=59) < job.expires_at - timezone.now() <= timedelta(hours=24)

    def test_says_why_it_refuses_in_the_language_of_the_person(self, owner):
        with translation.override("fr"):
            job = order(owner, "refuse")
        running.run(job.pk)
        assert (again(job).state, again(job).reason) == ("refused", "Annuler")

    def test_checks_its_result_before_it_is_done(self, owner, settings):
        settings.JOB_CHECKS = {"copy": "tests.clea_portal.jobs.handlers.overtaken"}
        job = done_job(owner)
        assert (job.state, job.reason, job.chunks.count()) == ("refused", "Something newer has taken its place.", 0)

    def test_happens_in_the_zone_of_the_person(self):
        job = done_job(UserFactory(time_zone="Pacific/Noumea"), kind="tell_zone")
        assert b"".join(stream(job)) == b"Pacific/Noumea"

    def test_is_tried_three_times(self, owner):
        job = order(owner, "break_down")
        states = []
        for _ in range(4):
            later(job, minutes=5)
            with contextlib.suppress(ZeroDivisionError):
                running.run(job.pk)
            states.append((again(job).state, again(job).attempts))
        assert states == [("waiting", 1), ("waiting", 2), ("failed", 3), ("failed", 3)]
        assert again(job).reason == "Something went wrong on our side. Order it again, and tell us if it happens again."

    def test_waits_between_attempts(self, owner):
        job = order(owner, "break_down")
        with pytest.raises(ZeroDivisionError):
            running.run(job.pk)
        running.run(job.pk)
        assert again(job).attempts == 1

    def test_that_takes_too_long_is_not_repeated(self, owner, monkeypatch):
        def hang(job_arguments, *, by, report):
            raise SoftTimeLimitExceeded

        behave(monkeypatch, hang)
        job = done_job(owner)
        assert (job.state, job.reason) == ("failed", "This took too long. Order it in smaller parts.")

    def test_of_a_person_who_may_no_longer_sign_in_does_not_happen(self, owner):
        job = order(owner)
        owner.is_active = False
        owner.save()
        handlers.CALLS.clear()
        running.run(job.pk)
        assert (again(job).state, handlers.CALLS) == ("cancelled", [])

    def test_of_a_kind_that_is_no_more_fails(self, owner, settings):
        job = order(owner)
        settings.JOB_KINDS = {}
        running.run(job.pk)
        assert again(job).state == "failed"

    def test_writes_progress_at_most_twice_a_second(self, owner, monkeypatch):
        clock = iter([0.0, *(second / 10 for second in range(2000))])
        monkeypatch.setattr(running.time, "monotonic", lambda: next(clock))
        seen = []

        def work(job_arguments, *, by, report):
            for number in range(100):
                report(number, 100)
                seen.append(again(Job.objects.get()).done)
            return file()

        behave(monkeypatch, work)
        done_job(owner)
        assert 2 < len(set(seen)) <= 100 / 10 * 2 * 2


class TestLostAndDead:
    def test_lost_wake_up_is_made_good_by_the_sweep(self, owner, woken):
        job = order(owner)
        running.sweep()
        assert woken == []  # its own message may still be under way
        later(job, seconds=31)
        running.sweep()
        running.sweep()
        assert woken == [(running.RUN, job.pk)]

    def test_worker_that_died_is_replaced_when_its_lease_ends(self, owner, woken):
        job = order(owner)
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempts=1, leased_until=timezone.now() + running.LEASE)
        later_wake = timezone.now() - timedelta(minutes=3)
        Job.objects.filter(pk=job.pk).update(woken_at=later_wake)
        Chunk.objects.create(job=job, attempt=1, number=0, content=b"half")
        running.sweep()
        running.run(job.pk)
        assert (woken, again(job).attempts) == ([], 1)
        later(job, minutes=3)
        running.sweep()
        running.run(job.pk)
        job = again(job)
        assert (woken, job.state, job.attempts, b"".join(stream(job))) == ([(running.RUN, job.pk)], "done", 2, b"twelve")
        assert [chunk.attempt for chunk in job.chunks.all()] == [2]

    def test_job_that_takes_its_worker_down_each_time_is_given_up(self, owner):
        job = order(owner)
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempts=3)
        later(job, minutes=3)
        handlers.CALLS.clear()
        running.run(job.pk)
        assert (again(job).state, handlers.CALLS) == ("failed", [])

    def test_worker_that_was_only_slow_leaves_the_job_to_who_took_it_over(self, owner, monkeypatch):
        def work(job_arguments, *, by, report):
            job = Job.objects.get()
            if job.attempts == 2:
                return file(b"second")
            later(job, minutes=3)
            running.run(job.pk)
            return file(b"late")

        behave(monkeypatch, work)
        job = order(owner)
        running.run(job.pk)
        job = again(job)
        assert (job.state, job.attempts, b"".join(stream(job)), job.chunks.count()) == ("done", 2, b"second", 1)


class TestCancelling:
    def test_waiting_job_never_starts(self, owner):
        job = order(owner)
        handlers.CALLS.clear()
        assert running.cancel(job) is True
        running.run(job.pk)
        assert (again(job).state, handlers.CALLS) == ("cancelled", [])

    def test_running_job_stops_when_it_next_reports(self, owner, monkeypatch):
        steps = []
        monkeypatch.setattr(running, "SECONDS_BETWEEN_REPORTS", 0)

        def work(job_arguments, *, by, report):
            for number in range(10):
                report(number, 10)
                steps.append(number)
                if number == 3:
                    assert running.cancel(Job.objects.get()) is True

        behave(monkeypatch, work)
        job = done_job(owner)
        assert (job.state, steps, job.chunks.count()) == ("cancelled", [0, 1, 2, 3], 0)

    def test_job_whose_result_is_being_written_keeps_nothing(self, owner, monkeypatch):
        monkeypatch.setattr(running, "SECONDS_BETWEEN_REPORTS", 0)

        def pieces():
            yield bytes(results.CHUNK_BYTES)
            yield bytes(results.CHUNK_BYTES)
            assert Chunk.objects.count() == 2
            running.cancel(Job.objects.get())
            yield bytes(results.CHUNK_BYTES)

        behave(monkeypatch, lambda job_arguments, *, by, report: file(pieces()))
        job = done_job(owner)
        assert (job.state, Chunk.objects.count()) == ("cancelled", 0)

    def test_job_that_moves_meanwhile_is_cancelled_all_the_same(self, owner):
        job = order(owner)
        Job.objects.update(state=JobState.RUNNING, attempts=1)
        assert running.cancel(job) is True
        assert again(job).state == "cancelled"

    def test_finished_job_stays(self, owner):
        job = done_job(owner)
        assert running.cancel(job) is False
        assert (again(job).state, job.chunks.count()) == ("done", 1)


class TestResults:
    LONG = bytes(range(256)) * 2500  # two pieces and a half

    @pytest.mark.parametrize("kind", ["bytes", "open file", "path", "iterable"])
    def test_every_kind_of_content_comes_back_whole(self, kind, owner, monkeypatch, tmp_path):
        (tmp_path / "f").write_bytes(self.LONG)
        opened = io.BytesIO(self.LONG)
        opened.seek(77)
        content = {
            "bytes": self.LONG,
            "open file": opened,
            "path": tmp_path / "f",
            "iterable": (self.LONG[start : start + 1000] for start in range(0, len(self.LONG), 1000)),
        }[kind]
        behave(monkeypatch, lambda job_arguments, *, by, report: file(content))
        job = done_job(owner)
        assert (job.state, job.size, job.chunks.count(), b"".join(stream(job)) == self.LONG) == ("done", 640000, 3, True)

    def test_empty_content_is_a_file_too(self, owner, monkeypatch):
        behave(monkeypatch, lambda job_arguments, *, by, report: file(b""))
        job = done_job(owner)
        assert (job.state, job.size, b"".join(stream(job))) == ("done", 0, b"")

    def test_too_large_a_result_is_refused(self, owner, monkeypatch):
        monkeypatch.setattr(results, "RESULT_LIMIT", 600_000)
        behave(monkeypatch, lambda job_arguments, *, by, report: file(self.LONG))
        job = done_job(owner)
        assert (job.state, job.reason, job.chunks.count()) == (
            "refused", "This became larger than a download can be. Order it in smaller parts.", 0,
        )  # fmt: skip


class TestMoves:
    def test_over_is_over(self):
        assert [state for state, moves in JOB_MOVES.items() if not moves] == ["done", "refused", "failed", "cancelled"]

    def test_illegal_move_is_refused(self, owner):
        job = done_job(owner)
        with pytest.raises(IllegalMove):
            move_job(job, JobState.WAITING)

    def test_move_from_a_state_that_has_passed_is_refused(self, owner):
        job = order(owner)
        running.run(job.pk)
        with pytest.raises(SomeoneWasFaster):
            move_job(job, JobState.CANCELLED)


def test_purge_deletes_what_is_past_its_day(owner):
    old, young = done_job(owner), done_job(owner)
    Job.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    assert purge(now=timezone.now()) == 2
    assert (list(Job.objects.all()), Chunk.objects.count()) == ([young], 1)

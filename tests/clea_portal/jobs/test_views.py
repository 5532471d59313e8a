import uuid
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clea_portal.jobs import running
from clea_portal.jobs.models import Job
from clea_portal.jobs.urls import urlpatterns
from tests.clea_portal.jobs.making import done_job, order
from tests.factories import UserFactory
from tests.members import signed_in

VIEWS = [
    ("list", "get", 200),
    ("detail", "get", 200),
    ("status", "get", 302),
    ("file", "get", 200),
    ("cancel", "post", 302),
    ("delete", "post", 302),
]
NAMED = [view for view in VIEWS if view[0] != "list"]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def job(owner):
    return done_job(owner, back_to="/venues/")


def address(name, job):
    return reverse(f"jobs:{name}", args=[job.uuid] if name != "list" else [])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


class TestLadder:
    def test_has_every_view(self):
        assert {name for name, *_ in VIEWS} == {pattern.name for pattern in urlpatterns}

    @pytest.mark.parametrize(("name", "method", "status"), VIEWS)
    def test_works_for_the_owner(self, name, method, status, job, browser):
        assert getattr(browser, method)(address(name, job)).status_code == status

    @pytest.mark.parametrize(("name", "method", "_"), NAMED)
    def test_does_not_exist_for_others(self, name, method, _, job):
        assert getattr(signed_in(UserFactory()), method)(address(name, job)).status_code == 404

    @pytest.mark.parametrize(("name", "method", "_"), VIEWS)
    def test_asks_nobody_to_sign_in(self, name, method, _, job):
        url = address(name, job)
        response = getattr(Client(), method)(url)
        assert (response.status_code, response["Location"]) == (302, f"{reverse('account_login')}?next={url}")

    @pytest.mark.parametrize(("name", "method", "_"), VIEWS)
    def test_wrong_method(self, name, method, _, job, browser):
        wrong = {"put", "delete", "patch", "get" if method == "post" else "post"}
        assert {getattr(browser, verb)(address(name, job)).status_code for verb in wrong} == {405}

    @pytest.mark.parametrize(("name", "method", "_"), NAMED)
    def test_unknown(self, name, method, _, browser):
        assert getattr(browser, method)(reverse(f"jobs:{name}", args=[uuid.uuid4()])).status_code == 404

    @pytest.mark.parametrize(("name", "method", "_"), NAMED)
    def test_past_its_day(self, name, method, _, job, browser):
        Job.objects.update(expires_at=timezone.now())
        assert getattr(browser, method)(address(name, job)).status_code == 404


class TestList:
    def test_shows_own_jobs_newest_first(self, owner, browser):
        order(UserFactory(), title="Somebody else's")
        jobs = [done_job(owner, title="Older"), order(owner, title="Newer")]
        response = browser.get("/jobs/")
        assert list(response.context["page_obj"]) == jobs[::-1]
        content = response.content.decode()
        assert content.index("Newer") < content.index("Older")
        assert "6\N{NO-BREAK SPACE}bytes" in content

    def test_has_the_file_of_what_is_done_and_of_nothing_else(self, job, owner, browser):
        waiting = order(owner)
        page = browser.get(address("list", job)).content.decode()
        assert f'href="{address("file", job)}"' in page
        assert address("file", waiting) not in page

    def test_says_what_it_is_for_when_empty(self, browser):
        assert "Nothing here" in browser.get("/jobs/").content.decode()

    def test_asks_the_database_as_often_for_one_as_for_three(self, owner, browser):
        def count():
            with CaptureQueriesContext(connection) as queries:
                browser.get("/jobs/")
            return len(queries)

        done_job(owner)
        one = count()
        done_job(owner)
        done_job(owner)
        assert count() == one

    def test_is_in_the_menu(self, browser):
        assert f'href="{reverse("jobs:list")}"' in browser.get("/account/time-zone/").content.decode()


class TestPage:
    def test_under_way_shows_progress_and_comes_again(self, owner, browser):
        job = order(owner)
        Job.objects.update(state="running", attempts=1, done=30, total=120)
        content = browser.get(address("detail", job)).content.decode()
        assert '<progress class="measure-bar" id="progress" value="30" max="120" aria-live="off">25 %</progress>' in content
        assert "30 of 120" in content
        assert '<noscript><meta http-equiv="refresh" content="4"></noscript>' in content
        assert f'hx-get="{address("status", job)}"' in content
        live = browser.get(address("status", job), headers=HTMX).content.decode()
        assert ("30 of 120" in live, "<html" in live) == (True, False)

    def test_done_offers_the_file_and_stops_asking(self, job, browser):
        for content in (
            browser.get(address("detail", job)).content.decode(),
            browser.get(address("status", job), headers=HTMX).content.decode(),
        ):
            assert ("hx-get" in content, "http-equiv" in content) == (False, False)
            assert f'href="{address("file", job)}"' in content
            assert 'href="/venues/"' in content

    def test_refused_says_why(self, owner, browser):
        job = done_job(owner, kind="refuse")
        content = browser.get(address("detail", job)).content.decode()
        assert ("It could not be made" in content, "<p>Cancel</p>" in content) == (True, True)

    def test_status_without_htmx_is_the_page(self, job, browser):
        assert browser.get(address("status", job))["Location"] == address("detail", job)


class TestFile:
    def test_is_the_result_and_kept_by_no_cache(self, owner, browser):
        job = done_job(owner)
        response = browser.get(address("file", job))
        assert b"".join(response.streaming_content) == b"twelve"
        assert {name: response[name] for name in ("Content-Type", "Content-Disposition", "Content-Length", "Cache-Control")} == {
            "Content-Type": "text/plain",
            "Content-Disposition": "attachment; filename=\"A-copy.txt\"; filename*=UTF-8''A%20copy.txt",
            "Content-Length": "6",
            "Cache-Control": "private, no-store",
        }

    def test_can_be_fetched_again(self, job, browser):
        assert [b"".join(browser.get(address("file", job)).streaming_content) for _ in range(2)] == [b"twelve"] * 2

    def test_that_has_been_overtaken_is_not_handed_out(self, job, browser, settings):
        settings.JOB_CHECKS = {"copy": "tests.clea_portal.jobs.handlers.overtaken"}
        response = browser.get(address("file", job))
        assert (response["Location"], said(response)) == (address("detail", job), ["Something newer has taken its place."])

    def test_that_is_not_ready_leads_to_the_page(self, owner, browser):
        job = order(owner)
        assert browser.get(address("file", job))["Location"] == address("detail", job)


class TestCancelAndDelete:
    def test_cancel(self, owner, browser):
        job = order(owner)
        response = browser.post(address("cancel", job), follow=True)
        assert (Job.objects.get().state, "Nothing of it was kept." in response.content.decode()) == ("cancelled", True)

    def test_cancel_of_what_is_over_says_so(self, job, browser):
        response = browser.post(address("cancel", job))
        assert (Job.objects.get().state, said(response)) == ("done", ["It had already come to its end."])

    def test_delete(self, job, browser):
        response = browser.post(address("delete", job))
        assert (Job.objects.count(), response["Location"], said(response)) == (0, "/jobs/", ["Deleted."])

    def test_delete_of_what_is_under_way_asks_to_cancel_first(self, owner, browser):
        job = order(owner)
        response = browser.post(address("delete", job))
        assert (Job.objects.count(), response["Location"], said(response)) == (
            1, address("detail", job), ["This is still under way. Cancel it first."],
        )  # fmt: skip


class TestNews:
    PAGE = {"accept": "text/html"}

    def news(self, browser, page="/account/time-zone/", **headers):
        return said(browser.get(page, headers=self.PAGE | headers))

    @pytest.mark.parametrize(("kind", "sentence"), [
        ("copy", "Your download is ready:"),
        ("refuse", "Your download could not be made:"),
    ])  # fmt: skip
    def test_next_page_tells_once(self, kind, sentence, owner, browser):
        job = order(owner, kind, title="<My> posters")
        browser.get(address("detail", job))
        assert self.news(browser) == []
        running.run(job.pk)
        assert self.news(browser, **HTMX) == []
        assert self.news(browser) == [f'{sentence} <a href="{address("detail", job)}">&lt;My&gt; posters</a>']
        assert self.news(browser) == []

    def test_nothing_is_told_to_who_saw_it(self, owner, browser):
        job = order(owner)
        browser.get(address("detail", job))
        running.run(job.pk)
        browser.get(address("status", job), headers=HTMX)
        assert self.news(browser) == []

    def test_what_is_deleted_or_past_its_day_is_forgotten(self, owner, browser):
        job = order(owner)
        browser.get(address("detail", job))
        Job.objects.update(expires_at=timezone.now() - timedelta(hours=1))
        assert (self.news(browser), browser.session["jobs_followed"]) == ([], [])

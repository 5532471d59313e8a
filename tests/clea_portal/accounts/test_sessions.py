from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.models import UserSession
from clea_portal.accounts.retention import purge
from clea_portal.accounts.session_listing import device_of, sessions_of
from clea_portal.audit.models import AuditEvent
from tests.factories import PASSWORD, UserFactory

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
AGENTS = {
    FIREFOX: "Firefox, Windows",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36": "Chrome, Linux",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": "Edge, Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1": (
        "Safari, iOS"
    ),
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36": "Chrome, Android",
    "curl/8.0": "",
    "": "",
}


@pytest.fixture
def person(db):
    return UserFactory()


def sign_in_by_form(person, agent=FIREFOX):
    browser = Client(headers={"user-agent": agent})
    browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return browser


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: AGENTS[agent] or agent[:8] or "none")
def test_family_of_browser_and_system(agent):
    assert device_of(agent) == AGENTS[agent]


def test_session_says_whose_it_is_since_when_and_from_what(person):
    browser = sign_in_by_form(person)
    row = UserSession.objects.get(pk=browser.session.session_key)
    assert (row.account, row.device) == (person, "Firefox, Windows")
    assert FIREFOX not in str(UserSession.objects.values())
    started = row.started_at
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        browser.get(reverse("own_sessions"))
        row.refresh_from_db()
        assert (row.last_seen_at, row.started_at) == (timezone.now(), started)
        # Whatever writes the session keeps since when it is.
        browser.post(reverse("set_language"), {"language": "en"})
        session = browser.session
        session["x"] = 1
        session.save()
        row.refresh_from_db()
        assert (row.started_at, row.device) == (started, "Firefox, Windows")


def test_last_use_is_written_every_five_minutes_at_most(person):
    browser = sign_in_by_form(person)
    browser.get(reverse("own_sessions"))
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=4)):
        browser.get(reverse("own_sessions"))
    assert UserSession.objects.get().last_seen_at < now


def test_one_session_is_ended_and_then_all_the_others(person):
    here, there, elsewhere = (sign_in_by_form(person) for _ in range(3))
    page = here.get(reverse("own_sessions"))
    sessions = page.context["sessions"]
    assert ([each.is_this for each in sessions], there.session.session_key in page.content.decode()) == (
        [True, False, False],
        False,
    )
    here.post(reverse("own_sessions"), {"session": sessions[1].reference})
    assert UserSession.objects.count() == 2
    here.post(reverse("own_sessions"))
    assert [browser.get(reverse("own_sessions")).status_code for browser in (here, there, elsewhere)] == [200, 302, 302]
    assert list(AuditEvent.objects.values_list("verb", "actor", "details__sessions")) == [("sessions_ended", person.pk, 1)] * 2


def test_session_of_somebody_else_is_not_ended(person):
    other = UserFactory()
    theirs = sign_in_by_form(other)
    (session,) = sessions_of(other, now=timezone.now())
    answer = sign_in_by_form(person).post(reverse("own_sessions"), {"session": session.reference}, follow=True)
    assert "Cela a changé entre-temps. Regardez de nouveau la page." in answer.content.decode()
    assert theirs.get(reverse("own_sessions")).status_code == 200


def test_page_of_sessions_needs_a_sign_in(db):
    url = reverse("own_sessions")
    assert Client().get(url).headers["Location"] == f"{reverse('account_login')}?next={url}"
    assert Client().post(url).status_code == 302


def test_signing_out_and_time_delete_sessions(person):
    browser = sign_in_by_form(person)
    browser.post(reverse("account_logout"))
    assert not UserSession.objects.filter(account=person).exists()
    sign_in_by_form(person)
    assert purge(now=timezone.now() + timedelta(hours=11)) == 0
    assert purge(now=timezone.now() + timedelta(hours=13)) >= 1
    assert UserSession.objects.count() == 0
    call_command("clearsessions")


def test_deleted_account_leaves_no_session(person):
    browser = sign_in_by_form(person)
    person.delete()
    assert (UserSession.objects.count(), browser.get(reverse("own_sessions")).status_code) == (0, 302)

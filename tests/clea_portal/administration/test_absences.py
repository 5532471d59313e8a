from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from clea_portal.accounts.models import Administration, TeamMembership
from clea_portal.administration.absences import suspend_absent
from clea_portal.api.enums import CaseScope
from clea_portal.api.models import Token
from clea_portal.audit.models import AuditEvent
from tests.factories import AdministrationFactory, TeamMembershipFactory


@pytest.fixture
def now(db):
    return timezone.now()


def membership(country, now, *, days, **fields):
    """Of somebody who signed in so many days ago."""
    row = TeamMembershipFactory(team__region__country=country, active_since=now - timedelta(days=400), **fields)
    row.user.last_login = now - timedelta(days=days)
    row.user.save()
    return row


def is_suspended(row):
    return type(row).objects.get(pk=row.pk).suspended_at is not None


def test_absent_person_is_warned_a_week_before_and_then_suspended(country, now):
    row = membership(country, now, days=84)
    assert (suspend_absent(now=now), [message.to for message in mail.outbox]) == (0, [[row.user.email]])
    assert suspend_absent(now=now + timedelta(days=5)) == 0
    assert (suspend_absent(now=now + timedelta(days=6, hours=23)), is_suspended(row)) == (0, False)
    assert (suspend_absent(now=now + timedelta(days=7)), is_suspended(row)) == (1, True)
    assert [message.to for message in mail.outbox] == [[row.user.email]] * 2
    assert list(AuditEvent.objects.values_list("verb", "actor", "subject")) == [
        ("access_suspended_absent", None, "accounts.teammembership")
    ]
    assert suspend_absent(now=now + timedelta(days=8)) == 0


def test_who_is_not_absent_hears_nothing(country, now):
    membership(country, now, days=82)
    new = TeamMembershipFactory(team__region__country=country, active_since=now - timedelta(days=1))
    assert new.user.last_login is None
    assert (suspend_absent(now=now), mail.outbox) == (0, [])


def test_who_was_absent_for_long_before_is_warned_first(country, now):
    row = membership(country, now, days=300)
    assert (suspend_absent(now=now), suspend_absent(now=now + timedelta(days=6)), len(mail.outbox)) == (0, 0, 1)
    assert (suspend_absent(now=now + timedelta(days=7)), is_suspended(row)) == (1, True)


def test_signing_in_after_the_warning_begins_anew(country, now):
    row = membership(country, now, days=84)
    suspend_absent(now=now)
    row.user.last_login = now + timedelta(days=1)
    row.user.save()
    assert suspend_absent(now=now + timedelta(days=30)) == 0
    assert (suspend_absent(now=now + timedelta(days=85)), len(mail.outbox), is_suspended(row)) == (0, 2, False)


def test_days_are_the_countrys(country, now):
    country.inactive_days = 10
    country.save()
    membership(country, now, days=2)
    row = membership(country, now, days=4)
    assert (suspend_absent(now=now), [message.to for message in mail.outbox]) == (0, [[row.user.email]])


def test_programs_that_call_for_somebody_are_no_absence(country, now):
    row = membership(country, now, days=100)
    Token.objects.create(
        user=row.user, name="Desk", scope=CaseScope.READ, token_hash="0" * 64, last_used_at=now - timedelta(days=3)
    )
    assert (suspend_absent(now=now), mail.outbox) == (0, [])


def test_last_administrator_stays(country, now):
    old = now - timedelta(days=200)
    first, second = (AdministrationFactory(country=country, active_since=old) for _ in range(2))
    suspend_absent(now=now)
    assert suspend_absent(now=now + timedelta(days=7)) == 1
    assert sorted(is_suspended(row) for row in (first, second)) == [False, True]
    assert Administration.objects.active().count() == 1


def test_person_of_two_roles_is_warned_once(country, now):
    row = membership(country, now, days=84)
    AdministrationFactory(country=country, user=row.user, active_since=now - timedelta(days=400))
    AdministrationFactory(country=country)
    suspend_absent(now=now)
    assert len(mail.outbox) == 1
    assert suspend_absent(now=now + timedelta(days=7)) == 1
    assert TeamMembership.objects.active().count() == 0


def test_warning_that_did_not_go_out_is_tried_again(country, now, settings):
    membership(country, now, days=84)
    settings.EMAIL_BACKEND = "tests.clea_portal.administration.test_absences.Broken"
    suspend_absent(now=now)
    assert TeamMembership.objects.get().warned_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    suspend_absent(now=now + timedelta(hours=1))
    assert (len(mail.outbox), TeamMembership.objects.get().warned_at) == (1, now + timedelta(hours=1))


class Broken:
    def __init__(self, **options):
        pass

    def send_messages(self, messages):
        raise ConnectionRefusedError


@pytest.mark.parametrize("people", [1, 3])
def test_as_many_queries_for_few_as_for_many_who_are_there(country, now, django_assert_num_queries, people):
    for _ in range(people):
        membership(country, now, days=1)
    with django_assert_num_queries(3):
        suspend_absent(now=now)

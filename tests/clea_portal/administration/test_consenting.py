from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from clea_portal.accounts.errors import Gone, Refused
from clea_portal.administration.consenting import approve, ask, destroy, export, refuse
from clea_portal.administration.retention import purge
from clea_portal.audit.models import AuditEvent
from clea_portal.audit.retention import RETENTION
from clea_portal.authorities.consents import ConsentAct, ConsentState, KeyConsent
from clea_portal.protocol.errors import BadValue
from clea_portal.protocol.key_forms import read_private_key
from clea_portal.protocol.keys import private_key_hex
from mct.messages.enums import MessageState
from tests.clea_portal.administration.scenes import DAY, LONG, agreed, colleague_of, received, rotated
from tests.factories import SK_MCTA, VenueFactory
from tests.mct.test_race import at_once
from venues.codes import issue_code, renew_code

EXPORT, DESTROY = ConsentAct.EXPORT, ConsentAct.DESTROY
PASSPHRASE = "a passphrase of length"
SECOND = timedelta(seconds=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def key(country):
    return country.tracing.keys.get()


@pytest.fixture
def colleague(country):
    return colleague_of(country)


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_one_asks_another_agrees_the_first_downloads_once(key, administrator, colleague, now):
    consent = agreed(key, EXPORT, by=administrator, with_=colleague, now=now)
    pem = export(consent, passphrase=PASSPHRASE, by=administrator, now=now)
    assert private_key_hex(read_private_key(pem.encode(), passphrase=PASSPHRASE)) == private_key_hex(SK_MCTA)
    with pytest.raises(Gone):
        export(consent, passphrase=PASSPHRASE, by=administrator, now=now)
    consent.refresh_from_db()
    assert (consent.state, consent.ended_at, consent.approved_by) == (ConsentState.DONE, now, colleague)
    assert verbs() == ["consent_asked", "consent_approved", "key_exported"]
    assert {event.country for event in AuditEvent.objects.all()} == {"FR"}
    assert "moving house" not in str(list(AuditEvent.objects.values_list("details", flat=True)))


def test_nobody_agrees_with_themselves(key, administrator, colleague, now):
    consent = ask(key, act=EXPORT, reason="x", by=administrator, now=now)
    with pytest.raises(Refused, match="Another administrator has to approve"):
        approve(consent, by=administrator, now=now)
    with pytest.raises(IntegrityError, match="consent_of_two_people"):
        KeyConsent.objects.update(approved_by=administrator, approved_at=now, state=ConsentState.APPROVED)


def test_only_one_who_asked_downloads(key, administrator, colleague, now):
    consent = agreed(key, EXPORT, by=administrator, with_=colleague, now=now)
    with pytest.raises(Gone):
        export(consent, passphrase=PASSPHRASE, by=colleague, now=now)


def test_what_is_not_agreed_to_is_not_done(key, administrator, colleague, now):
    consent = ask(key, act=EXPORT, reason="x", by=administrator, now=now)
    with pytest.raises(Gone):
        export(consent, passphrase=PASSPHRASE, by=administrator, now=now)


def test_consent_to_one_act_is_none_to_the_other(country, key, administrator, colleague, now):
    consent = agreed(key, EXPORT, by=administrator, with_=colleague, now=now)
    rotated(country, now=now)
    with pytest.raises(Gone):
        destroy(consent, typed=key.fingerprint[:8], by=administrator, now=now + timedelta(days=22, minutes=1))


def test_agreement_takes_24_hours_at_most_and_the_act_one(key, administrator, colleague, now):
    consent = ask(key, act=EXPORT, reason="x", by=administrator, now=now)
    with pytest.raises(Gone):
        approve(consent, by=colleague, now=now + DAY)
    approve(consent, by=colleague, now=now + DAY - SECOND)
    consent.refresh_from_db()
    with pytest.raises(Gone):
        export(consent, passphrase=PASSPHRASE, by=administrator, now=consent.approved_at + timedelta(hours=1))
    assert export(consent, passphrase=PASSPHRASE, by=administrator, now=consent.approved_at + timedelta(minutes=59))


def test_passphrase_that_is_too_short_uses_nothing_up(key, administrator, colleague, now):
    consent = agreed(key, EXPORT, by=administrator, with_=colleague, now=now)
    with pytest.raises(BadValue, match="16 to 200"):
        export(consent, passphrase="short", by=administrator, now=now)
    assert export(consent, passphrase=PASSPHRASE, by=administrator, now=now)


def test_single_administrator_is_told_to_have_a_second_one(key, administrator, now):
    with pytest.raises(Refused, match="you are the only one of this country"):
        ask(key, act=EXPORT, reason="x", by=administrator, now=now)


def test_asked_once_until_it_is_over(key, administrator, colleague, now):
    ask(key, act=EXPORT, reason="x", by=administrator, now=now)
    with pytest.raises(Refused, match="asked for already"):
        ask(key, act=EXPORT, reason="y", by=colleague, now=now + DAY - SECOND)
    ask(key, act=EXPORT, reason="y", by=colleague, now=now + DAY)
    assert list(KeyConsent.objects.order_by("pk").values_list("state", flat=True)) == ["expired", "asked"]


@pytest.mark.parametrize(("own", "state"), [(True, "called_off"), (False, "refused")])
def test_refused_or_called_off_also_after_agreement(key, administrator, colleague, now, own, state):
    consent = agreed(key, EXPORT, by=administrator, with_=colleague, now=now)
    refuse(consent, by=administrator if own else colleague, now=now)
    consent.refresh_from_db()
    assert (consent.state, verbs()[-1]) == (state, f"consent_{state}")
    for act in (
        lambda: export(consent, passphrase=PASSPHRASE, by=administrator, now=now),
        lambda: approve(consent, by=colleague, now=now),
        lambda: refuse(consent, by=colleague, now=now),
    ):
        with pytest.raises(Gone):
            act()


def test_key_is_destroyed_and_what_comes_for_it_is_listed_as_unreadable(country, key, administrator, colleague, now):
    code = issue_code(venue=VenueFactory(), by=administrator, now=now)
    rotated(country, now=now)
    with pytest.raises(Refused, match="Something still needs this key"):
        ask(key, act=DESTROY, reason="x", by=administrator, now=now + LONG)
    new = renew_code(code, by=administrator, now=now)
    later = now + LONG
    consent = agreed(key, DESTROY, by=administrator, with_=colleague, now=later)
    with pytest.raises(Refused, match="not how the fingerprint begins"):
        destroy(consent, typed="00000000", by=administrator, now=later)
    assert received(country, code.deep_link).state == MessageState.OPEN
    destroy(consent, typed=f" {key.fingerprint[:4].upper()} {key.fingerprint[4:8]} ", by=administrator, now=later)
    key.refresh_from_db()
    assert (key.private_key, key.destroyed_at) == (None, later)
    with connection.cursor() as cursor:
        cursor.execute("SELECT private_key FROM authorities_tracingkey WHERE id = %s", [key.pk])
        assert cursor.fetchone() == (None,)
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.details["after"]["private_key"], event.details["before"]["private_key"][:7]) == (
        "key_destroyed",
        None,
        "sha256:",
    )
    assert received(country, code.deep_link).state == MessageState.UNREADABLE
    assert received(country, new.deep_link).state == MessageState.OPEN
    with pytest.raises(Refused, match="was destroyed"):
        ask(key, act=EXPORT, reason="x", by=administrator, now=later)


def test_key_that_is_needed_again_meanwhile_is_not_destroyed(country, key, administrator, colleague, now):
    rotated(country, now=now)
    consent = agreed(key, DESTROY, by=administrator, with_=colleague, now=now + LONG)
    issue_code(venue=VenueFactory(), by=administrator, now=now - SECOND)
    with pytest.raises(Refused, match="Something still needs this key"):
        destroy(consent, typed=key.fingerprint[:8], by=administrator, now=now + LONG)


def test_purge_ends_what_is_overdue_and_deletes_with_the_trail(key, administrator, colleague, now):
    ask(key, act=EXPORT, reason="x", by=administrator, now=now)
    assert (purge(now=now + DAY - SECOND), KeyConsent.objects.get().state) == (0, "asked")
    assert (purge(now=now + DAY), KeyConsent.objects.get().state) == (0, "expired")
    assert (purge(now=now + DAY + RETENTION), KeyConsent.objects.count()) == (1, 0)


class TestRace:
    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture(autouse=True)
    def _two_writers(self, transactional_db):
        if connection.vendor == "sqlite":
            pytest.skip("SQLite in memory has one writer")

    def test_several_agree_and_one_is_noted(self, country, key, administrator, now):
        people = [colleague_of(country) for _ in range(4)]
        consent = ask(key, act=EXPORT, reason="x", by=administrator, now=now)
        outcomes = at_once(*[lambda by=by: approve(consent, by=by, now=now) for by in people])
        assert sorted(outcomes) == ["Gone"] * 3 + ["done"]
        consent.refresh_from_db()
        assert consent.approved_by == people[outcomes.index("done")]
        assert verbs() == ["consent_asked", "consent_approved"]

    def test_two_downloads_at_once_are_one(self, key, administrator, colleague, now):
        consent = agreed(key, EXPORT, by=administrator, with_=colleague, now=now)
        outcomes = at_once(*[lambda: export(consent, passphrase=PASSPHRASE, by=administrator, now=now) for _ in range(2)])
        assert (sorted(outcomes), verbs().count("key_exported")) == (["Gone", "done"], 1)

    def test_two_who_ask_at_once_ask_once(self, key, administrator, colleague, now):
        people = [administrator, colleague]
        outcomes = at_once(*[lambda by=by: ask(key, act=EXPORT, reason="x", by=by, now=now) for by in people])
        assert (sorted(outcomes), KeyConsent.objects.count()) == (["Refused", "done"], 1)

    def test_two_destructions_at_once_are_one(self, country, key, administrator, colleague, now):
        rotated(country, now=now)
        later = now + LONG
        consent = agreed(key, DESTROY, by=administrator, with_=colleague, now=later)
        typed = key.fingerprint[:8]
        outcomes = at_once(*[lambda: destroy(consent, typed=typed, by=administrator, now=later) for _ in range(2)])
        assert (sorted(outcomes), verbs().count("key_destroyed")) == (["Refused", "done"], 1)

"""Tampering is done in SQL, as whoever owns the database does it: with the trigger switched off."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from clea_portal.audit import chain
from clea_portal.audit.models import AuditAnchor, AuditEvent, AuditKind, AuditLink
from clea_portal.audit.retention import RETENTION, purge
from clea_portal.audit.trail import record_act
from tests.factories import OrganisationFactory, UserFactory
from tests.mct.test_race import at_once

pytestmark = pytest.mark.django_db
TABLE = "audit_auditevent"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def events(now):
    """Five events and their chain."""
    user, organisation = UserFactory(), OrganisationFactory()
    for number in range(5):
        record_act(actor=user, verb="renamed", on=organisation, number=number)
    chain.seal(now=now)
    return list(AuditEvent.objects.order_by("pk"))


@contextmanager
def unguarded():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What waits for the end of the transaction would keep the table from being altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_event_stays'")
            (trigger,) = cursor.fetchone()
            cursor.execute("DROP TRIGGER audit_event_stays")
        yield cursor
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")
        else:
            cursor.execute(trigger)


def tamper(sql, *words):
    with unguarded() as cursor:
        cursor.execute(sql, words)
        assert cursor.rowcount > 0


def found():
    verdict = chain.verify()
    return verdict.broken_at, verdict.why, verdict.sealed


def test_chain_that_nobody_touched_fits(events):
    verdict = chain.verify()
    assert (verdict.why, verdict.broken_at, verdict.sealed, verdict.unsealed) == ("", None, 5, 0)
    assert verdict.head == str(AuditLink.objects.get(position=5))


def test_nothing_is_a_chain_too():
    assert chain.verify() == chain.Verdict(sealed=0, unsealed=0, head="0:")


def test_what_is_sealed_later_goes_on_where_the_chain_ended(events, now):
    head = chain.verify().head
    record_act(actor=None, verb="purged", on=OrganisationFactory())
    assert (chain.verify().sealed, chain.verify().unsealed) == (5, 1)
    assert (chain.seal(now=now), chain.seal(now=now)) == (1, 0)
    verdict = chain.verify(head=head)
    assert (verdict.why, verdict.sealed, verdict.unsealed, verdict.head[:2]) == ("", 6, 0, "6:")


def test_transaction_that_commits_late_gets_a_later_link(events, now):
    late = AuditEvent.objects.create(at=now - timedelta(minutes=50), kind=AuditKind.ACT, verb="late", subject="accounts.user")
    AuditEvent.objects.create(at=now, kind=AuditKind.ACT, verb="next", subject="accounts.user")
    chain.seal(now=now + timedelta(minutes=1))
    assert (late.link.position, chain.verify().why) == (6, "")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "opened"),
        ("kind", "read"),
        ("side", "system"),
        ("subject", "accounts.user"),
        ("subject_uuid", None),
        ("country", "BE"),
        ("details", '{"number": 7}'),
        ("at", "2020-01-01 00:00:00+00:00"),
    ],
)
def test_change_of_any_column_is_found(events, column, value):
    tamper(f"UPDATE {TABLE} SET {column} = %s WHERE id = %s", value, events[2].pk)
    assert found() == (3, "it or its event was changed, or they were put in or moved here", 2)


def test_other_person_and_other_organisation_are_found(events):
    tamper(f"UPDATE {TABLE} SET actor_id = %s WHERE id = %s", UserFactory().pk, events[1].pk)
    assert found() == (2, "its event names another person", 1)
    tamper(f"UPDATE {TABLE} SET actor_id = %s WHERE id = %s", events[1].actor_id, events[1].pk)
    tamper(f"UPDATE {TABLE} SET organisation_id = %s WHERE id = %s", OrganisationFactory().pk, events[3].pk)
    assert found() == (4, "its event names another organisation", 3)


def test_removed_event_is_found(events):
    tamper(f"DELETE FROM {TABLE} WHERE id = %s", events[0].pk)
    assert found() == (1, "its event was removed", 0)


def test_event_removed_with_its_link_is_found(events):
    tamper(f"DELETE FROM {TABLE} WHERE id = %s", events[3].pk)
    tamper("DELETE FROM audit_auditlink WHERE position = 4")
    assert found() == (4, "a link was removed", 3)
    tamper("UPDATE audit_auditlink SET position = 4 WHERE position = 5")
    assert found() == (4, "it or its event was changed, or they were put in or moved here", 3)


def test_removed_from_the_end_is_found_by_who_has_noted_the_head(events):
    head = chain.verify().head
    tamper(f"DELETE FROM {TABLE} WHERE id = %s", events[4].pk)
    tamper("DELETE FROM audit_auditlink WHERE position = 5")
    assert found() == (None, "", 4)
    verdict = chain.verify(head=head)
    assert (verdict.broken_at, verdict.why) == (5, "links were removed from the end: the noted head is gone")


def test_chain_computed_anew_is_found_by_who_has_noted_the_head(events, now):
    head = chain.verify().head
    tamper(f"UPDATE {TABLE} SET verb = 'opened' WHERE id = %s", events[1].pk)
    tamper("DELETE FROM audit_auditlink")
    chain.seal(now=now)
    assert found() == (None, "", 5)
    verdict = chain.verify(head=head)
    assert (verdict.broken_at, verdict.why) == (5, "another link stood here when the head was noted")


def test_reordered_events_are_found(events):
    tamper("UPDATE audit_auditlink SET event_id = -1 WHERE position = 2")
    tamper("UPDATE audit_auditlink SET event_id = %s WHERE position = 3", events[1].pk)
    tamper("UPDATE audit_auditlink SET event_id = %s WHERE position = 2", events[2].pk)
    assert found() == (2, "it or its event was changed, or they were put in or moved here", 1)


def test_event_put_in_with_a_past_time_is_found_and_never_sealed(events, now):
    put_in = AuditEvent.objects.create(at=now - timedelta(hours=2), kind=AuditKind.ACT, verb="x", subject="accounts.user")
    assert chain.seal(now=now) == 0
    assert found() == (None, f"event {put_in.uuid} was put in afterwards, or its link was removed", 5)


def test_changed_salt_is_found_and_account_that_goes_breaks_nothing(events, now):
    link = AuditLink.objects.get(position=1)
    AuditLink.objects.filter(position=1).update(actor_salt="0" * 32)
    assert found() == (1, "its event names another person", 0)
    AuditLink.objects.filter(position=1).update(actor_salt=link.actor_salt)
    events[0].actor.delete()
    events[0].organisation.delete()
    assert found() == (None, "", 5)
    chain.purge(before=now - timedelta(days=1))
    assert set(AuditLink.objects.values_list("actor_salt", flat=True)) == {""}
    assert found() == (None, "", 5)


def test_retention_takes_the_oldest_links_and_keeps_what_the_rest_hangs_on(events, now):
    head = chain.verify().head
    record_act(actor=None, verb="purged", on=events[0].organisation)
    chain.seal(now=now + timedelta(minutes=1))
    later = chain.verify().head
    AuditEvent.objects.create(at=now + timedelta(days=9), kind=AuditKind.ACT, verb="x", subject="accounts.user")
    chain.seal(now=now + timedelta(days=9))
    assert purge(now=now + RETENTION + timedelta(days=1)) == 6
    assert AuditEvent.objects.count() == AuditLink.objects.count() == 1
    assert str(AuditAnchor.objects.get()) == later
    assert found() == (None, "", 1)
    assert chain.verify(head=later).why == ""
    with pytest.raises(chain.UnknownHead, match="older than what is kept"):
        chain.verify(head=head)


@pytest.mark.parametrize("head", ["x", "5", "5:abc", f"-1:{'0' * 64}", f"{'9' * 30}:{'0' * 64}"])
def test_what_is_no_head_is_refused(head):
    with pytest.raises(chain.UnknownHead, match="a head is a position"):
        chain.verify(head=head)


def test_seal_and_purge_in_batches(monkeypatch, now):
    monkeypatch.setattr(chain, "BATCH", 2)
    for _ in range(5):
        AuditEvent.objects.create(at=now - timedelta(days=400), kind=AuditKind.ACT, verb="x", subject="accounts.user")
    assert (chain.seal(now=now), chain.verify().sealed) == (5, 5)
    assert (purge(now=now), chain.verify()) == (5, chain.Verdict(sealed=0, unsealed=0, head=str(AuditAnchor.objects.get())))


def test_database_refuses_changes_and_deletion(events):
    refused = [("UPDATE", f"UPDATE {TABLE} SET verb = 'x'")]
    refused.append(("another person", f"UPDATE {TABLE} SET actor_id = {UserFactory().pk}"))
    if connection.vendor == "postgresql":
        refused += [("DELETE", f"DELETE FROM {TABLE}")]
    for what, sql in refused:
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        assert chain.verify().sealed == 5, what


def test_postgresql_refuses_to_empty_the_table_and_to_purge_what_is_young(events, now):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE and nothing that tells the retention from others")
    emptying = "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL clea.audit_may_be_emptied = 'off'; TRUNCATE audit_auditevent CASCADE"
    yesterday = (now - timedelta(days=1)).isoformat()
    for sql in (emptying, f"SET LOCAL clea.audit_purge_before = '{yesterday}'; DELETE FROM {TABLE}"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert AuditEvent.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_several_write_and_seal_at_once_and_no_transaction_waits_for_the_chain(transactional_db, now):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")
    organisation = OrganisationFactory()

    def write():
        for _ in range(20):
            with transaction.atomic():
                record_act(actor=None, verb="renamed", on=organisation)
                record_act(actor=None, verb="renamed", on=organisation)

    acts = [write] * 4 + [lambda: [chain.seal(now=now) for _ in range(10)]] * 3
    assert at_once(*acts) == ["done"] * len(acts)
    chain.seal(now=now)
    verdict = chain.verify()
    assert (verdict.why, verdict.sealed, verdict.unsealed) == ("", 160, 0)
    # While somebody seals, events are written: they take no lock that the chain holds.
    with transaction.atomic():
        AuditAnchor.objects.select_for_update().get()
        assert at_once(lambda: record_act(actor=None, verb="renamed", on=organisation)) == ["done"]

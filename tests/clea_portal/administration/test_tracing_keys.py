from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.utils import timezone

from clea_portal.accounts.errors import Gone, Refused
from clea_portal.administration.generations import grouped
from clea_portal.administration.tracing_keys import NotAPair, add_tracing_key, prove, take_back
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.keys import issuing_keys
from clea_portal.authorities.models import TracingAuthority, TracingKey
from clea_portal.protocol.keys import fingerprint, parse_private_key, private_key_hex, public_key_hex
from tests.clea_portal.administration.scenes import DAY
from tests.factories import SK_CLIENT, SK_MCTA, CountryFactory, VenueFactory
from venues.codes import issue_code

KEY = parse_private_key("4d" * 32)


@pytest.fixture
def now():
    return timezone.now()


def test_pair_is_made_here_and_new_codes_use_it(country, administrator, now):
    key = add_tracing_key(country, by=administrator, now=now)
    assert issuing_keys(country, at=now).tracing_key == key.pk
    assert public_key_hex(parse_private_key(key.private_key).public_key()) == key.public_key
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor, event.country, event.details["imported"]) == ("key_added", administrator, "FR", False)
    assert event.details["after"]["fingerprint"] == key.fingerprint
    assert key.private_key not in str(event.details)
    with connection.cursor() as cursor:
        cursor.execute("SELECT private_key FROM authorities_tracingkey WHERE id = %s", [key.pk])
        assert key.private_key not in cursor.fetchone()[0]


def test_pair_for_a_future_date_changes_nothing_before_it(country, now):
    old = country.tracing.keys.get()
    key = add_tracing_key(country, valid_from=now + 3 * DAY, by=None, now=now)
    assert [issuing_keys(country, at=now + days * DAY).tracing_key for days in (0, 2, 3)] == [old.pk, old.pk, key.pk]


def test_first_pair_of_a_country_makes_its_authority(now, db):
    country = CountryFactory()
    key = add_tracing_key(country, by=None, now=now)
    assert TracingAuthority.objects.get().keys.get() == key
    assert key.authority.name == "France"


def test_imported_pair_with_its_public_key(country, now):
    key = add_tracing_key(country, private_key=KEY, public_key=KEY.public_key(), by=None, now=now)
    assert (key.private_key, key.fingerprint) == (private_key_hex(KEY), fingerprint(KEY.public_key()))
    assert AuditEvent.objects.get().details["imported"] is True


def test_keys_that_are_no_pair_are_refused_with_both_fingerprints(country, now):
    with pytest.raises(NotAPair) as refused:
        add_tracing_key(country, private_key=KEY, public_key=SK_CLIENT.public_key(), by=None, now=now)
    for key in (KEY, SK_CLIENT):
        assert grouped(fingerprint(key.public_key())[:16]) in str(refused.value)
    assert TracingKey.objects.count() == 1


def test_key_that_is_there_already_is_refused(country, now):
    with pytest.raises(ValidationError, match="This key is already there"):
        add_tracing_key(country, private_key=SK_MCTA, by=None, now=now)


@pytest.mark.parametrize("ahead", [-DAY, timedelta(days=731)])
def test_date_that_cannot_be_meant_is_refused(country, now, ahead):
    with pytest.raises(Refused, match="two years ahead at most"):
        add_tracing_key(country, valid_from=now + ahead, by=None, now=now)


@pytest.mark.parametrize("fields", [{"deployment": Deployment.NONE}, {"issues_codes": False}])
def test_country_without_such_keys_gets_none(fields, now, db):
    with pytest.raises(Refused, match="No contact tracing key is used in this country"):
        add_tracing_key(CountryFactory(**fields), by=None, now=now)


def test_planned_pair_is_taken_back_and_one_in_use_is_not(country, administrator, now):
    key = add_tracing_key(country, valid_from=now + DAY, by=None, now=now)
    with pytest.raises(Refused, match="it can no longer be taken back"):
        take_back(key, by=administrator, now=now + DAY)
    take_back(key, by=administrator, now=now)
    assert TracingKey.objects.count() == 1
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["key_added", "key_taken_back"]
    with pytest.raises(Gone):
        take_back(key, by=administrator, now=now)


def test_proof_tells_a_pair_from_what_is_none(country, now):
    key = country.tracing.keys.get()
    assert [check.ok for check in prove(key, at=now)] == [True] * 4
    key.public_key = public_key_hex(SK_CLIENT.public_key())
    assert [check.ok for check in prove(key, at=now)] == [False, True, True, False]
    assert TracingKey.objects.get().public_key != key.public_key


@pytest.mark.parametrize("columns", [{"private_key": None}, {"destroyed_at": timezone.now}])
def test_database_knows_keys_that_are_there_or_destroyed_and_nothing_between(country, columns):
    columns = {name: value() if callable(value) else value for name, value in columns.items()}
    with pytest.raises(IntegrityError, match="tracing_key_there_or_destroyed"):
        TracingKey.objects.update(**columns)


def test_code_without_a_contact_needs_no_key(country, now):
    venue = VenueFactory(phone="", pin="")
    assert issue_code(venue=venue, by=None, now=now).tracing_key is None
    assert issue_code(venue=VenueFactory(), by=None, now=now).tracing_key == country.tracing.keys.get()

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.keys import NoKey, issuing_keys
from clea_portal.authorities.models import Country, ServerAuthority, ServerKey, TracingKey
from clea_portal.protocol.keys import generate_private_key, private_key_hex, public_key_hex
from tests.factories import SK_MCTA, SK_SA, CountryFactory, RegionFactory, ServerAuthorityFactory, ready_country

pytestmark = pytest.mark.django_db


def hexes(keys):
    return public_key_hex(keys.pk_sa), keys.pk_mcta and public_key_hex(keys.pk_mcta)


def test_current_keys_of_a_country():
    country = ready_country()
    assert hexes(issuing_keys(country, at=timezone.now())) == (
        public_key_hex(SK_SA.public_key()),
        public_key_hex(SK_MCTA.public_key()),
    )


def test_newest_valid_generation_counts():
    country, now = ready_country(), timezone.now()
    newer, future = generate_private_key(), generate_private_key()
    for key, valid_from in ((newer, now - timedelta(days=1)), (future, now + timedelta(days=1))):
        ServerKey.objects.create(authority=country.server, public_key=public_key_hex(key.public_key()), valid_from=valid_from)
    assert public_key_hex(issuing_keys(country, at=now).pk_sa) == public_key_hex(newer.public_key())
    assert public_key_hex(issuing_keys(country, at=now + timedelta(days=2)).pk_sa) == public_key_hex(future.public_key())


def test_no_tracing_key_where_there_is_no_tracing():
    country = ready_country(deployment=Deployment.NONE)
    assert issuing_keys(country, at=timezone.now()).pk_mcta is None


def test_missing_keys_are_named():
    country = CountryFactory()
    with pytest.raises(NoKey, match="FR has no server key"):
        issuing_keys(country, at=timezone.now())
    ready_country()
    TracingKey.objects.all().delete()
    with pytest.raises(NoKey, match="FR has no contact tracing key"):
        issuing_keys(country, at=timezone.now())


def test_public_key_is_stored_in_one_form_with_its_fingerprint():
    server = ServerAuthorityFactory()
    key = ServerKey.objects.create(authority=server, public_key=public_key_hex(SK_SA.public_key(), compressed=True).upper())
    assert key.public_key == public_key_hex(SK_SA.public_key())
    with pytest.raises(IntegrityError), transaction.atomic():
        ServerKey.objects.create(authority=server, public_key=public_key_hex(SK_SA.public_key()))


def test_point_off_the_curve_is_refused():
    with pytest.raises(ValidationError, match="not a public key on the curve"):
        ServerKey(authority=ServerAuthorityFactory(), public_key="04" + "01" * 64).full_clean()


def test_pair_that_does_not_belong_together_is_refused():
    country = ready_country()
    key = country.tracing.keys.get()
    key.private_key = private_key_hex(SK_SA)
    with pytest.raises(ValidationError, match="not a pair"):
        key.full_clean()


@pytest.mark.parametrize("prefix", ["http://tac.gouv.fr?v=0#", "https://tac.gouv.fr?v=0"])
def test_prefix_of_another_form_is_refused(prefix):
    with pytest.raises(IntegrityError), transaction.atomic():
        CountryFactory(prefix=prefix)
    with pytest.raises(ValidationError):
        Country(code="FR", name_fr="France", name_en="France", prefix=prefix, host="tac.gouv.fr").full_clean()


def test_region_number_is_a_byte():
    with pytest.raises(IntegrityError), transaction.atomic():
        RegionFactory(number=256)


def test_key_that_is_already_there_is_refused():
    country = ready_country()
    with pytest.raises(ValidationError, match="already there"):
        ServerKey(authority=country.server, public_key=public_key_hex(SK_SA.public_key(), compressed=True)).full_clean()
    pair = TracingKey(
        authority=country.tracing, public_key=public_key_hex(SK_MCTA.public_key()), private_key=private_key_hex(SK_MCTA)
    )
    with pytest.raises(ValidationError, match="already there"):
        pair.full_clean()


def test_key_of_a_server_for_its_messages_is_kept_in_one_spelling_and_belongs_to_one_server():
    key = SK_SA.public_key()
    server = ServerAuthorityFactory(messages_key=f"0x{public_key_hex(key, compressed=True).upper()}")
    server.refresh_from_db()
    assert server.messages_key == public_key_hex(key)
    belgium = CountryFactory(code="BE", prefix="https://b.example#", host="b.example")
    other = ServerAuthorityFactory.build(country=belgium, messages_key=public_key_hex(key))
    with pytest.raises(ValidationError):
        other.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


def test_servers_without_key_and_certificate_are_as_many_as_there_are_countries():
    ServerAuthorityFactory()
    ServerAuthorityFactory(country=CountryFactory(code="BE", prefix="https://b.example#", host="b.example"))
    assert ServerAuthority.objects.filter(messages_key="", client_certificate="").count() == 2

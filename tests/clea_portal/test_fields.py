from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from clea_portal import fields
from clea_portal.accounts.models import Organisation
from clea_portal.checks import demonstration_is_no_production, field_encryption_keys
from tests.factories import OrganisationFactory, UserFactory


def stored_name(organisation):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM accounts_organisation WHERE id = %s", [organisation.pk])
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_column_holds_ciphertext_only():
    organisation = OrganisationFactory(name="Chez Paulette 🍷")
    assert "Paulette" not in stored_name(organisation)
    assert Fernet(fields.settings.FIELD_ENCRYPTION_KEYS[0]).decrypt(stored_name(organisation)) == "Chez Paulette 🍷".encode()
    assert Organisation.objects.get(pk=organisation.pk).name == "Chez Paulette 🍷"


@pytest.mark.django_db
def test_empty_text_stays_empty_text():
    organisation = OrganisationFactory(name="")
    assert stored_name(organisation) != ""
    assert Organisation.objects.get(pk=organisation.pk).name == ""


@pytest.mark.django_db
@pytest.mark.parametrize("lookup", ["name", "name__contains", "name__in"])
def test_encrypted_column_cannot_be_looked_up(lookup):
    with pytest.raises(FieldError, match="it cannot be looked up by"):
        Organisation.objects.filter(**{lookup: "Chez Paulette"}).exists()


@pytest.mark.django_db
def test_wrong_key_raises(settings):
    organisation = OrganisationFactory()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(fields.Unreadable):
        Organisation.objects.get(pk=organisation.pk)


def test_no_key_raises(settings):
    settings.FIELD_ENCRYPTION_KEYS = []
    with pytest.raises(ImproperlyConfigured):
        fields.encrypt(b"anything")


@pytest.mark.django_db
def test_rotation_moves_every_column_to_the_first_key(settings):
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    organisation, user = OrganisationFactory(name="Chez Paulette"), UserFactory()
    TOTP.activate(user, "A" * 32)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    out = StringIO()
    call_command("rotate_field_keys", stdout=out)
    assert "accounts.Organisation.name: 1 re-encrypted, 0 unreadable" in out.getvalue()
    assert "mfa.Authenticator.data: 1 re-encrypted, 0 unreadable" in out.getvalue()
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert Organisation.objects.get(pk=organisation.pk).name == "Chez Paulette"
    assert fields.decrypt(Authenticator.objects.get().data["secret"].encode()) == b"A" * 32


@pytest.mark.django_db
def test_rotation_dry_run_writes_nothing(settings):
    organisation = OrganisationFactory()
    before = stored_name(organisation)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), settings.FIELD_ENCRYPTION_KEYS[0]]
    call_command("rotate_field_keys", "--dry-run", stdout=StringIO())
    assert stored_name(organisation) == before


@pytest.mark.django_db
def test_rotation_counts_what_no_key_opens(settings):
    OrganisationFactory()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    out = StringIO()
    with pytest.raises(CommandError, match="do not drop any key"):
        call_command("rotate_field_keys", stdout=out)
    assert "accounts.Organisation.name: 0 re-encrypted, 1 unreadable" in out.getvalue()


def test_start_is_refused_without_a_key(settings):
    settings.FIELD_ENCRYPTION_KEYS = []
    assert [problem.id for problem in field_encryption_keys(None)] == ["clea_portal.E001"]
    settings.FIELD_ENCRYPTION_KEYS = ["short"]
    assert [problem.id for problem in field_encryption_keys(None)] == ["clea_portal.E002"]


def test_demonstration_is_refused_in_production(settings):
    assert demonstration_is_no_production(None) == []
    settings.DEMONSTRATION = True
    assert [problem.id for problem in demonstration_is_no_production(None)] == ["clea_portal.E004"]

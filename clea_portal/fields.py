"""Model fields whose column holds ciphertext: MultiFernet with keys that are nobody else's."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models

if TYPE_CHECKING:  # Django's own fields take no type parameters at run time
    TextField = models.TextField[str, str]
    BinaryField = models.BinaryField[bytes | None, bytes | None]
else:
    TextField, BinaryField = models.TextField, models.BinaryField


class Unreadable(Exception):
    """No key of FIELD_ENCRYPTION_KEYS opens this value."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is empty: nothing can be encrypted or read.")
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """Encrypts with the first key of FIELD_ENCRYPTION_KEYS, reads with any of them."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS))


def encrypt(plain: bytes) -> bytes:
    return cipher().encrypt(plain)


def decrypt(token: bytes) -> bytes:
    try:
        return cipher().decrypt(token)
    except InvalidToken as error:
        raise Unreadable("No current field encryption key opens this value.") from error


class EncryptedTextField(TextField):
    """Text, encrypted in its column. Cannot be searched or sorted: only ``isnull`` is a lookup."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return None if value is None else encrypt(value.encode()).decode()

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return None if value is None else decrypt(value.encode()).decode()

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: it cannot be looked up by {lookup_name}.")
        return super().get_lookup(lookup_name)


class EncryptedBinaryField(BinaryField):
    """Bytes, encrypted in their column (a third longer than what went in)."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return None if value is None else encrypt(bytes(value))

    def from_db_value(self, value: Any, expression: object, connection: object) -> bytes | None:
        return None if value is None else decrypt(bytes(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: it cannot be looked up by {lookup_name}.")
        return super().get_lookup(lookup_name)

"""What administrators change, noted with the values before and after; secrets as fingerprints only."""

from hashlib import sha256
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from clea_portal.audit.models import AuditSide
from clea_portal.audit.trail import record_act
from clea_portal.authorities.belonging import country_code_of
from clea_portal.authorities.models import Country
from clea_portal.fields import EncryptedBinaryField, EncryptedTextField

Facts = dict[str, Any]


def facts_of(row: models.Model) -> Facts:
    """The row's values by field, as JSON can hold them. Of an encrypted field: SHA-256, its first 16 digits; "" when empty.

    Sixteen digits tell two secrets apart and give none of them away: they are long and random. Never for what people type.
    """
    return {
        field.name: _fact(field, field.value_from_object(row)) for field in row._meta.concrete_fields if not field.primary_key
    }


def record_change(
    *,
    actor: AbstractBaseUser | None,
    verb: str,
    on: models.Model,
    before: Facts | None = None,
    country: Country | None = None,
    **details: Any,
) -> None:
    """Note that ``actor`` (None: a command) did ``verb``, and which fields it changed. In the caller's transaction.

    ``before``: ``facts_of`` the row before it was changed; None: it is new, and all of it is noted. ``country``: in whose log
    it stands; needed only where the row belongs to none, as people do.
    """
    after = facts_of(on)
    changed = [name for name in after if before is None or before.get(name) != after[name]]
    note_act(
        actor=actor,
        verb=verb,
        on=on,
        country=country,
        pk=on.pk,
        before=None if before is None else {name: before.get(name) for name in changed},
        after={name: after[name] for name in changed},
        **details,
    )


def note_act(
    *,
    actor: AbstractBaseUser | None,
    verb: str,
    on: models.Model,
    side: AuditSide = AuditSide.AUTHORITY,
    country: Country | None = None,
    **details: Any,
) -> None:
    """Note that ``actor`` (None: a command, or whoever holds a link) did ``verb``, in the log of the country that ``on`` is of.

    ``country``: needed only where the row belongs to none, as people do.
    """
    code = country.code if country else country_code_of(on)
    record_act(actor=actor, side=side, verb=verb, on=on, country=code, **details)


def _fact(field: Any, value: Any) -> Any:
    if value is None or value == "":
        return value
    if isinstance(field, EncryptedTextField | EncryptedBinaryField):
        plain = value.encode() if isinstance(value, str) else bytes(value)
        return f"sha256:{sha256(plain).hexdigest()[:16]}"
    return value if isinstance(value, bool | int) else str(value)

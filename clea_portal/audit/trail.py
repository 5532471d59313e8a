from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models

from clea_portal.audit.models import AuditEvent, AuditKind


def record_act(*, actor: AbstractBaseUser | AnonymousUser | None, verb: str, on: models.Model, **details: Any) -> None:
    """Note that ``actor`` (None: the system) did ``verb``. In the caller's transaction. ``details``: ids, states, counts."""
    _record(AuditKind.ACT, actor, verb, on, details)


def record_read(*, actor: AbstractBaseUser | AnonymousUser, verb: str, on: models.Model, **details: Any) -> None:
    """Note that ``actor`` opened ``on``."""
    _record(AuditKind.READ, actor, verb, on, details)


def _record(kind: AuditKind, actor: Any, verb: str, on: models.Model, details: dict[str, Any]) -> None:
    AuditEvent.objects.create(
        kind=kind,
        actor=actor if actor is not None and actor.is_authenticated else None,
        verb=verb,
        subject=on._meta.label_lower,
        subject_uuid=getattr(on, "uuid", None),
        details=details,
    )

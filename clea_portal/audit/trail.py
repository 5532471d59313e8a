from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models

from clea_portal.accounts.models import Organisation
from clea_portal.audit.models import AuditEvent, AuditKind, AuditSide


def record_act(
    *,
    actor: AbstractBaseUser | AnonymousUser | None,
    verb: str,
    on: models.Model,
    side: AuditSide | None = None,
    country: str = "",
    **details: Any,
) -> None:
    """Note that ``actor`` (None: the system) did ``verb``. In the caller's transaction. ``details``: ids, states, counts.

    ``side``: an authority's, where the actor acts as its agent on what is not its own; else told from the actor.
    ``country``: ISO code of the one whose administrators shall read it in their log.
    """
    _record(AuditKind.ACT, actor, verb, on, side, country, details)


def record_read(
    *,
    actor: AbstractBaseUser | AnonymousUser,
    verb: str,
    on: models.Model,
    side: AuditSide | None = None,
    country: str = "",
    **details: Any,
) -> None:
    """Note that ``actor`` opened ``on``."""
    _record(AuditKind.READ, actor, verb, on, side, country, details)


def _record(
    kind: AuditKind,
    actor: Any,
    verb: str,
    on: models.Model,
    side: AuditSide | None,
    country: str,
    details: dict[str, Any],
) -> None:
    known = actor is not None and actor.is_authenticated
    told = AuditSide.PERSON if known else AuditSide.SYSTEM if actor is None else AuditSide.LINK
    AuditEvent.objects.create(
        kind=kind,
        actor=actor if known else None,
        side=side or told,
        verb=verb,
        subject=on._meta.label_lower,
        subject_uuid=getattr(on, "uuid", None),
        organisation_id=on.pk if isinstance(on, Organisation) else getattr(on, "organisation_id", None),
        country=country,
        details=details,
    )

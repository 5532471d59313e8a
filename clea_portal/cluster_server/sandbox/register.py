"""Takes declarations in, once each where the driver allows that, and gives them back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from clea_portal.cluster_server.api import RemoteState
from clea_portal.cluster_server.exposure import Span
from clea_portal.cluster_server.sandbox.contact_messages import keep_back, tell_portal
from clea_portal.cluster_server.sandbox.models import Declaration, Kind, State


class ConflictError(Exception):
    """Another declaration, or another client's, has this UUID."""


class WithdrawnError(Exception):
    """The declaration of this UUID was withdrawn."""


def accept_by_form(*, ltid: UUID, instant: datetime, hours: Span, contact: bytes | None, now: datetime) -> None:
    """Counts again what is declared again, as the deployed server does. ``contact``: the code's encrypted contact message."""
    with transaction.atomic():
        repeated = Declaration.objects.filter(kind=Kind.FORM, ltid=ltid, instant=instant).update(
            count=F("count") + 1, calls=F("calls") + 1
        )
        if not repeated:
            Declaration.objects.create(
                kind=Kind.FORM, ltid=ltid, instant=instant, start=hours[0], end=hours[1], received_at=now, changed_at=now
            )
            tell_portal(ltid=ltid, contact=contact, hours=hours, now=now)


def find_by_api(*, uuid: UUID, issuer: str) -> Declaration | None:
    """A client's own declaration; another client's does not exist for it."""
    return Declaration.objects.filter(uuid=uuid, issuer=issuer).first()


def repeat_by_api(*, uuid: UUID, issuer: str, digest: str) -> Declaration | None:
    """The declaration, where these same words were accepted before; None for a new one. Raises ConflictError, WithdrawnError.

    Whoever repeats an accepted declaration gets the same answer, also when its time has made the code stale meanwhile.
    """
    with transaction.atomic():
        declaration = Declaration.objects.filter(uuid=uuid).first()
        if declaration is None:
            return None
        if declaration.issuer != issuer:
            raise ConflictError
        if declaration.state == State.WITHDRAWN:
            raise WithdrawnError
        if declaration.digest != digest:
            raise ConflictError
        Declaration.objects.filter(pk=declaration.pk).update(calls=F("calls") + 1)
        return declaration


def accept_by_api(
    *, uuid: UUID, issuer: str, digest: str, ltid: UUID, hours: Span, contact: bytes | None, now: datetime
) -> tuple[Declaration, bool]:
    """The declaration, and whether it is new. ``contact``: as for ``accept_by_form``. Raises ConflictError, WithdrawnError."""
    with transaction.atomic():
        # Someone may have been faster since the first look.
        repeated = repeat_by_api(uuid=uuid, issuer=issuer, digest=digest)
        if repeated is not None:
            return repeated, False
        created = Declaration.objects.create(
            kind=Kind.API,
            uuid=uuid,
            issuer=issuer,
            digest=digest,
            ltid=ltid,
            start=hours[0],
            end=hours[1],
            received_at=now,
            changed_at=now,
        )
        tell_portal(ltid=ltid, contact=contact, hours=hours, now=now)
        return created, True


def withdraw_by_api(*, uuid: UUID, issuer: str, now: datetime) -> None:
    """Also for a declaration that never arrived, so that one still on its way is refused. Raises ConflictError."""
    with transaction.atomic():
        declaration = Declaration.objects.filter(uuid=uuid).first()
        if declaration is None:
            Declaration.objects.create(
                kind=Kind.API, uuid=uuid, issuer=issuer, state=State.WITHDRAWN, count=0, calls=0, received_at=now, changed_at=now
            )
        elif declaration.issuer != issuer:
            raise ConflictError
        elif declaration.state == State.ACCEPTED:
            declaration.state = State.WITHDRAWN
            declaration.changed_at = now
            declaration.save(update_fields=["state", "changed_at"])
            keep_back(ltid=declaration.ltid, start=declaration.start)


def describe(declaration: Declaration) -> dict[str, Any]:
    """A declaration as ``GET /sandbox/received`` shows it."""
    return {
        "kind": declaration.kind,
        "uuid": declaration.uuid,
        "ltid": declaration.ltid,
        "instant": declaration.instant,
        "start": declaration.start,
        "end": declaration.end,
        "state": _state(declaration),
        "count": declaration.count,
        "calls": declaration.calls,
        "received_at": declaration.received_at,
    }


def _state(declaration: Declaration) -> str:
    is_published = declaration.state == State.ACCEPTED and declaration.is_listed
    return RemoteState.PUBLISHED.value if is_published else declaration.state

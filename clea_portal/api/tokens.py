"""Making and revoking tokens, and finding whom one speaks for."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Organisation, User
from clea_portal.accounts.roles import roles_of
from clea_portal.api.enums import CaseScope, Scope
from clea_portal.api.models import Token
from clea_portal.audit.trail import record_act

# So that people, and scanners of published source code, recognise one that went astray.
PREFIX = "clea_"
MOST_TOKENS = 20
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
# Every call of a program begins with this: only what decides is read, the rest where it is needed. Never evaluated itself, and
# put together once, which takes as long as asking the database.
_CALLERS = Token.objects.with_role().only(
    *("scope", "last_used_at", "expires_at", "revoked_at"),
    *("user__uuid", "user__is_staff", "user__is_active", "organisation__country"),
)


class TooManyTokens(Exception):
    """The person has MOST_TOKENS that still work."""


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Whom a call speaks for. ``may_issue``: whether it may write, by the token's scope and the person's role at this moment."""

    token: Token
    user: User
    may_issue: bool


@dataclass(frozen=True, kw_only=True)
class Caller(Speaker):
    """For an organisation."""

    organisation: Organisation


@dataclass(frozen=True, kw_only=True)
class Tracer(Speaker):
    """For a person of contact tracing. ``regions``: ids of those whose cases the person works on at this moment."""

    regions: frozenset[int]


@transaction.atomic
def make_token(
    *,
    by: User,
    organisation: Organisation | None,
    name: str,
    scope: Scope | CaseScope,
    lifetime: timedelta | None,
    now: datetime,
) -> tuple[Token, str]:
    """The row, and the token itself, which is stored nowhere: only whoever made it ever sees it. Raises TooManyTokens.

    ``organisation``: None for a CaseScope, which reaches the person's regions.
    """
    User.objects.select_for_update().get(pk=by.pk)
    if Token.objects.alive(now).filter(user=by).count() >= MOST_TOKENS:
        raise TooManyTokens
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=by,
        organisation=organisation,
        name=name,
        scope=scope,
        token_hash=_hash(secret),
        created_at=now,
        expires_at=now + lifetime if lifetime else None,
    )
    details: dict[str, Any] = {"organisation": str(organisation.uuid)} if organisation else {}
    record_act(actor=by, verb="token_made", on=token, scope=scope.value, **details)
    return token, secret


@transaction.atomic
def revoke_token(token: Token, *, by: User, now: datetime) -> None:
    """Revoking twice changes nothing."""
    if Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        record_act(actor=by, verb="token_revoked", on=token)


def find_caller(secret: str, *, now: datetime) -> Caller | Tracer | None:
    """None for a token that is unknown, expired or revoked, or whose person may not sign in, or has left the organisation, or
    contact tracing."""
    if not _FORM.fullmatch(secret):
        return None
    try:
        token = _CALLERS.get(token_hash=_hash(secret))
    except Token.DoesNotExist:
        return None
    # Looked at here, not by the database: each condition would be put together anew for each call.
    if not token.is_alive(now) or not token.user.is_active:
        return None
    if token.organisation is None:
        return _tracer(token, now=now)
    role = token.role
    if role is None:
        return None
    _note_use(token, now=now)
    may_issue = token.scope == Scope.ISSUE and role in (MemberRole.OWNER, MemberRole.EDITOR)
    return Caller(token=token, user=token.user, organisation=token.organisation, may_issue=may_issue)


def _tracer(token: Token, *, now: datetime) -> Tracer | None:
    regions = roles_of(token.user).regions
    if not regions:
        return None
    _note_use(token, now=now)
    return Tracer(token=token, user=token.user, regions=regions, may_issue=token.scope == CaseScope.WRITE)


def _note_use(token: Token, *, now: datetime) -> None:
    """At most once a minute: a program that calls all day does not write all day."""
    minute = now.replace(second=0, microsecond=0)
    if token.last_used_at is None or token.last_used_at < minute:
        unknown = Q(last_used_at__isnull=True) | Q(last_used_at__lt=minute)
        Token.objects.filter(unknown, pk=token.pk).update(last_used_at=minute)


def last_uses(users: list[int]) -> dict[int, datetime]:
    """By the person's id, when one of their tokens for cases was last used (settings.STAFF_LAST_USES). One query."""
    rows = Token.objects.filter(user__in=users, organisation__isnull=True, last_used_at__isnull=False).order_by()
    return dict(rows.values_list("user").annotate(Max("last_used_at")))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

"""Access that nobody has used for long ends by itself, after a warning: what is forgotten is what gets stolen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from clea_portal.accounts.errors import Gone
from clea_portal.accounts.mails import address_of, send_to
from clea_portal.accounts.models import Administration, TeamMembership, User
from clea_portal.administration.staff import Access, suspend
from clea_portal.administration.staff_errors import LastAdministrator
from clea_portal.authorities.models import Country

WARNING = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Absent:
    """``access``: what the person has not used; ``last_seen_at``: when they last did, or when it began."""

    user: User
    access: Sequence[Access]
    last_seen_at: datetime
    warned_at: datetime | None


logger = structlog.get_logger(__name__)


def suspend_absent(*, now: datetime) -> int:
    """Warn whoever has seven days left, suspend whoever was warned seven days ago and has not come. How many are suspended."""
    return sum(_of_country(country, now=now) for country in Country.objects.order_by("pk"))


def _of_country(country: Country, *, now: datetime) -> int:
    limit = timedelta(days=country.inactive_days)
    suspended = 0
    for absent in _absent(country, since=now - limit + WARNING):
        if absent.warned_at is None or absent.warned_at < absent.last_seen_at:
            _warn(absent, country, ends_at=max(absent.last_seen_at + limit, now + WARNING), now=now)
        elif absent.last_seen_at <= now - limit and absent.warned_at <= now - WARNING:
            suspended += _suspend(absent.user, country, now=now)
    return suspended


def _absent(country: Country, *, since: datetime) -> list[Absent]:
    """Whoever has access and has not used it since."""
    rows: list[Access] = [
        *TeamMembership.objects.active().of_country(country).filter(active_since__lt=since).select_related("user"),
        *Administration.objects.active().filter(country=country, active_since__lt=since).select_related("user"),
    ]
    people: dict[User, list[Access]] = {}
    for row in rows:
        if row.user.last_login is None or row.user.last_login < since:
            people.setdefault(row.user, []).append(row)
    used = _last_uses(people)
    found = []
    for user, access in people.items():
        moments = [user.last_login, used.get(user.pk), *(row.active_since for row in access)]
        last = max(moment for moment in moments if moment is not None)
        if last < since:
            warnings = [row.warned_at for row in access if row.warned_at is not None]
            found.append(Absent(user=user, access=access, last_seen_at=last, warned_at=max(warnings, default=None)))
    return found


def _last_uses(people: Iterable[User]) -> dict[int, datetime]:
    """By the person's id, when something of theirs last worked without a sign-in (settings.STAFF_LAST_USES)."""
    ids = [user.pk for user in people]
    found: dict[int, datetime] = {}
    for path in settings.STAFF_LAST_USES:
        for user, moment in import_string(path)(ids).items():
            found[user] = max(moment, found.get(user, moment))
    return found


def _warn(absent: Absent, country: Country, *, ends_at: datetime, now: datetime) -> None:
    """Noted first, so that of two workers one sends; when no mail went out, the next run tries again."""
    noted = [row for row in absent.access if _note_warning(row, was=row.warned_at, now=now)]
    if noted and not send_to(absent.user, "access_warning", country=country, ends_at=ends_at, url=address_of("start")):
        for row in noted:
            _note_warning(row, was=now, now=row.warned_at)


def _note_warning(row: Access, *, was: datetime | None, now: datetime | None) -> bool:
    rows = TeamMembership.objects if isinstance(row, TeamMembership) else Administration.objects
    return bool(rows.filter(pk=row.pk, warned_at=was).update(warned_at=now))


def _suspend(user: User, country: Country, *, now: datetime) -> bool:
    try:
        suspend(user, country=country, by=None, now=now, verb="access_suspended_absent")
    except LastAdministrator:
        # Somebody must be able to let the others in again.
        logger.warning("last_administrator_absent", country=country.code)
        return False
    except Gone:
        return False
    send_to(user, "access_suspended", country=country, by=None, days=country.inactive_days)
    return True

"""Where a person is signed in, and ending that from elsewhere."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import timezone

from clea_portal.accounts.models import User, UserSession
from clea_portal.accounts.session_store import DEVICE, STARTED

_BROWSERS = [
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
]
_BROWSERS += [("CriOS", "Chrome"), ("Chrom(e|ium)", "Chrome"), ("Version", "Safari")]
_SYSTEMS = [("iPhone|iPad", "iOS"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS")]
_SYSTEMS += [("Linux", "Linux")]


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """One session. ``reference``: what a page names it by; the key itself would let whoever reads the page in."""

    reference: str
    started_at: datetime
    last_seen_at: datetime
    device: str
    is_this: bool


def name_session(request: HttpRequest) -> None:
    """At the sign-in: since when, and by what kind of browser."""
    request.session[STARTED] = timezone.now().isoformat()
    request.session[DEVICE] = device_of(request.headers.get("User-Agent", ""))


def device_of(agent: str) -> str:
    """The families of browser and system that a User-Agent header names, as "Firefox, Windows"; "" where it names none."""
    found = [next((name for mark, name in known if re.search(mark, agent)), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in found if name)


def sessions_of(user: User, *, now: datetime, current: str | None = "") -> list[SignedIn]:
    """Those that still open pages: the one that asks, whose key is ``current``, then the latest."""
    rows = UserSession.objects.filter(account=user, expire_date__gt=now).order_by("-last_seen_at", "pk")
    found = [
        SignedIn(
            reference=_reference(row.session_key),
            started_at=row.started_at,
            last_seen_at=row.last_seen_at,
            device=row.device,
            is_this=row.session_key == current,
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: not each.is_this)


def end_session(user: User, *, reference: str) -> bool:
    """Whether there was one of this reference: it opens nothing from now on."""
    keys = [key for key in _keys(user) if _reference(key) == reference]
    return bool(UserSession.objects.filter(pk__in=keys).delete()[0])


def end_sessions(user: User, *, but: str | None = "") -> int:
    """All of them; ``but``: the key of one that stays. How many."""
    return UserSession.objects.filter(account=user).exclude(pk=but or "").delete()[0]


def factors_of(users: list[User]) -> dict[int, list[str]]:
    """By the person's id, the kinds of second factor that are set up: ``totp``, ``webauthn``. One query."""
    found: dict[int, list[str]] = {}
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    rows = Authenticator.objects.filter(user__in=users, type__in=kinds).order_by("type").values_list("user", "type").distinct()
    for user, kind in rows:
        found.setdefault(user, []).append(str(kind))
    return found


def _keys(user: User) -> list[str]:
    return list(UserSession.objects.filter(account=user).values_list("pk", flat=True))


def _reference(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]

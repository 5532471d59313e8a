"""What a display's link opens: its page, its codes ahead of time, and pictures of the code for signage software.

The token in the address is the only key: no sign-in, no cookie. It stands in no log: those name routes (clea_portal.logs).
"""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

import structlog
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.crypto import salted_hmac
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from clea_portal.authorities.keys import NoKey
from clea_portal.limits import seconds_to_wait
from clea_portal.posters.bitmap import png_of_bitmap
from clea_portal.posters.errors import BadPoster, PosterUnreadable
from clea_portal.posters.pictures import render_svg
from clea_portal.protocol.ntp import from_ntp
from venues.display_codes import NothingToShow, ShownCode, code_at, codes_between, edition, rotations_of
from venues.display_words import RIGHT_TO_LEFT, WORDS
from venues.displays import find_by_token, note_seen
from venues.models import Display

logger = structlog.get_logger(__name__)

# A display asks once a minute, and for some hundreds of codes when it starts; a player of signage may ask every second.
MOST_A_MINUTE = 120
MOST_ANSWERS_WITH_CODES = 20
MOST_UNKNOWN = 30
SMALLEST_SIDE, USUAL_SIDE, LARGEST_SIDE = 219, 876, 2190
WORKER = settings.BASE_DIR / "static" / "js" / "display_worker.js"

Answer = Callable[..., HttpResponse]


def opened_by_token(view: Answer) -> Answer:
    """Finds the display of a token and says no more to anybody else than what to do; limits how often either is asked."""

    @login_not_required
    @require_safe
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        display = find_by_token(token)
        if display is None:
            wait = seconds_to_wait(f"unknown-display:{get_adapter().get_client_ip(request)}", limit=MOST_UNKNOWN, window=60)
            return _guarded(_wait(wait) if wait else _off(request))
        wait = seconds_to_wait(f"display:{display.pk}", limit=MOST_A_MINUTE, window=60)
        if wait:
            return _guarded(_wait(wait))
        try:
            return _guarded(view(request, display))
        except NothingToShow:
            return _guarded(_sorry(_("Nobody has said yet when the codes of this room change."), status=404))
        except NoKey:
            return _guarded(_sorry(_("No code can be made at the moment: the country's keys are missing."), status=503))
        except (BadPoster, PosterUnreadable):
            logger.error("display_unreadable", display=str(display.uuid))
            return _guarded(_sorry(_("This code could not be read back, so it is not shown."), status=503))

    return opened


@opened_by_token
def page(request: HttpRequest, display: Display) -> HttpResponse:
    """The full screen. What it needs beyond the codes, it carries."""
    now = timezone.now()
    note_seen(display, now=now)
    words = WORDS[display.language].with_application(display.venue.country.application_name)
    try:
        seconds = _seconds_left(code_at(display, now), now)
    except (NothingToShow, NoKey):
        seconds = 60
    context = {
        "display": display,
        "token": request.resolver_match.kwargs["token"] if request.resolver_match else "",
        "words": words,
        "direction": "rtl" if display.language in RIGHT_TO_LEFT else "ltr",
        "page_version": _page_version(display),
        # For browsers without scripts, which load the whole page again when the code changes.
        "reload_in": max(1, seconds),
    }
    return render(request, "venues/display.html", context)


@opened_by_token
def codes(request: HttpRequest, display: Display) -> HttpResponse:
    """The next codes from ``?from=`` on (Unix seconds; at the earliest the one of now), as far ahead as the display looks.

    ``?edition=``: what the display has kept; if that is out of date, the answer begins again with the code of now.
    """
    now = timezone.now()
    note_seen(display, now=now)
    rotations = rotations_of(display, now=now)
    current = edition(display, rotations, now=now)
    until = now + timedelta(hours=display.hours_ahead)
    start = _moment(request.GET.get("from", ""), earliest=now, latest=until)
    if request.GET.get("edition") != current:
        start = now
    shown: list[ShownCode] = []
    if start < until:
        wait = seconds_to_wait(f"display-codes:{display.pk}", limit=MOST_ANSWERS_WITH_CODES, window=60)
        if wait:
            return _wait(wait)
        shown = codes_between(display, start=start, end=until)
    drawn = [_drawn(code) for code in shown]
    return JsonResponse(
        {
            # Milliseconds, by which the display finds out how wrong its own clock is.
            "received": round(now.timestamp() * 1000),
            "sent": round(timezone.now().timestamp() * 1000),
            "edition": current,
            "page": _page_version(display),
            "place": display.venue.name,
            "room": display.room.name if display.room else "",
            "zone": rotations[0].time_zone,
            "until": int(until.timestamp()),
            "codes": drawn,
        }
    )


@opened_by_token
def png(request: HttpRequest, display: Display) -> HttpResponse:
    """The code of now, exactly ``?size=`` pixels wide and high."""
    size = request.GET.get("size", str(USUAL_SIDE))
    if not (size.isascii() and size.isdigit() and len(size) <= 5 and SMALLEST_SIDE <= int(size) <= LARGEST_SIDE):
        return _sorry(
            _("size must be a whole number of pixels from %(smallest)s to %(largest)s.")
            % {"smallest": SMALLEST_SIDE, "largest": LARGEST_SIDE},
            status=400,
        )
    return _picture(request, display, "image/png", size, lambda code: png_of_bitmap(code.bitmap(), side=int(size)))


@opened_by_token
def svg(request: HttpRequest, display: Display) -> HttpResponse:
    """The code of now, in any size."""
    return _picture(request, display, "image/svg+xml", "svg", lambda code: render_svg(code.deep_link))


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from an address above all displays: its scope is what lies below."""
    headers = {"Cache-Control": "no-cache", "X-Robots-Tag": "noindex"}
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript", headers=headers)


def _drawn(code: ShownCode) -> dict[str, Any]:
    """Unix seconds, and the modules as display.js draws them."""
    return {
        "from": int(code.start.timestamp()),
        "until": int(code.end.timestamp()),
        "check_code": code.check_code,
        "modules": b64encode(code.bitmap()).decode(),
    }


def _picture(
    request: HttpRequest, display: Display, content_type: str, variant: str, draw: Callable[[ShownCode], bytes]
) -> HttpResponse:
    """Kept by any cache of the player's until the second in which the code changes, and not longer.

    Two answers for one second hold the same code in other bytes (each is encrypted anew): so the entity tag is a weak one.
    """
    now = timezone.now()
    note_seen(display, now=now)
    code = code_at(display, now)
    since = from_ntp(code.t_qr_start)
    content = [edition(display, rotations_of(display, now=now), now=now), code.t_qr_start, variant]
    tag = f'W/"{salted_hmac("venues.display_pages.picture", json.dumps(content)).hexdigest()[:32]}"'

    @condition(etag_func=lambda *_: tag, last_modified_func=lambda *_: since)
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(draw(code), content_type=content_type)

    response = answer(request)
    left = _seconds_left(code, now)
    patch_cache_control(response, private=True, max_age=left, must_revalidate=True)
    response["Expires"] = http_date(now.timestamp() + left)
    return response


def _seconds_left(code: ShownCode, now: datetime) -> int:
    return int((code.end - now).total_seconds())


def _moment(text: str, *, earliest: datetime, latest: datetime) -> datetime:
    """The moment of some Unix seconds, if it lies between the two; else the earliest."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        return earliest
    return datetime.fromtimestamp(min(max(int(text), earliest.timestamp()), latest.timestamp()), tz=UTC)


def _page_version(display: Display) -> str:
    """Differs when a display would look otherwise if it loaded its page again."""
    parts = [static(name) for name in ("js/display.js", "css/display.css")]
    return sha256("\n".join([*parts, display.language, display.name, settings.VERSION]).encode()).hexdigest()[:16]


def _off(request: HttpRequest) -> HttpResponse:
    """The header tells a tablet that this is the portal's own word, not that of something in between: it forgets its codes."""
    response = render(request, "venues/display_unknown.html", status=404)
    response["X-Display"] = "off"
    return response


def _wait(seconds: int) -> HttpResponse:
    return _sorry(_("Too many requests. Try again in a minute."), status=429, headers={"Retry-After": str(seconds)})


def _sorry(sentence: str, *, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8", headers=headers)


def _guarded(response: HttpResponse) -> HttpResponse:
    """The address is the key: it goes into no referrer and no search engine, and what it opens into no shared cache."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    if "Cache-Control" not in response:
        response["Cache-Control"] = "private, no-store"
    return response

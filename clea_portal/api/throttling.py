"""How often one token may call."""

from typing import Any

from django.conf import settings
from django.utils.translation import ngettext
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from clea_portal.api.authentication import caller
from clea_portal.api.problems import Refused
from clea_portal.limits import seconds_to_wait

MINUTE = 60


class CallsPerToken(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        wait = _seconds_to_wait(request, "calls", settings.API_CALLS_PER_MINUTE)
        if wait:
            limit = ngettext(
                "This token may make %(limit)s call a minute.",
                "This token may make %(limit)s calls a minute.",
                settings.API_CALLS_PER_MINUTE,
            ) % {"limit": settings.API_CALLS_PER_MINUTE}
            raise Refused("too-many-calls", _again(limit, wait), wait=wait)
        return True


def count_document(request: Request) -> None:
    """A typeset page costs as much as many calls. Raises Refused."""
    wait = _seconds_to_wait(request, "documents", settings.API_DOCUMENTS_PER_MINUTE)
    if wait:
        limit = ngettext(
            "This token may fetch %(limit)s PDF a minute.",
            "This token may fetch %(limit)s PDFs a minute.",
            settings.API_DOCUMENTS_PER_MINUTE,
        ) % {"limit": settings.API_DOCUMENTS_PER_MINUTE}
        raise Refused("too-many-calls", _again(limit, wait), wait=wait)


def _seconds_to_wait(request: Request, what: str, limit: int) -> int:
    return seconds_to_wait(f"api:{what}:{caller(request).token.pk}", limit=limit, window=MINUTE)


def _again(limit: str, wait: int) -> str:
    again = ngettext("Try again in %(count)s second.", "Try again in %(count)s seconds.", wait) % {"count": wait}
    return f"{limit} {again}"

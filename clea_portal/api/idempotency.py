"""Calls that may be repeated: the same key and the same request get the same answer, and the work is done once.

The claim on a key is committed first, so that whoever comes at the same moment sees it. The work and its answer are committed
together, so neither is ever there without the other. Only success is kept: after a refusal nothing was done, and the key is free.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clea_portal.api.authentication import caller
from clea_portal.api.models import StoredAnswer, Token
from clea_portal.api.problems import Refused

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY_LIMIT = 255
KEPT = timedelta(hours=24)
# Longer than any call lives: whoever holds a claim for longer has died with it.
LEASE = timedelta(seconds=90)

Handler = Callable[..., Response | HttpResponse]


def idempotent(handler: Handler) -> Handler:
    """For every ``post``: obeys the header Idempotency-Key. Without the header, the call is simply done."""

    @wraps(handler)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponse:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        claim = _claim(caller(request).token, key=_checked(key), fingerprint=_fingerprint(request), now=timezone.now())
        if claim.content is not None:
            return _replayed(claim.content)
        try:
            with transaction.atomic():
                response = _rendered(handler(view, request, *args, **kwargs))
                _keep(claim, response)
        except BaseException:
            StoredAnswer.objects.filter(pk=claim.pk, claimed_at=claim.claimed_at, content__isnull=True).delete()
            raise
        return response

    return answer


def purge(*, now: datetime) -> int:
    """Delete answers that are no longer repeated; how many."""
    return StoredAnswer.objects.filter(claimed_at__lte=now - KEPT).delete()[0]


def _checked(key: str) -> str:
    if not 0 < len(key) <= KEY_LIMIT or not key.isascii() or not key.isprintable():
        raise Refused("malformed", _("An idempotency key has 1 to %(limit)s printable ASCII characters.") % {"limit": KEY_LIMIT})
    return key


def _fingerprint(request: Request) -> str:
    http = request._request
    asked = (http.method or "", http.get_full_path(), request.headers.get("Accept", ""), http.content_type or "")
    text = "\n".join(asked).encode() + b"\n" + http.body
    return salted_hmac("clea_portal.api.idempotency", text, algorithm="sha256").hexdigest()


def _claim(token: Token, *, key: str, fingerprint: str, now: datetime) -> StoredAnswer:
    """This call's own claim, or the answer to an earlier call (``content`` is set). Raises Refused."""
    key_hash = hashlib.sha256(key.encode()).hexdigest()
    for _attempt in range(2):
        try:
            with transaction.atomic():
                return StoredAnswer.objects.create(token=token, key_hash=key_hash, fingerprint=fingerprint, claimed_at=now)
        except IntegrityError:
            found = StoredAnswer.objects.filter(token=token, key_hash=key_hash).first()
        if found is not None and not _is_past(found, now=now):
            return _same(found, fingerprint=fingerprint)
        if found is not None:
            # Of several who find it past, each deletes that very claim and not the next one's.
            StoredAnswer.objects.filter(pk=found.pk, claimed_at=found.claimed_at).delete()
    raise _in_use()


def _is_past(found: StoredAnswer, *, now: datetime) -> bool:
    return found.claimed_at <= now - (LEASE if found.content is None else KEPT)


def _same(found: StoredAnswer, *, fingerprint: str) -> StoredAnswer:
    if found.fingerprint != fingerprint:
        detail = _("This idempotency key was sent with another request in the last 24 hours. Use a new key for each request.")
        raise Refused("key-reused", detail)
    if found.content is None:
        raise _in_use()
    return found


def _in_use() -> Refused:
    return Refused("key-in-use", _("The first call with this key is not answered yet. Ask again in a moment."), wait=1)


def _keep(claim: StoredAnswer, response: HttpResponse) -> None:
    """In the transaction of the work. Raises Refused, which undoes the work, when somebody has taken the claim over."""
    head = json.dumps({"status": response.status_code, "headers": dict(response.items())}).encode()
    mine = StoredAnswer.objects.filter(pk=claim.pk, claimed_at=claim.claimed_at, content__isnull=True)
    if not mine.update(content=head + b"\n" + response.content):
        raise _in_use()


def _replayed(content: bytes) -> HttpResponse:
    head, _line, body = bytes(content).partition(b"\n")
    words = json.loads(head)
    return HttpResponse(body, status=words["status"], headers=words["headers"] | {REPLAYED: "true"})


def _rendered(response: Response | HttpResponse) -> HttpResponse:
    """As it goes out, so that a repetition is the same to the byte."""
    if not isinstance(response, Response):
        return response
    # What it says of its content is not true before it is rendered.
    headers = dict(response.items()) | {"Content-Type": "application/json"}
    content = b"" if response.data is None else JSONRenderer().render(response.data)
    return HttpResponse(content, status=response.status_code, headers=headers)

"""Misbehaviour on request. Kept in the state file, so that every thread sees it at once."""

import socket
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from clea_portal.cluster_server.sandbox.models import Behaviour, Mode

View = Callable[..., HttpResponseBase]
DECLARING = frozenset({"POST", "PUT", "DELETE"})


def take() -> Behaviour:
    """How to treat one call; uses up one of its times."""
    with transaction.atomic():
        behaviour = Behaviour.objects.get()
        if behaviour.mode != Mode.WELL and behaviour.times is not None:
            left = behaviour.times - 1
            Behaviour.objects.update(times=left or None, mode=behaviour.mode if left else Mode.WELL)
        return behaviour


def misbehaving(view: View, *, refuse: Callable[[], HttpResponse]) -> View:
    """The view, misbehaving as told in calls that declare or withdraw; ``refuse`` makes its kind of refusal."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in DECLARING:
            return view(request, *args, **kwargs)
        request.body  # noqa: B018 - read before an early answer, or closing the connection would cut that answer off
        behaviour = take()
        match behaviour.mode:
            case Mode.SLOW:
                connection.close()
                time.sleep(behaviour.seconds)
            case Mode.ERROR:
                return _error(behaviour)
            case Mode.REFUSE:
                return refuse()
        response = view(request, *args, **kwargs)
        if behaviour.mode == Mode.DROP:
            channel: socket.socket = request.META["gunicorn.socket"]
            channel.shutdown(socket.SHUT_RDWR)
        return response

    return wrapped


def _error(behaviour: Behaviour) -> HttpResponse:
    response = HttpResponse("The sandbox was told to answer so.", status=behaviour.status, content_type="text/plain")
    if behaviour.retry_after is not None:
        response["Retry-After"] = str(behaviour.retry_after)
    return response

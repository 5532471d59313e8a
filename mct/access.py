"""Who may do what with a case. Scope first (404), then these (403)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from clea_portal.accounts.roles import roles_of


def tracers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Contact tracing pages do not exist for anybody else, nor where a country runs without contact tracing."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not roles_of(request.user).is_tracer:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded

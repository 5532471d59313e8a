"""Who may set up what: an administrator of a country all of it, and nothing of any other."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from clea_portal.accounts.roles import roles_of
from clea_portal.authorities.models import Country


def administrators_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Pages of administrators do not exist for anybody else."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not roles_of(request.user).administers:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def may_add_countries(request: HttpRequest) -> bool:
    """Administrators of any country, and whoever installed the portal: the first country has no administrator yet."""
    roles = roles_of(request.user)
    return bool(roles.administers) or roles.is_staff


def country_makers_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Pages on which a country is added do not exist for anybody else."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_add_countries(request):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def administered_countries(request: HttpRequest) -> QuerySet[Country]:
    return Country.objects.filter(pk__in=roles_of(request.user).administers)


def administered(request: HttpRequest, code: str) -> Country:
    """The country with this ISO code, if the person administers it. Raises Http404."""
    return get_object_or_404(administered_countries(request), code=code)


def sent(request: HttpRequest) -> tuple[Any, Any]:
    """What a form is filled with: fields and files of a POST, however empty; nothing else."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)

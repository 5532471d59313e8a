"""Who may do what with a case. Scope first (404), then these (403)."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from clea_portal.accounts.roles import roles_of
from clea_portal.authorities.models import Region
from mct.models import Case
from mct.moves import Gone


def tracers_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Contact tracing pages do not exist for anybody else, nor where a country runs without contact tracing."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not roles_of(request.user).is_tracer:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except Gone as gone:
            # Deleted between being found and being locked: as if it had been asked for a moment later.
            raise Http404 from gone

    return guarded


def regions_of(request: HttpRequest) -> frozenset[int]:
    """Ids of the regions whose cases the person sees and works on."""
    return roles_of(request.user).regions


def own_regions(request: HttpRequest) -> QuerySet[Region]:
    return Region.objects.filter(pk__in=regions_of(request)).select_related("country")


def find_case(request: HttpRequest, uuid: UUID) -> Case:
    """The case, if it is of one of the person's regions. Raises Http404."""
    cases = Case.objects.in_regions(regions_of(request)).select_related(
        "region__country", "code", "created_by", "proposed_by", "assignee", "team", "merged_into"
    )
    return get_object_or_404(cases, uuid=uuid)

"""The page on which agents authorise uploads, where a country runs with contact tracing at the centre (deployment 1)."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clea_portal.accounts.person import person
from clea_portal.accounts.roles import roles_of
from clea_portal.authorities.models import Region
from mct.authorising.forms import AuthoriseForm
from mct.authorising.issuing import (
    MOST_OPEN,
    NoServer,
    TooManyOpen,
    authorise_upload,
    revoke_authorisation,
)
from mct.authorising.models import UploadAuthorisation
from mct.authorising.spelling import spelled


def authorisers_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """These pages do not exist for anybody else, nor in a country where phones upload without an interview."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not roles_of(request.user).authorises:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@authorisers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorise(request: HttpRequest) -> HttpResponse:
    """One's own open codes, and a button for a new one. A new code is on the answer to that, and nowhere else."""
    user, now = person(request), timezone.now()
    regions = list(Region.objects.filter(pk__in=roles_of(user).authorises).select_related("country"))
    form = AuthoriseForm(request.POST if request.method == "POST" else None, regions=regions)
    if request.method == "POST" and form.is_valid():
        try:
            authorisation, code = authorise_upload(region=form.chosen_region(), by=user, now=now)
        except TooManyOpen:
            form.add_error(None, _too_many())
        except NoServer:
            form.add_error(None, _("The country's cluster server is not set up for uploads. Ask an administrator."))
        else:
            context = {"authorisation": authorisation, "groups": spelled(code)}
            return render(request, "mct/authorising/shown.html", context)
    opened = UploadAuthorisation.objects.open(now).filter(created_by=user, region__in=regions)
    rows = [
        {"authorisation": each, "minutes": max(1, round((each.expires_at - now).total_seconds() / 60))}
        for each in opened.select_related("region")
    ]
    return render(request, "mct/authorising/list.html", {"form": form, "rows": rows, "several_regions": len(regions) > 1})


@authorisers_only
@require_POST
def revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = get_object_or_404(UploadAuthorisation, created_by=person(request), uuid=uuid)
    if revoke_authorisation(found, by=person(request), now=timezone.now()):
        messages.success(request, _("The code no longer works."))
    else:
        messages.warning(request, _("This code has been used already, or revoked."))
    return redirect("authorising:list")


def _too_many() -> str:
    return ngettext(
        "You have %(count)d code that nobody has used yet, which is as many as one person may have. Revoke one, or wait.",
        "You have %(count)d codes that nobody has used yet, which is as many as one person may have. Revoke one, or wait.",
        MOST_OPEN,
    ) % {"count": MOST_OPEN}

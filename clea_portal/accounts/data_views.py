"""What a person, and an organisation, has here: seen, downloaded, deleted."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts import activity
from clea_portal.accounts.access import seat
from clea_portal.accounts.deletions import (
    COUNTDOWN,
    order_deletion_of_account,
    organisations_deleted_with,
    organisations_left_without_owner,
    stop_deletion,
)
from clea_portal.accounts.errors import Refused, WorksForAuthority
from clea_portal.accounts.models import Deletion
from clea_portal.accounts.person import person
from clea_portal.accounts.roles import roles_of
from clea_portal.jobs.running import TooManyJobs, order, too_many_message

EVENTS_PER_PAGE = 50
EXPORT = "accounts.own_data"


@require_safe
def own_data(request: HttpRequest) -> HttpResponse:
    user = person(request)
    return render(request, "accounts/own_data.html", {"deletion": Deletion.objects.filter(user=user).first()})


@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def download(request: HttpRequest) -> HttpResponse:
    """Asks once more on GET, which is also where a person lands after proving who they are."""
    if request.method != "POST":
        return render(request, "accounts/download.html")
    try:
        job = order(kind=EXPORT, by=person(request), arguments={}, title=_("My data"), back_to=reverse("own_data"), key=EXPORT)
    except TooManyJobs:
        messages.error(request, too_many_message())
        return redirect("own_data")
    return redirect("jobs:detail", job.uuid)


@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if request.method == "POST":
        try:
            order_deletion_of_account(user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("delete_account")
        return redirect("own_data")
    context = {
        "refused": WorksForAuthority() if roles_of(user).needs_second_factor else None,
        "left_behind": organisations_left_without_owner(user),
        "deleted_too": organisations_deleted_with(user),
        "due_at": timezone.now() + COUNTDOWN,
        "days": COUNTDOWN.days,
    }
    return render(request, "accounts/delete_account.html", context)


@require_POST
def stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """By the person whose account it is, or by any owner of the organisation."""
    user = person(request)
    deletion = get_object_or_404(Deletion.objects.concerning(user).select_related("organisation"), uuid=uuid)
    if deletion.organisation is not None and not seat(request, deletion.organisation.uuid).owns:
        raise PermissionDenied
    try:
        stop_deletion(deletion, by=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The deletion is stopped. Nothing has been deleted."))
    if deletion.organisation is None:
        return redirect("own_data")
    return redirect("organisations:detail", deletion.organisation.uuid)


@require_safe
def organisation_activity(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = seat(request, uuid)
    page = Paginator(activity.of_organisation(found.organisation), EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    entries = activity.entries(page, organisation=found.organisation, reader=person(request))
    context = {"organisation": found.organisation, "page_obj": page, "entries": entries}
    return render(request, "accounts/activity.html", context)

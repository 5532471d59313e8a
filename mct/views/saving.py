"""Selections that a person keeps."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clea_portal.accounts.person import person
from mct.access import tracers_only
from mct.desk_forms import SaveForm
from mct.desk_models import NAME_LIMIT, SavedFilter
from mct.saving import MOST_SAVED, TooManySaved, save_filter
from mct.selection import address_of


@tracers_only
@require_POST
def filter_save(request: HttpRequest) -> HttpResponse:
    form = SaveForm(request.POST)
    query = address_of(QueryDict(request.POST.get("query", "")[:2000]))
    if not form.is_valid():
        messages.error(request, _("Give the selection a name of at most %(count)d characters.") % {"count": NAME_LIMIT})
    elif not query:
        messages.error(request, _("Choose something first: this is the whole list."))
    else:
        try:
            save_filter(owner=person(request), name=form.cleaned_data["name"], query=query)
        except TooManySaved:
            messages.error(request, _("You keep %(count)d selections already. Delete one first.") % {"count": MOST_SAVED})
        else:
            messages.success(request, _("The selection is kept."))
    return redirect(reverse("mct:case_list") + (f"?{query}" if query else ""))


@tracers_only
@require_POST
def filter_delete(request: HttpRequest) -> HttpResponse:
    """``filter``: its number. One that is another person's does not exist."""
    try:
        number = UUID(request.POST.get("filter", ""))
    except ValueError:
        raise Http404 from None
    if not SavedFilter.objects.filter(owner=person(request), uuid=number).delete()[0]:
        raise Http404
    messages.success(request, _("The selection is deleted."))
    return redirect("mct:case_list")

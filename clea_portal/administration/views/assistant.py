"""The assistant that adds a country. Each step is kept as it is sent, so it can be left and taken up again."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clea_portal.accounts.person import person
from clea_portal.administration import countries
from clea_portal.administration.access import country_makers_only
from clea_portal.administration.country_models import DRAFT_RETENTION, CountryDraft
from clea_portal.administration.groups import GROUPS, bound, proposed
from clea_portal.administration.summaries import summary

MOST_DRAFTS = 20


@country_makers_only
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    drafts = CountryDraft.objects.filter(owner=person(request))
    if drafts.count() >= MOST_DRAFTS:
        messages.warning(
            request,
            _("You have %(number)d countries under way. Finish one of them, or discard it.") % {"number": MOST_DRAFTS},
        )
        return redirect("administration:countries")
    draft = CountryDraft.objects.create(owner=person(request))
    return redirect("administration:assistant", draft.uuid, "identity")


@country_makers_only
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, draft: UUID, group: str) -> HttpResponse:
    found = _find(request, draft)
    groups = found.groups
    if group not in GROUPS or GROUPS[group] not in groups:
        raise Http404
    here = GROUPS[group]
    given = found.answers.get(group, proposed(here, found.answers))
    if request.method == "POST":
        form = here.form(request.POST)
        if form.is_valid():
            countries.answer(draft=found, group=group, answers=form.answers())
            following = found.missing
            if following is None:
                return redirect("administration:assistant_summary", found.uuid)
            return redirect("administration:assistant", found.uuid, following.name)
    else:
        form = here.form(initial={name: here.form.shown(value) for name, value in given.items()})
    place = groups.index(here)
    context = {
        "draft": found,
        "group": here,
        "form": form,
        "steps": _steps(found, current=group),
        "previous": groups[place - 1] if place else None,
        "number": place + 1,
        "total": len(groups),
    }
    return render(request, "administration/assistant.html", context)


@country_makers_only
@require_GET
def overview(request: HttpRequest, draft: UUID) -> HttpResponse:
    found = _find(request, draft)
    if found.missing is not None:
        return redirect("administration:assistant", found.uuid, found.missing.name)
    context = {
        "draft": found,
        "groups": [summary(group, found.values) for group in found.groups],
        "steps": _steps(found, current=""),
        "kept_until": found.changed_at + DRAFT_RETENTION,
    }
    return render(request, "administration/assistant_summary.html", context)


@country_makers_only
@require_POST
def finish(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Everything is looked at once more: other countries may have come meanwhile."""
    found = _find(request, draft)
    if found.missing is not None:
        return redirect("administration:assistant", found.uuid, found.missing.name)
    wrong = next((group for group in found.groups if not bound(group, found.answers[group.name]).is_valid()), None)
    try:
        if wrong is None:
            country = countries.finish(draft=found, by=person(request))
            messages.success(request, _("%(country)s is there. You administer it.") % {"country": country.name})
            return redirect("administration:country", country.code)
    except countries.AlreadyThere:
        wrong = found.groups[0]
    messages.warning(
        request,
        _("Something has changed since: look at this step again. Another country may have taken the code, host or prefix."),
    )
    return redirect("administration:assistant", found.uuid, wrong.name if wrong else "identity")


@country_makers_only
@require_POST
def discard(request: HttpRequest, draft: UUID) -> HttpResponse:
    _find(request, draft).delete()
    messages.success(request, _("Discarded."))
    return redirect("administration:countries")


def _find(request: HttpRequest, draft: UUID) -> CountryDraft:
    return get_object_or_404(CountryDraft, uuid=draft, owner=person(request))


def _steps(draft: CountryDraft, *, current: str) -> list[dict[str, object]]:
    return [
        {
            "label": group.label,
            "name": group.name,
            "state": "current" if group.name == current else "done" if group.name in draft.answers else "todo",
        }
        for group in draft.groups
    ]

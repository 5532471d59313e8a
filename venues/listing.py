"""The list of a person's venues: searched by name, filtered, each with its state."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clea_portal.accounts.models import Organisation
from clea_portal.accounts.person import person
from clea_portal.codes.access import WRITERS, roles_in_organisations, to_first_organisation
from clea_portal.codes.entry import ROWS_PER_PAGE
from clea_portal.codes.searching import QUERY_LIMIT, matching
from venues.glance import glances, needing_attention
from venues.models import Venue


@require_safe
def venue_list(request: HttpRequest) -> HttpResponse:
    user, now = person(request), timezone.now()
    roles = roles_in_organisations(user)
    if not roles:
        return to_first_organisation(request)
    query = request.GET.get("q", "").strip()
    show = request.GET.get("show", "")
    own = matching(Venue.objects.of_member(user), query)
    attention = needing_attention(own.in_use(), now=now)
    shown = {"archived": own.archived(), "attention": attention}.get(show, own.in_use())
    page = Paginator(shown.with_country(), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    organisations = Organisation.objects.of_member(user)
    context = {
        "page_obj": page,
        "rows": glances(list(page), now=now),
        "show": show if show in ("archived", "attention") else "",
        "query": query[:QUERY_LIMIT],
        "query_limit": QUERY_LIMIT,
        "counts": {
            **own.aggregate(in_use=Count("pk", filter=Q(archived_at=None)), archived=Count("pk", filter=~Q(archived_at=None))),
            "attention": attention.count(),
        },
        "may_write": bool(roles.intersection(WRITERS)),
        "has_several": organisations.count() > 1,
        "has_tracing": organisations.exclude(country__deployment=3).exists(),
    }
    return render(request, "venues/list.html", context)

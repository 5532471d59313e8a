"""The connection test of a country's server."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from clea_portal.accounts.person import person
from clea_portal.administration import connection_tests
from clea_portal.administration.access import administered, administrators_only
from clea_portal.administration.connection_words import to_come, worded
from clea_portal.administration.country_models import ConnectionTest
from clea_portal.administration.views.server import frame, server_of
from clea_portal.authorities.models import Country, ServerAuthority

PAGE = "administration:connection"
# Of the open page with scripts, and of the one without.
POLL_SECONDS = 1
REFRESH_SECONDS = 3


@administrators_only
@require_safe
def connection(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    return render(request, "administration/connection.html", _context(country, server_of(country)))


@administrators_only
@require_safe
def status(request: HttpRequest, code: str) -> HttpResponse:
    """What the open page asks for again and again."""
    country = administered(request, code)
    if not request.headers.get("HX-Request"):
        return redirect(PAGE, country.code)
    return render(request, "administration/connection_live.html", _context(country, server_of(country)))


@administrators_only
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    connection_tests.order(server=server_of(country), by=person(request))
    return redirect(PAGE, country.code)


def _context(country: Country, server: ServerAuthority) -> dict[str, object]:
    test = ConnectionTest.objects.filter(server=server).first()
    return frame(
        country,
        server=server,
        test=test,
        results=[worded(step) for step in test.steps] if test else [],
        to_come=to_come(test.steps) if test and test.is_under_way else [],
        poll_seconds=POLL_SECONDS,
        refresh_seconds=REFRESH_SECONDS,
    )

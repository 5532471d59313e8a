"""The printed test code of a country."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clea_portal.accounts.person import person
from clea_portal.administration.access import administered, administrators_only
from clea_portal.administration.changes import note_act
from clea_portal.administration.specimens import make_test_code
from clea_portal.administration.views.server import server_of
from clea_portal.authorities.keys import NoKey
from clea_portal.jobs.files import disposition
from clea_portal.posters.errors import BadPoster, PosterUnreadable


@administrators_only
@require_POST
def test_code(request: HttpRequest, code: str) -> HttpResponse:
    """A new one each time: none is kept. ``file`` is pdf or zip: in an archive, page and pictures are of the same code."""
    as_archive = request.POST.get("file") == "zip"
    country = administered(request, code)
    server = server_of(country)
    try:
        made = make_test_code(country, now=timezone.now())
        content = made.bundle() if as_archive else made.page
    except NoKey:
        messages.warning(
            request, _("A key is still missing: that of the server, or with contact tracing the pair of contact tracing.")
        )
        return redirect("administration:server", country.code)
    except (BadPoster, PosterUnreadable):
        messages.error(request, _("The code could not be printed so that it reads. Check the prefix."))
        return redirect("administration:server", country.code)
    note_act(actor=person(request), verb="test_code_made", on=server, pk=server.pk)
    ending = "zip" if as_archive else "pdf"
    headers = {"Content-Disposition": disposition(f"TEST-{country.code}.{ending}"), "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=f"application/{ending}", headers=headers)

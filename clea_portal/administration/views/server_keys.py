"""The generations of PK_SA."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clea_portal.accounts.person import person
from clea_portal.administration import servers
from clea_portal.administration.access import administered, administrators_only, sent
from clea_portal.administration.fingerprints import grouped
from clea_portal.administration.server_forms import ServerKeyForm
from clea_portal.administration.views.server import frame, server_of
from clea_portal.authorities.models import ServerKey


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    server = server_of(country)
    form = ServerKeyForm(*sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            row = servers.add_server_key(
                server=server, key=form.cleaned_data["key"], valid_from=form.cleaned_data["valid_from"], by=person(request)
            )
        except servers.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request,
                _("Added. Compare this fingerprint with the server's operator, by telephone: %(fingerprint)s")
                % {"fingerprint": grouped(row.fingerprint)},
            )
            return redirect("administration:server_keys", country.code)
    now = timezone.now()
    rows = list(server.keys.all())
    current = next((row for row in rows if row.valid_from <= now), None)
    generations = [
        {
            "key": row,
            "fingerprint": grouped(row.fingerprint),
            "is_current": row == current,
            "is_planned": row.valid_from > now,
        }
        for row in rows
    ]
    return render(request, "administration/server_keys.html", frame(country, form=form, generations=generations))


@administrators_only
@require_POST
def withdraw(request: HttpRequest, code: str, key: int) -> HttpResponse:
    country = administered(request, code)
    row = get_object_or_404(ServerKey, pk=key, authority__country=country)
    try:
        servers.withdraw_server_key(key=row, by=person(request))
    except servers.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The planned key is withdrawn."))
    return redirect("administration:server_keys", country.code)

"""The page on which a device is configured."""

from uuid import UUID

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.person import person
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.access import find, require_editor
from clea_portal.codes.errors import Archived
from clea_portal.codes.messages import archived_message, no_key_message
from venues.device_forms import DeviceForm, Sealing
from venues.devices import OtherDerivation, configure_device
from venues.errors import CodesAhead
from venues.models import Venue


@require_http_methods(["GET", "HEAD", "POST"])
def configure(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """For those who may write, and who have proven just now that it is them: the file holds the place's secret."""
    user = person(request)
    venue = find(Venue.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, venue)
    if venue.archived_at is not None:
        messages.warning(request, archived_message())
        return redirect("venues:detail", venue.uuid)
    if is_reauthentication_required(request, app="venues"):
        if request.method == "POST":
            # Asked for again with an empty form: a passphrase must not wait in the session until the password is given.
            messages.warning(request, _("Some minutes have passed: confirm that it is you, then fill in the form again."))
            return redirect("devices:configure", venue.uuid)
        raise ReauthenticationRequired
    form = DeviceForm(request.POST or None, venue=venue)
    if request.method == "POST" and form.is_valid():
        try:
            content = _configuration(request, venue, form)
        except Archived:
            form.add_error(None, archived_message())
        except NoKey:
            form.add_error(None, no_key_message())
        except OtherDerivation:
            form.add_error(
                "may_change_codes",
                _("The place’s codes are derived in another way now. Tick this if they should follow the device."),
            )
        except CodesAhead as ahead:
            form.add_error(
                "profile",
                _(
                    "Codes of coming days are printed already, until %(day)s. First choose the derivation on the page “When the "
                    "codes change” of the place: there you say what becomes of them."
                )
                % {"day": f"{timezone.localtime(ahead.until, venue.zone):%d.%m.%Y}"},
            )
        else:
            return _file(content, sealing=Sealing(form.cleaned_data["sealing"]))
    response = render(request, "venues/device.html", {"form": form, "venue": venue})
    add_never_cache_headers(response)
    return response


def _configuration(request: HttpRequest, venue: Venue, form: DeviceForm) -> bytes:
    return configure_device(
        venue=venue,
        room=form.cleaned_data.get("room"),
        profile=form.profile_chosen(),
        recipient=form.recipient(),
        may_change_codes=form.cleaned_data["may_change_codes"],
        by=person(request),
        now=timezone.now(),
    )


def _file(content: bytes, *, sealing: Sealing) -> HttpResponse:
    is_jwe = sealing is Sealing.KEY
    ending, content_type = ("jwe", "application/jose") if is_jwe else ("sealed", "application/octet-stream")
    headers = {
        "Content-Disposition": f'attachment; filename="clea-device.{ending}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)

"""A manager gives contact tracing the code of one of their places, for one case. Only ever by their own act."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from clea_portal.accounts.models import Organisation, User
from clea_portal.accounts.person import person
from clea_portal.audit.trail import record_act
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.past import day_span
from clea_portal.limits import hidden
from mct import sharing
from mct.giving_forms import NumberForm, PlaceAndDayForm
from mct.models import CodeRequest
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.places import GivingPlace, places_of

MOST_TRIES = 5
TRIES_SECONDS = 600
_SESSION_KEY = "code_request"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The number that the agent says on the phone."""
    user = _manager(request)
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        left = _tries_left(user)
        found = sharing.find_by_number(form.cleaned_data["number"], now=timezone.now()) if left else None
        if found is not None:
            return _go_on(request, found)
        form.add_error("number", _wrong_number(left - 1 if left else 0))
    return render(request, "mct/give_number.html", {"form": form})


@never_cache
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link that the agent sent."""
    _manager(request)
    found = sharing.find_by_token(token, now=timezone.now())
    if found is None:
        return _too_late(request)
    return _go_on(request, found)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Place and day, then the code, then nothing more: one act gives one code to one case."""
    user, now = _manager(request), timezone.now()
    found = sharing.still_open(request.session.get(_SESSION_KEY), now=now)
    if found is None:
        return _too_late(request)
    places = places_of(user)
    if not places:
        raise PermissionDenied
    asked = request.GET if request.GET.get("place") else None
    form = PlaceAndDayForm(asked, places=places, today=timezone.localdate())
    context: dict[str, Any] = {"form": form, "team": found.case.region.name}
    if asked is not None and form.is_valid():
        place, day = form.chosen_place(), form.cleaned_data["day"]
        context |= {"place": place, "day": day, "codes": _codes(place, day, now)}
        if request.method == "POST":
            return _give(request, found, place, day, now)
    return render(request, "mct/give_code.html", context)


def _give(request: HttpRequest, found: CodeRequest, place: GivingPlace, day: date, now: datetime) -> HttpResponse:
    code = next((code for code in _codes(place, day, now) if code.key == request.POST.get("code")), None)
    if code is None:
        messages.warning(request, _("Choose one of the codes."))
        return redirect(request.get_full_path())
    try:
        sharing.give_code(found, link=code.make_link(), day=day)
    except NoKey:
        messages.error(
            request, _("This code cannot be made again at the moment. Tell the team that you have no code of that day.")
        )
        return redirect(request.get_full_path())
    except (SomeoneWasFaster, IllegalMove):
        return _too_late(request)
    del request.session[_SESSION_KEY]
    record_act(actor=person(request), verb="shared", on=place.row, day=day.isoformat())
    return render(request, "mct/given.html", {"place": place, "day": day})


def _codes(place: GivingPlace, day: date, now: datetime) -> list[Any]:
    start, end = day_span(day, place.zone)
    return place.codes_between(start, min(end, now), now=now)


def _manager(request: HttpRequest) -> User:
    """The person, if one of their organisations is in a country with contact tracing. Raises Http404."""
    user = person(request)
    if not Organisation.objects.of_member(user).exclude(country__deployment=Deployment.NONE).exists():
        raise Http404
    return user


def _go_on(request: HttpRequest, found: CodeRequest) -> HttpResponse:
    request.session[_SESSION_KEY] = str(found.uuid)
    return redirect("share:choose")


def _too_late(request: HttpRequest) -> HttpResponse:
    request.session.pop(_SESSION_KEY, None)
    messages.warning(
        request,
        _("The team no longer waits for a code here: the number or link was used, called off, or is too old. Ask for a new one."),
    )
    return redirect("share:enter")


def _tries_left(user: User) -> int:
    """How often the person may still try a number within ten minutes, this time included."""
    # Adding a key is atomic in every shared cache; counting one up is not.
    for number in range(MOST_TRIES):
        if cache.add(f"code-request-try:{hidden(str(user.pk))}:{number}", True, TRIES_SECONDS):
            return MOST_TRIES - number
    return 0


def _wrong_number(left: int) -> str:
    if not left:
        return _("That was tried %(tries)s times. Wait ten minutes, then ask the team for a new number.") % {"tries": MOST_TRIES}
    wrong = _("The team has said no such number, or it is older than ten minutes.")
    return wrong + " " + ngettext("You can try %(left)s more time.", "You can try %(left)s more times.", left) % {"left": left}

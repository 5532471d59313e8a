"""The inbox of contact messages, and the page from which one is handled."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clea_portal.accounts.person import person
from clea_portal.accounts.roles import roles_of
from clea_portal.audit.trail import record_read
from mct.access import tracers_only
from mct.messages import forms, handling
from mct.messages.access import find_message, require_holder_or_lead, require_lead
from mct.messages.models import ContactMessage
from mct.messages.page import TABS, conditions, context, counts, row, tabs
from mct.models import Case
from mct.moves import IllegalMove, SomeoneWasFaster

ROWS_PER_PAGE = 25


@tracers_only
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    user, roles, now = person(request), roles_of(request.user), timezone.now()
    tab = request.GET.get("show", "")
    tab = tab if tab in TABS else ""
    visible = ContactMessage.objects.visible_to(roles)
    numbers = counts(visible, user=user, now=now)
    # Whoever waits longest stands first; of what is done, the last.
    order = ("-state_changed_at", "-pk") if tab == "done" else ("received_at", "pk")
    shown = visible.filter(conditions(user, now=now)[tab]).order_by(*order)
    secret = ("content", "phone", "pin", "region_number")
    page = Paginator(shown.select_related("region", "taken_by").defer(*secret), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    record_read(actor=user, verb="listed_messages", on=user, show=tab, page=page.number, messages=len(page))
    listing = {
        "page_obj": page,
        "rows": [row(message, user=user, now=now) for message in page],
        "tabs": list(tabs(tab, numbers, is_lead=bool(roles.led))),
        "tab": tab,
        "any": any(numbers.values()),
    }
    return render(request, "mct/messages/list.html", listing)


@tracers_only
@never_cache
@require_safe
def message(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _page(request, find_message(request, uuid))


@tracers_only
@require_POST
def take(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = find_message(request, uuid)
    try:
        handling.take(found, by=person(request))
    except SomeoneWasFaster:
        messages.warning(request, _("Someone was faster: this message is no longer free."))
    else:
        messages.success(request, _("It is yours. Now you see the number to call."))
    return redirect("contact_messages:message", found.uuid)


@tracers_only
@never_cache
@require_POST
def try_pin(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found, form = find_message(request, uuid), forms.PinForm(request.POST)
    if not form.is_valid():
        return _page(request, found, pin_form=form)
    try:
        matches = handling.try_pin(found, pin=form.cleaned_data["pin"], by=person(request))
    except handling.Locked:
        messages.error(request, _("This message is locked. A lead of your region can unlock it."))
    except SomeoneWasFaster:
        _say_that_it_changed(request)
    else:
        if matches:
            messages.success(request, _("Match: you speak with the contact of the place."))
        else:
            messages.error(request, _("No match. Ask again for the PIN of the place; if it stays wrong, the code was forged."))
    return redirect("contact_messages:message", found.uuid)


@tracers_only
@require_POST
def unlock(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = find_message(request, uuid)
    require_lead(request, found)
    return _act(request, found, handling.unlock, _("Unlocked: three more tries."))


@tracers_only
@require_POST
def close_as_forged(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _act(request, find_message(request, uuid), handling.close_as_forged, _("Closed as forged. Phone and PIN are erased."))


@tracers_only
@require_POST
def open_case(request: HttpRequest, uuid: UUID) -> HttpResponse:
    done = _("The case is open, with the hours of the cluster. Ask the contact for the code and the register.")
    return _to_case(request, find_message(request, uuid), handling.open_case, done, page="mct:case")


@tracers_only
@require_POST
def ask_for_register(request: HttpRequest, uuid: UUID) -> HttpResponse:
    done = _("The case is open, and the link for the contact is made. Send it while they are on the phone.")
    return _to_case(
        request, find_message(request, uuid), handling.ask_for_register, done, page="mct:case_ask", part="#by-contact"
    )


def _to_case(
    request: HttpRequest, found: ContactMessage, verb: Callable[..., Case], done: str, *, page: str, part: str = ""
) -> HttpResponse:
    """Leads to the case: nothing else does, since neither side names the other."""
    try:
        case = verb(found, by=person(request))
    except IllegalMove:
        messages.error(request, _("No case can be opened yet: the PIN must match, and the message needs a region."))
    except SomeoneWasFaster:
        messages.warning(request, _("A case was opened from this message before. Look for it in the list of cases."))
    else:
        messages.success(request, done)
        response = redirect(reverse(page, args=[case.uuid]) + part)
        # No log of a proxy says from which message one came to the case.
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
    return redirect("contact_messages:message", found.uuid)


@tracers_only
@never_cache
@require_POST
def note_call(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found, form = find_message(request, uuid), forms.CallForm(request.POST)
    if not form.is_valid():
        return _page(request, found, call_form=form)
    return _act(request, found, handling.note_call, _("Noted."), **form.cleaned_data)


@tracers_only
@never_cache
@require_POST
def not_reached(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found, form = find_message(request, uuid), forms.NotReachedForm(request.POST)
    if not form.is_valid():
        return _page(request, found, missed_form=form)
    return _act(request, found, handling.not_reached, _("Noted. It comes back in the list when it is time."), **form.cleaned_data)


@tracers_only
@never_cache
@require_POST
def finish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found, form = find_message(request, uuid), forms.FinishForm(request.POST)
    if not form.is_valid():
        return _page(request, found, finish_form=form)
    return _act(request, found, handling.finish, _("Done. Phone and PIN are erased."), **form.cleaned_data)


@tracers_only
@never_cache
@require_POST
def hand_over(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = find_message(request, uuid)
    require_holder_or_lead(request, found)
    form = forms.HandOverForm(request.POST, message=found)
    if not form.is_valid():
        return _page(request, found, hand_form=form)
    return _act(request, found, handling.hand_over, _("Handed over."), **form.cleaned_data)


@tracers_only
@never_cache
@require_POST
def give_to_region(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = find_message(request, uuid)
    require_lead(request, found)
    form = forms.RegionForm(request.POST, message=found)
    if not form.is_valid():
        return _page(request, found, region_form=form)
    answer = _act(request, found, handling.give_to_region, _("The message is with that region now."), **form.cleaned_data)
    stays = ContactMessage.objects.visible_to(roles_of(request.user)).filter(pk=found.pk).exists()
    return answer if stays else redirect("contact_messages:list")


@tracers_only
@require_POST
def decrypt_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = find_message(request, uuid)
    require_lead(request, found)
    _act(request, found, handling.decrypt_again, _("It is decrypted again. In a moment it is back in the list."))
    return redirect("contact_messages:list")


@tracers_only
@require_POST
def give_up(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = find_message(request, uuid)
    require_lead(request, found)
    return _act(request, found, handling.give_up, _("Closed. Its content is erased."))


def _page(request: HttpRequest, found: ContactMessage, **bound: Form) -> HttpResponse:
    shown = context(found, user=person(request), now=timezone.now(), bound=bound)
    record_read(actor=request.user, verb="opened_message", on=found, number=bool(shown["phone"]))
    return render(request, "mct/messages/message.html", shown)


def _act(request: HttpRequest, found: ContactMessage, verb: Callable[..., None], done: str, **words: Any) -> HttpResponse:
    try:
        verb(found, by=person(request), **words)
    except SomeoneWasFaster:
        _say_that_it_changed(request)
    else:
        messages.success(request, done)
    return redirect("contact_messages:message", found.uuid)


def _say_that_it_changed(request: HttpRequest) -> None:
    messages.warning(request, _("Someone was faster: the message has changed, or is not yours any more. Look again."))

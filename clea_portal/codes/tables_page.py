"""The page on which the tables of a place or a room are typed, looked at, and kept."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clea_portal.codes.room_forms import KeptTablesForm, TablesForm

MOST_MISREAD_SHOWN = 50


def tables_page(
    request: HttpRequest, *, of: str, tables: str, keep: Callable[[str], None], back_to: str, back_label: str
) -> HttpResponse:
    """``of``: the place or room by name; ``tables``: its labels, one a line. ``keep`` gets those that were confirmed."""
    form = TablesForm(initial={"text": tables})
    understood = None
    if request.method == "POST" and "labels" in request.POST:
        kept = KeptTablesForm(request.POST)
        if kept.is_valid():
            found = kept.understood()
            keep(found.text)
            messages.success(request, _said(len(found.labels)))
            return redirect(back_to)
    elif request.method == "POST":
        form = TablesForm(request.POST, request.FILES)
        if form.is_valid():
            understood = form.understood()
            # A file need not be chosen again: its text stands in the form from now on.
            form = TablesForm(initial={"text": form.cleaned_data["list"]})
    context = {
        "of": of,
        "form": form,
        "understood": understood,
        "misread": understood.misread[:MOST_MISREAD_SHOWN] if understood else (),
        "more_misread": max(0, len(understood.misread) - MOST_MISREAD_SHOWN) if understood else 0,
        "had_tables": bool(tables),
        "back_url": back_to,
        "back_label": back_label,
    }
    return render(request, "codes/tables.html", context)


def _said(number: int) -> str:
    if number == 0:
        return _("The list of tables is empty now.")
    return ngettext("%(number)s label is kept.", "%(number)s labels are kept.", number) % {"number": number}

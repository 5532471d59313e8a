"""Codes without an account, of which the portal keeps nothing: no row, no file, no line in a log."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from clea_portal.authorities.keys import NoKey
from clea_portal.codes.entry import zone_sent
from clea_portal.codes.keeping.bundle import bundle_of
from clea_portal.codes.keeping.forms import KeepForm, ReturnForm, countries_that_issue
from clea_portal.codes.keeping.keeper import BadTimes, keeper
from clea_portal.codes.keeping.making import first_sheet, place_on, renewed_sheet
from clea_portal.codes.keeping.sheet import MARK, RecoverySheet, open_sheet
from clea_portal.codes.messages import no_key_message
from clea_portal.codes.models import Place
from clea_portal.codes.printing.choices import not_offered_message
from clea_portal.codes.sealing import BadPassphrase, NotSealed
from clea_portal.posters.errors import BadPoster, PosterUnreadable
from clea_portal.scanning.advice import explain
from clea_portal.scanning.isolated import read_isolated
from clea_portal.uploads import takes_pictures

READING_SECONDS = 8
# Each takes a second of a processor. Strangers may ask, and nothing of them is noted: so all of them together wait in one line,
# which is short, since whoever stands in it holds a thread that the rest of the portal cannot use.
_at_work = threading.BoundedSemaphore(1)
_places_in_line = threading.BoundedSemaphore(2)
WAITING_SECONDS = 10
_ARRIVAL = re.compile("[0-9a-f]{16}")


class Busy(Exception):
    """Too many ask at the same moment."""


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "codes/keeping/start.html")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, kind: str) -> HttpResponseBase:
    if kind not in settings.KEEPERS:
        raise Http404
    countries = countries_that_issue()
    if not countries:
        return render(request, "codes/keeping/start.html", {"nothing_issued": True})
    country = next((country for country in countries if country.code == request.GET.get("country")), countries[0])
    maker = keeper(kind)
    data = request.POST if request.method == "POST" else None
    with timezone.override(zone_sent(request, country, otherwise=country.time_zone)):
        form, keep_form = maker.form(data, country=country), KeepForm(data, country=country)
        if request.method == "POST" and form.is_valid() & keep_form.is_valid():
            now = timezone.now()
            chosen = keep_form.cleaned_data
            try:
                place = maker.place(form)
                sheet = first_sheet(kind, place, sk_l=chosen["sk_l"], now=now)
                return _hand_out(request, sheet, place, passphrase=chosen["passphrase"], language=chosen["language"])
            except BadTimes as error:
                form.add_error(None, error.args[0])
            except NoKey:
                form.add_error(None, no_key_message())
            except (BadPoster, PosterUnreadable, Busy) as error:
                form.add_error(None, _explain(error))
        context = {
            "form": form,
            "keep_form": keep_form,
            "kind": kind,
            "country": country,
            "other_countries": [other for other in countries if other != country],
        }
        return render(request, "codes/keeping/make.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@takes_pictures(most=1)
def again(request: HttpRequest) -> HttpResponseBase:
    """With the recovery sheet and its passphrase: the same codes again, or new ones."""
    form = ReturnForm(request.POST, request.FILES) if request.method == "POST" else ReturnForm()
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            sheet = _read(chosen["sheet"], passphrase=chosen["passphrase"])
            place = place_on(sheet)[1]
            if chosen["language"] not in place.country.languages:
                raise _OtherLanguage(not_offered_message(chosen["language"], place.country))
            if chosen["wish"] == "renew":
                sheet = renewed_sheet(sheet, place, now=timezone.now())
            return _hand_out(request, sheet, place, passphrase=chosen["passphrase"], language=chosen["language"])
        except _OtherLanguage as error:
            form.add_error("language", error.args[0])
        except _Unread as error:
            form.add_error("sheet", error.args[0])
        except NotSealed:
            form.add_error("sheet", _("This is not a recovery sheet of this portal, or its country no longer makes such codes."))
        except BadPassphrase:
            message = _("This passphrase does not open the sheet. Look at each letter, and at hyphens and blanks.")
            form.add_error("passphrase", message)
        except BadTimes as error:
            form.add_error(None, error.args[0])
        except NoKey:
            form.add_error(None, no_key_message())
        except (BadPoster, PosterUnreadable, Busy) as error:
            form.add_error(None, _explain(error))
    if request.method == "POST":
        form.ask_for_the_sheet_again()
    return render(request, "codes/keeping/again.html", {"form": form})


class _OtherLanguage(Exception):
    """The sheet's country does not offer it. ``args[0]``: a sentence."""


class _Unread(Exception):
    """Nothing could be read. ``args[0]``: why, as a sentence."""


def _read(content: bytes, *, passphrase: str) -> RecoverySheet:
    with _in_line():
        reading = read_isolated(content, seconds=READING_SECONDS, memory=settings.READING_MEMORY_BYTES, mark=MARK)
        if reading.advice is not None:
            raise _Unread(explain(reading.advice))
        return open_sheet(reading.links[0], passphrase=passphrase)


def _hand_out(request: HttpRequest, sheet: RecoverySheet, place: Place, *, passphrase: str, language: str) -> HttpResponseBase:
    with _in_line():
        made = bundle_of(sheet, place, passphrase=passphrase, language=language)
    response = FileResponse(made.file, as_attachment=True, filename=made.name, content_type=made.content_type)
    response["Cache-Control"] = "private, no-store"
    arrival = request.POST.get("arrival", "")
    if _ARRIVAL.fullmatch(arrival):
        # The page that waits has made this number up, and forgets it when it comes back (file_answer.js).
        path, secure = reverse("keeping:start"), settings.SESSION_COOKIE_SECURE
        response.set_cookie("file_came", arrival, max_age=60, path=path, secure=secure, samesite="Strict")
    return response


@contextmanager
def _in_line() -> Iterator[None]:
    if not _places_in_line.acquire(blocking=False):
        raise Busy
    try:
        if not _at_work.acquire(timeout=WAITING_SECONDS):
            raise Busy
        try:
            yield
        finally:
            _at_work.release()
    finally:
        _places_in_line.release()


def _explain(error: BadPoster | PosterUnreadable | Busy) -> str:
    if isinstance(error, BadPoster):
        return str(error)
    if isinstance(error, Busy):
        return _("Many people are making codes at this moment. Wait a minute, then send the form again: nothing of it is lost.")
    return _("This file was not handed out: its code could not be read back. Try again, and tell us if it happens again.")

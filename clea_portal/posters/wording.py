"""What a poster says, in the language that is active."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from clea_portal.posters.names import one_line
from clea_portal.posters.poster import Poster, PosterKind


@dataclass(frozen=True)
class Step:
    heading: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Wording:
    title: str
    purpose: str
    headline: str
    picture: str
    steps: tuple[Step, Step, Step]
    created: str
    validity: str
    advice: str


def word(poster: Poster) -> Wording:
    """All sentences of the poster but the name, in the active language (the caller switches to the poster's)."""
    application = {"application": poster.application_name}
    headline, steps = _asynchronous(poster) if poster.kind is PosterKind.ASYNCHRONOUS else _on_arrival(poster)
    return Wording(
        title=_("%(name)s: code to scan with %(application)s") % {"name": one_line(poster.name), **application},
        purpose=poster.application_purpose or _("warns you when you may have been infected"),
        headline=headline,
        picture=_("QR code to scan with %(application)s or with the camera of a phone. Check code: %(check_code)s.")
        % {"check_code": " ".join(poster.check_code), **application},
        steps=steps,
        created=_("Created on %(day)s.") % {"day": format_date(poster.created_on, "j F Y")},
        validity=_validity(poster),
        advice=_advice(poster.renewal_days) if poster.kind is PosterKind.STATIC else "",
    )


def _on_arrival(poster: Poster) -> tuple[str, tuple[Step, Step, Step]]:
    application = {"application": poster.application_name}
    if poster.kind is PosterKind.ENTRANCE:
        headline = _("Scan this code when you come in")
        when = _("Use %(application)s or the camera of your phone. Not earlier: your visit starts when you scan.") % application
    else:
        headline = _("Scan this code when you arrive")
        when = _("Use %(application)s or the camera of your phone, each time you come.") % application
    return headline, (
        Step(_("Scan the code"), when),
        Step(
            _("Open the application"),
            _("%(application)s keeps your visit on your phone, and nowhere else.") % application,
        ),
        Step(_("Be warned"), _("If there was a risk of infection while you were here, your phone tells you.")),
    )


def _asynchronous(poster: Poster) -> tuple[str, tuple[Step, Step, Step]]:
    application = {"application": poster.application_name}
    return _("Scan this code before, during or after"), (
        Step(
            _("Scan the code once"),
            _("Use %(application)s or the camera of your phone, at any time.") % application,
        ),
        Step(
            _("Open the application"),
            _("%(application)s keeps the time written in the code, not the time when you scan.") % application,
        ),
        Step(_("Be warned"), _("If there was a risk of infection at that time, your phone tells you.")),
    )


def _validity(poster: Poster) -> str:
    start, end = poster.valid_from, poster.valid_until
    if start is None:
        return _("Valid until it is replaced.")
    zone = {"zone": _zone(start)}
    if end is None:
        return _("Counts for %(start)s (%(zone)s).") % {"start": _moment(start), **zone}
    on_arrival = poster.kind is PosterKind.ENTRANCE
    if start.date() == end.date():
        sentence = (
            _("Valid on %(day)s from %(start)s to %(end)s (%(zone)s).")
            if on_arrival
            else _("Counts for %(day)s from %(start)s to %(end)s (%(zone)s).")
        )
        return sentence % {"day": _day(start), "start": _time(start), "end": _time(end), **zone}
    sentence = (
        _("Valid from %(start)s to %(end)s (%(zone)s).")
        if on_arrival
        else _("Counts for the time from %(start)s to %(end)s (%(zone)s).")
    )
    return sentence % {"start": _moment(start), "end": _moment(end), **zone}


def _advice(days: int) -> str:
    if days == 7:
        return _("Advice to the place: put up a new code once a week.")
    sentence = ngettext(
        "Advice to the place: put up a new code every day.", "Advice to the place: put up a new code every %(days)s days.", days
    )
    return sentence % {"days": days}


def _moment(moment: datetime) -> str:
    return pgettext("a moment", "%(day)s, %(time)s") % {"day": _day(moment), "time": _time(moment)}


def _day(moment: datetime) -> str:
    return format_date(moment, "l j F Y")


def _time(moment: datetime) -> str:
    return format_date(moment, "H:i")


def _zone(moment: datetime) -> str:
    if isinstance(moment.tzinfo, ZoneInfo) and "/" in moment.tzinfo.key:
        return _("local time, %(zone)s") % {"zone": moment.tzinfo.key}
    return _("time zone %(zone)s") % {"zone": moment.tzname() or "UTC"}

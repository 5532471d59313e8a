"""What a poster says, in one of its languages."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.text import capfirst

from clea_portal.posters.names import one_line
from clea_portal.posters.poster import Poster, PosterKind
from clea_portal.posters.words import Words, words

# A code from one morning to the next is called by its first day alone.
_ONE_DAY = timedelta(hours=30)


@dataclass(frozen=True)
class Step:
    heading: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Wording:
    """`date` and `short_date`: empty without a time of validity; `private`: empty unless the sheet is for staff."""

    language: str
    direction: str
    title: str
    purpose: str
    headline: str
    picture: str
    steps: tuple[Step, Step, Step]
    date: str
    short_date: str
    hours: str
    validity: str
    created: str
    advice: str
    check_code: str
    privacy: str
    private: str
    staff_only: str
    keep_private: str
    logo: str


def word(poster: Poster, language: str) -> Wording:
    """All sentences of the poster but the name and the room."""
    said = words(language)
    application = {"application": poster.application_name}
    headline, steps = _SAYINGS[poster.kind](said, application)
    return Wording(
        language=language,
        direction=said.direction,
        title=said.say("%(name)s: code to scan with %(application)s", name=one_line(poster.name), **application),
        purpose=poster.application_purpose or said.say("warns you when you may have been infected"),
        headline=headline,
        picture=said.say(
            "QR code to scan with %(application)s or with the camera of a phone. Check code: %(check_code)s.",
            check_code=" ".join(poster.check_code),
            **application,
        ),
        steps=steps,
        date=_date(poster, said),
        short_date=capfirst(said.short_day(poster.valid_from)) if poster.valid_from else "",
        hours=_hours(poster, said),
        validity=_validity(poster, said),
        created=said.say("Created on %(day)s.", day=said.plain_day(poster.created_on)),
        advice=_advice(poster, said),
        check_code=said.say("Check code"),
        privacy=said.say(
            "This code holds no name and nothing about you. Your phone compares your visits with a public list, by itself. "
            "Nothing tells who was here."
        ),
        private=said.say("Private: for staff only, not for visitors") if poster.staff else "",
        staff_only=said.say("Staff only") if poster.staff else "",
        keep_private=said.say("Do not hang it where visitors pass, and do not publish it.") if poster.staff else "",
        logo=said.say("Logo"),
    )


def _on_arrival(said: Words, application: dict[str, str]) -> tuple[str, tuple[Step, Step, Step]]:
    when = said.say("Use %(application)s or the camera of your phone, each time you come.", **application)
    return said.say("Scan this code when you arrive"), _steps_of_a_visit(said, application, when)


def _at_the_entrance(said: Words, application: dict[str, str]) -> tuple[str, tuple[Step, Step, Step]]:
    when = said.say(
        "Use %(application)s or the camera of your phone. Not earlier: your visit starts when you scan.", **application
    )
    return said.say("Scan this code when you come in"), _steps_of_a_visit(said, application, when)


def _at_work(said: Words, application: dict[str, str]) -> tuple[str, tuple[Step, Step, Step]]:
    when = said.say("Use %(application)s or the camera of your phone, each time you start work.", **application)
    return said.say("Staff: scan this code when you start work"), _steps_of_a_visit(said, application, when)


def _steps_of_a_visit(said: Words, application: dict[str, str], when: str) -> tuple[Step, Step, Step]:
    return (
        Step(said.say("Scan the code"), when),
        Step(
            said.say("Open the application"),
            said.say("%(application)s keeps your visit on your phone, and nowhere else.", **application),
        ),
        Step(said.say("Be warned"), said.say("If there was a risk of infection while you were here, your phone tells you.")),
    )


def _asynchronous(said: Words, application: dict[str, str]) -> tuple[str, tuple[Step, Step, Step]]:
    return said.say("Scan this code before, during or after"), (
        Step(
            said.say("Scan the code once"),
            said.say("Use %(application)s or the camera of your phone, at any time.", **application),
        ),
        Step(
            said.say("Open the application"),
            said.say("%(application)s keeps the time written in the code, not the time when you scan.", **application),
        ),
        Step(said.say("Be warned"), said.say("If there was a risk of infection at that time, your phone tells you.")),
    )


_SAYINGS = {
    PosterKind.STATIC: _on_arrival,
    PosterKind.DATED: _on_arrival,
    PosterKind.ENTRANCE: _at_the_entrance,
    PosterKind.ASYNCHRONOUS: _asynchronous,
    PosterKind.STAFF: _at_work,
}


def _date(poster: Poster, said: Words) -> str:
    start, end = poster.valid_from, poster.valid_until
    if start is None:
        return ""
    if end is None or end - start <= _ONE_DAY:
        return capfirst(said.day(start))
    last = end - timedelta(minutes=1)
    return capfirst(said.say("%(first)s to %(last)s", first=said.day(start), last=said.day(last)))


def _hours(poster: Poster, said: Words) -> str:
    """Figures only, for prints with little room; the date stands above them."""
    if poster.valid_from is None:
        return ""
    if poster.valid_until is None:
        return said.time(poster.valid_from)
    start, end = poster.valid_from, poster.valid_until
    if start.date() == end.date():
        return f"{said.time(start)} – {said.time(end)}"
    day = said.near_day(end) if start.year == end.year else said.short_day(end)
    return f"{said.time(start)} – {day}, {said.time(end)}"


def _validity(poster: Poster, said: Words) -> str:
    if poster.valid_from is None:
        return said.say("Valid until it is replaced.")
    times = {"hours": _hours(poster, said), "zone": said.zone(poster.valid_from)}
    if poster.kind is PosterKind.ASYNCHRONOUS:
        return said.say("Counts for: %(hours)s (%(zone)s)", **times)
    return said.say("Valid: %(hours)s (%(zone)s)", **times)


def _advice(poster: Poster, said: Words) -> str:
    if poster.kind is PosterKind.DATED:
        return said.say("Advice to the place: take this sheet down when its time is over.")
    return renewal_advice(said, poster.renewal_days) if poster.kind is PosterKind.STATIC else ""


def renewal_advice(said: Words, days: int) -> str:
    """How often a place should put up a new code."""
    if days == 7:
        return said.say("Advice to the place: put up a new code once a week.")
    return said.say_number(
        "Advice to the place: put up a new code every day.",
        "Advice to the place: put up a new code every %(days)s days.",
        days,
        days=days,
    )

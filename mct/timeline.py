"""A case's timeline in plain words, newest first."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clea_portal.accounts.models import User
from clea_portal.authorities.models import Region, Team
from clea_portal.cluster_server.outcomes import Result
from clea_portal.protocol.ntp import from_ntp
from mct.enums import CaseState, ClosingReason, Entry, Problem
from mct.models import Case, TimelineEntry
from mct.words import explain_reason, explain_withdrawal, span

# These tell of themselves, by an entry of their own.
_TOLD_OTHERWISE = {Problem.REFUSED.value, Problem.UNKNOWN_OUTCOME.value}
_LOOKS = {
    Entry.REGISTERED: ("plus", "neutral"),
    Entry.CORRECTED: ("edit", "neutral"),
    Entry.PICTURES_ADDED: ("picture", "neutral"),
    Entry.LINK_ADDED: ("link", "neutral"),
    Entry.CODE_ASKED_FOR: ("call", "neutral"),
    Entry.CODE_SHARED: ("check-circle", "success"),
    Entry.CONTACT_ASKED: ("link", "neutral"),
    Entry.CONTACT_REVOKED: ("undo", "warning"),
    Entry.CONTACT_OPENED: ("phone", "neutral"),
    Entry.CONTACT_CODES: ("picture", "neutral"),
    Entry.CONTACT_CAMERA: ("camera", "neutral"),
    Entry.REGISTER_SENT: ("list", "neutral"),
    Entry.CONTACT_DONE: ("check-circle", "success"),
    Entry.REGISTER_OPENED: ("eye", "neutral"),
    Entry.PICTURE_READ: ("eye", "success"),
    Entry.PICTURE_UNREADABLE: ("eye", "warning"),
    Entry.CODE_CHOSEN: ("check", "accent"),
    Entry.RETRIED: ("refresh", "neutral"),
    Entry.PROPOSED: ("users", "accent"),
    Entry.SENT_BACK: ("undo", "warning"),
    Entry.DECLARED: ("send", "accent"),
    Entry.JOINED: ("link", "accent"),
    Entry.WITHDRAWN: ("undo", "warning"),
    Entry.TAKEN_BACK: ("undo", "warning"),
    Entry.DECIDED_ARRIVED: ("check", "accent"),
    Entry.DECIDED_AGAIN: ("refresh", "accent"),
    Entry.PUBLISHED: ("broadcast", "success"),
    Entry.ASSIGNED: ("user", "neutral"),
    Entry.MOVED_REGION: ("arrow-right", "accent"),
    Entry.NOTED: ("note", "neutral"),
    Entry.BESIDE: ("plus", "neutral"),
    Entry.SPLIT: ("check", "accent"),
    Entry.SAME_PERSON: ("users", "neutral"),
    Entry.TAKEN_OUT: ("undo", "neutral"),
    Entry.MERGED: ("cases", "accent"),
    Entry.MERGED_INTO: ("cases", "accent"),
    Entry.DISTINCT: ("cross", "neutral"),
    Entry.DISTINCT_REVOKED: ("undo", "neutral"),
    Entry.FOLLOW_UP: ("bell", "neutral"),
    Entry.CLOSED: ("archive", "neutral"),
}
_ANSWERS = {
    Result.ACCEPTED: ("check-circle", "success"),
    Result.REFUSED: ("cross-circle", "danger"),
    Result.RETRY: ("refresh", "info"),
    Result.UNKNOWN: ("question", "warning"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line as components/timeline.html takes it. ``key`` tells which lines say the same."""

    when: datetime
    title: str
    text: str
    who: str
    icon: str
    tone: str
    key: tuple[Any, ...]
    times: int = 1


def tell(case: Case) -> list[Line]:
    """The timeline, newest first. A call that is tried again and again is one line with its number of times."""
    lines: list[Line] = []
    entries = list(case.timeline.select_related("actor").order_by("at", "pk"))
    names = _names(entries)
    for entry in entries:
        line = _line(entry, names)
        if line is None:
            continue
        if line.key and lines and lines[-1].key == line.key:
            line = replace(line, times=lines[-1].times + 1)
            lines.pop()
        lines.append(line)
    return [_counted(line) for line in reversed(lines)]


def _counted(line: Line) -> Line:
    if line.times == 1:
        return line
    return replace(line, text=line.text + " " + _("%(count)d times, last at this time.") % {"count": line.times})


def _names(entries: list[TimelineEntry]) -> dict[str, str]:
    """Of the people, teams and regions that entries have the numbers of. One query for each kind that there is."""
    keys = {entry.params.get("to", "") for entry in entries if entry.entry == Entry.ASSIGNED}
    regions = {entry.params.get(end) for entry in entries if entry.entry == Entry.MOVED_REGION for end in ("came_from", "to")}
    names: dict[str, str] = {}
    for kind, model in (("user", User), ("team", Team)):
        numbers = [key.partition(":")[2] for key in keys if key.startswith(f"{kind}:")]
        if numbers:
            names |= {f"{kind}:{row.uuid}": str(row) for row in model._default_manager.filter(uuid__in=numbers)}
    if regions:
        names |= {f"region:{row.pk}": str(row) for row in Region.objects.filter(pk__in=regions)}
    return names


def _line(entry: TimelineEntry, names: dict[str, str]) -> Line | None:
    kind, params = Entry(entry.entry), entry.params
    key: tuple[Any, ...] = ()
    if kind == Entry.MOVED:
        shown = _moved(params)
        if shown is None:
            return None
        title, text, (icon, tone) = shown
    elif kind == Entry.SENT:
        result = Result(params["result"])
        title, text, (icon, tone) = str(kind.label), _answer(params), _ANSWERS[result]
        if result == Result.RETRY:
            key = (params["declaration"], params["reason"])
    elif kind == Entry.TAKEN_BACK_ANSWER:
        result = Result(params["result"])
        title, text, (icon, tone) = str(kind.label), _withdrawal(params), _ANSWERS[result]
        if result == Result.RETRY:
            key = ("withdrawal", params["declaration"], params["reason"])
    else:
        title, text, (icon, tone) = str(kind.label), _text(kind, params, names), _LOOKS[kind]
    return Line(
        when=entry.at,
        title=title,
        text=" ".join(filter(None, [text, _quoted(entry.remark), _of(params)])),
        who=_who(entry, kind),
        icon=icon,
        tone=tone,
        key=key,
    )


def _moved(params: dict[str, Any]) -> tuple[str, str, tuple[str, str]] | None:
    """Of the moves, those that no other entry tells of: where the linking ended, and what came between."""
    if params["to"] == CaseState.READY and params["came_from"] == CaseState.LINKING:
        return _("The code was recognised"), _("The case is ready to be declared."), ("check", "success")
    if params["to"] == CaseState.NEEDS_ATTENTION and params["problem"] not in _TOLD_OTHERWISE:
        return _("The case needs attention"), str(Problem(params["problem"]).label), ("warning", "warning")
    return None


def _answer(params: dict[str, Any]) -> str:
    told = explain_reason(params["reason"])
    if params["result"] == Result.RETRY:
        return told + " " + _("It is tried again by itself.")
    return told


def _withdrawal(params: dict[str, Any]) -> str:
    if params["result"] == Result.ACCEPTED:
        return _("It is withdrawn. Phones that read the list before may have warned their owners.")
    told = explain_withdrawal(params["reason"])
    if params["result"] == Result.RETRY:
        return told + " " + _("It is tried again by itself.")
    return told + " " + _("It was not withdrawn and still counts.")


def _text(kind: Entry, params: dict[str, Any], names: dict[str, str]) -> str:
    match kind:
        case Entry.PICTURES_ADDED | Entry.CONTACT_CODES | Entry.REGISTER_SENT:
            return ngettext("%(count)d file.", "%(count)d files.", params["count"]) % {"count": params["count"]}
        case Entry.PICTURE_READ:
            codes = ngettext("%(count)d code found.", "%(count)d codes found.", params["codes"]) % {"count": params["codes"]}
            return _("File %(number)d: %(codes)s") % {"number": params["number"], "codes": codes}
        case Entry.PICTURE_UNREADABLE:
            return _("File %(number)d. Its content is erased.") % {"number": params["number"]}
        case Entry.DECLARED:
            return ngettext("%(count)d call to the server.", "%(count)d calls to the server.", params["calls"]) % {
                "count": params["calls"]
            }
        case Entry.TAKEN_BACK if params["shared"]:
            return _("Other cases share a part of it, which stays declared for them.")
        case Entry.CODE_SHARED:
            return _shared(params)
        case Entry.CONTACT_OPENED:
            return _("%(number)d of %(most)d times.") % {"number": params["number"], "most": params["most"]}
        case Entry.CONTACT_DONE:
            return _("Receipt %(receipt)s.") % {"receipt": params["receipt"]}
        case Entry.REGISTER_OPENED:
            return _("Page %(number)d, sheet %(sheet)d.") % {"number": params["number"], "sheet": params["sheet"]}
        case Entry.PUBLISHED:
            start = from_ntp(params["start"])
            return span(start, start + timedelta(seconds=params["seconds"]))
        case Entry.ASSIGNED:
            to = params["to"]
            return _("To: %(who)s") % {"who": names.get(to, _("somebody who has left")) if to else _("nobody")}
        case Entry.MOVED_REGION:
            came_from, to = (names.get(f"region:{params[end]}", "–") for end in ("came_from", "to"))
            return _("From %(before)s to %(after)s.") % {"before": came_from, "after": to}
        case Entry.FOLLOW_UP:
            on = params["day"]
            return format_date(date.fromisoformat(on), "l j F Y") if on else _("No more.")
        case Entry.SPLIT:
            return ngettext("%(count)d case.", "%(count)d cases.", params["cases"]) % {"count": params["cases"]}
        case Entry.BESIDE | Entry.SAME_PERSON | Entry.DISTINCT | Entry.DISTINCT_REVOKED | Entry.MERGED_INTO:
            return _("Case %(number)s.") % {"number": params["other"][:8]}
        case Entry.MERGED:
            hours = span(datetime.fromisoformat(params["start"]), datetime.fromisoformat(params["end"]))
            return _("Case %(number)s: %(hours)s.") % {"number": params["other"][:8], "hours": hours}
        case Entry.CLOSED:
            reason = params.get("reason")
            return str(ClosingReason(reason).label) if reason else ""
        case _:
            return ""


def _shared(params: dict[str, Any]) -> str:
    told = _("The code that counted there on %(day)s.") % {"day": format_date(date.fromisoformat(params["day"]), "j F Y")}
    match params["matches"]:
        case True:
            return told + " " + _("It is the same as a code that the case had already.")
        case False:
            return told + " " + _("It is another one than the case had before.")
        case _:
            return told


def _of(params: dict[str, Any]) -> str:
    """Of a line that came by a merge, whose it was."""
    return _("(of case %(number)s, merged)") % {"number": params["of"]} if "of" in params else ""


def _quoted(remark: str) -> str:
    return _("“%(remark)s”") % {"remark": remark} if remark else ""


def _who(entry: TimelineEntry, kind: Entry) -> str:
    """The person. A decision on a shared declaration may come from another region, whose people are not named here."""
    decided = kind in (Entry.DECIDED_ARRIVED, Entry.DECIDED_AGAIN)
    if decided and not entry.remark:
        return _("an agent of another region")
    return str(entry.actor) if entry.actor else ""

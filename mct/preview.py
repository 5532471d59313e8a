"""What a declaration would do, as a person sees it before it happens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.exposure import Span
from mct.drawing import Drawing, draw
from mct.enums import DeclarationState
from mct.linking import obstacle
from mct.models import Case, CaseCode
from mct.planning import Plan, others_with_code, plan
from mct.words import being_withdrawn, clock, day, moment, span


@dataclass(frozen=True, kw_only=True)
class Noticed:
    """Something to know before declaring. ``case``: one of the person's own regions, to look at."""

    text: str
    icon: str
    case: Case | None = None


@dataclass(frozen=True, kw_only=True)
class FlaggedHours:
    """What one call flags; ``instant`` where the server is told an instant instead of hours."""

    hours: str
    instant: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """``obstacle``: what has come between since the case was linked, in words; then nothing else is filled in.

    ``visitors``: what people who were there will learn from their phones.
    """

    server: ServerAuthority | None = None
    calls: list[FlaggedHours]
    noticed: list[Noticed]
    drawing: Drawing | None = None
    visitors: tuple[str, ...] = ()
    hold_minutes: int = 0
    hold_seconds: int = 0
    obstacle: str = ""
    nothing_left: bool = False
    stays_withdrawable: bool = False


def preview(case: Case, code: CaseCode, *, regions: frozenset[int], now: datetime) -> Preview:
    """``regions``: those of the person who looks. Of cases elsewhere only the region's name is told."""
    problem = obstacle(case, code, now=now)
    if problem:
        return Preview(calls=[], noticed=[], obstacle=str(problem.label))
    planned = plan(case, code, now=now)
    if any(declaration.state == DeclarationState.WITHDRAWING for declaration in planned.joined):
        return Preview(calls=[], noticed=[], obstacle=being_withdrawn())
    hold = case.region.country.hold_seconds
    return Preview(
        server=planned.server,
        calls=[
            FlaggedHours(hours=span(call.start, call.end), instant=clock(call.instant) if call.instant else "")
            for call in planned.calls
        ],
        noticed=[*_about_hours(case, planned), *_about_code(case, code), *_about_others(case, code, regions)],
        drawing=draw(case, planned) if planned.calls else None,
        visitors=tuple(_about_visitors(planned)) if code.starts_at is None else (),
        hold_minutes=hold // 60,
        hold_seconds=hold % 60,
        stays_withdrawable=planned.server.kind == ServerKind.API,
        nothing_left=not planned.calls and not planned.joined,
    )


def _about_visitors(planned: Plan) -> Iterator[str]:
    """One who is warned, and those at the edges who are not: phones compare ``s <= visit time <= s + d`` (CLEA protocol)."""
    if not planned.calls:
        return
    longest = max(planned.calls, key=lambda call: call.end - call.start)
    inside = longest.start + (longest.end - longest.start) / 2
    inside = inside.replace(minute=inside.minute // 10 * 10, second=0, microsecond=0)
    yield _("A phone that scanned the code at %(time)s will warn its owner as soon as it has read the public list.") % {
        "time": clock(max(inside, longest.start))
    }
    flagged = _at_most(planned) + [(row.start, row.end) for row in planned.joined]
    first, last = min(start for start, _end in flagged), max(end for _start, end in flagged)
    yield _("One that scanned it before %(start)s or after %(end)s will say nothing.") % {
        "start": moment(first, now=longest.start),
        "end": moment(last, now=longest.start),
    }


def _about_hours(case: Case, planned: Plan) -> Iterator[Noticed]:
    if planned.calls and (planned.calls[0].start < planned.start or planned.calls[-1].end > planned.end):
        yield Noticed(
            icon="clock",
            text=_("This server flags whole slots around an instant, so a little more than the hours of the case is flagged."),
        )
    if planned.calls and planned.widest is not None:
        flagged = _at_most(planned)
        yield Noticed(
            icon="question",
            text=_(
                "How much this server flags depends on the type of the place, which only the server can read in the code."
                " At least the hours above, at most %(hours)s."
            )
            % {"hours": span(min(start for start, _end in flagged), max(end for _start, end in flagged))},
        )
    if planned.cut:
        yield Noticed(
            icon="calendar",
            text=_("What was before %(day)s, %(time)s is too long ago to warn anybody: it is left out.")
            % {"day": day(planned.start), "time": clock(planned.start)},
        )
    if planned.calls and planned.end < case.exposure_end:
        yield Noticed(
            icon="clock",
            text=_("Servers take nothing of the future: what comes after %(time)s is left out. Declare it when it is over.")
            % {"time": clock(planned.end)},
        )
    if planned.early and not planned.cut:
        yield Noticed(icon="clock", text=_("It begins earlier than the case, at the time written in the code."))
    for declaration in planned.joined:
        yield Noticed(
            icon="link",
            text=_("%(hours)s is declared already (%(state)s). It is not declared twice: this case joins that declaration.")
            % {"hours": span(declaration.start, declaration.end), "state": declaration.get_state_display()},
        )


def _at_most(planned: Plan) -> list[Span]:
    """What the calls may flag, where that depends on a venue type that only the server knows."""
    if planned.widest is None:
        return [(call.start, call.end) for call in planned.calls]
    return [planned.widest.flagged(call.instant) for call in planned.calls if call.instant]


def _about_code(case: Case, code: CaseCode) -> Iterator[Noticed]:
    if code.country is not None and code.country != case.region.country:
        yield Noticed(
            icon="globe",
            text=_("The code is from another country, %(country)s. Its server warns those who were there.")
            % {"country": code.country.name},
        )
    if code.starts_at is not None:
        yield Noticed(
            icon="ticket",
            text=_("A code of invitations or tickets: phones that scanned it noted the visit at its own time, %(time)s.")
            % {"time": f"{day(code.starts_at)}, {clock(code.starts_at)}"},
        )


def _about_others(case: Case, code: CaseCode, regions: frozenset[int]) -> Iterator[Noticed]:
    elsewhere = set()
    for other in others_with_code(case, code):
        if other.region_id in regions:
            text = _("Another case of your region has the same code: %(case)s") % {"case": other}
            yield Noticed(icon="cases", text=text, case=other)
        elif other.region_id not in elsewhere:
            elsewhere.add(other.region_id)
            yield Noticed(
                icon="cases", text=_("A case in another region has the same code: %(region)s.") % {"region": other.region.name}
            )


def deleted_on(case: Case) -> datetime:
    """When a closed case will be gone."""
    return case.state_changed_at + timedelta(days=case.region.country.case_retention_days)

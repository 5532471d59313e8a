"""The figures as the page and its file show them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clea_portal.spreadsheets import Row
from mct.charts import Columns, columns, share_of
from mct.figures import UNSAID, Age, Figures, Origin, Outcome, Period, Stage
from mct.small_numbers import FEW, Number, exact, guarded, share
from mct.venue_types import labels_of

# Of fewer, the 95th percentile is nearly the slowest case itself.
_ENOUGH_FOR_P95 = 20
_MINUTES = 5


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a table, with its bar. ``long``: of 100."""

    label: str
    number: Number
    long: str
    percent: int | None


@dataclass(frozen=True, kw_only=True)
class Day:
    label: str
    numbers: list[Number]
    total: Number


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The figures, ready to be shown to somebody who may see them exactly, or not."""

    facts: list[dict[str, Any]]
    drawing: Columns
    stages: list[tuple[str, str]]
    days: list[Day]
    origins: list[Line]
    outcomes: list[Line]
    ages: list[Line]
    types: list[Line]
    is_empty: bool


def show(figures: Figures, *, period: Period, is_guarded: bool) -> Shown:
    number = guarded if is_guarded else exact
    stages = [(stage.value, str(stage.label)) for stage in Stage]
    rows = []
    for day in period.days:
        counts = figures.by_day[day]
        numbers = [number(counts[stage]) for stage, _label in stages]
        rows.append(Day(label=date_format(day, "j N Y"), numbers=numbers, total=number(sum(counts.values()))))
    pieces = [
        (date_format(day, "j N"), [(stage, label, each) for (stage, label), each in zip(stages, row.numbers, strict=True)])
        for day, row in zip(period.days, rows, strict=True)
    ]
    return Shown(
        facts=_facts(figures, is_guarded=is_guarded),
        drawing=columns(pieces),
        stages=stages,
        days=rows,
        origins=_lines(_labels(Origin), figures.origins, number, is_guarded=is_guarded),
        outcomes=_lines(_labels(Outcome), figures.outcomes, number, is_guarded=is_guarded),
        ages=_lines(_labels(Age), figures.ages, number, is_guarded=is_guarded),
        types=_lines(_type_labels(figures, is_guarded=is_guarded), figures.types, number, is_guarded=is_guarded),
        is_empty=not figures.registered and not figures.ages,
    )


def file_rows(figures: Figures, *, period: Period) -> tuple[Row, list[Row]]:
    """Heading and rows of the file, which may go anywhere: small numbers are hidden in it, whoever asks."""
    rows: list[Row] = []
    for day in period.days:
        rows += [
            (_("cases by state and day"), day, str(stage.label), _cell(guarded(figures.by_day[day][stage]))) for stage in Stage
        ]
    tables: list[tuple[str, dict[Any, str], Counter[Any]]] = [
        (_("how the code came"), _labels(Origin), figures.origins),
        (_("outcome"), _labels(Outcome), figures.outcomes),
        (_("backlog by age"), _labels(Age), figures.ages),
        (_("type of place"), _type_labels(figures, is_guarded=True), figures.types),
    ]
    for title, labels, counts in tables:
        rows += [(title, None, label, _cell(guarded(counts[key]))) for key, label in labels.items()]
    title, unit = _("from registration to published"), _("minutes")
    for name, time in ((_("median"), _median(figures, is_guarded=True)), (_("95th percentile"), _p95(figures, is_guarded=True))):
        rows.append((title, None, f"{name} ({unit})", round(time.total_seconds() / 60) if time is not None else None))
    return (_("figure"), _("day"), _("of which"), _("cases")), rows


def _facts(figures: Figures, *, is_guarded: bool) -> list[dict[str, Any]]:
    number = guarded if is_guarded else exact
    with_code = figures.registered - figures.origins[Origin.NONE]
    read = share(figures.origins[Origin.PICTURE], with_code, is_guarded=is_guarded)
    return [
        {"label": _("Cases registered"), "value": str(number(figures.registered))},
        {"label": _("Published"), "value": str(number(figures.published))},
        {
            "label": _("From registration to published"),
            "value": duration(_median(figures, is_guarded=is_guarded)),
            "note": _("median"),
        },
        {"label": _("Nineteen of twenty took at most"), "value": duration(_p95(figures, is_guarded=is_guarded))},
        {
            "label": _("Codes read from a picture"),
            "value": "" if read is None else _("%(percent)d %%") % {"percent": read},
            "note": _("of the cases that have a code"),
        },
    ]


def _median(figures: Figures, *, is_guarded: bool) -> timedelta | None:
    return _said(figures.median, enough=figures.published >= FEW, is_guarded=is_guarded)


def _p95(figures: Figures, *, is_guarded: bool) -> timedelta | None:
    return _said(figures.p95, enough=figures.published >= _ENOUGH_FOR_P95, is_guarded=is_guarded)


def _said(time: timedelta | None, *, enough: bool, is_guarded: bool) -> timedelta | None:
    """It is the time of one case: of few cases it leaves no region, of many not to the minute."""
    if not is_guarded or time is None:
        return time
    step = timedelta(minutes=_MINUTES)
    return step * max(1, round(time / step)) if enough else None


def duration(time: timedelta | None) -> str:
    """In the two largest units that say something: ``3 h 20 min``."""
    if time is None:
        return ""
    minutes = round(time.total_seconds() / 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        in_days = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
        return f"{in_days} {hours} h" if hours else in_days
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min" if rest else _("under a minute")


def _labels(choices: type[TextChoices]) -> dict[Any, str]:
    return {choice: str(choice.label) for choice in choices}


def _type_labels(figures: Figures, *, is_guarded: bool) -> dict[Any, str]:
    """Types of place by country and number; of all countries together, those of which nobody said it.

    Guarded, all types that there are: which ones have no case at all would be told by what is left out.
    """
    labels = {key: label for key, label in labels_of(figures.countries).items() if is_guarded or figures.types[key]}
    return labels | {UNSAID: _("not said")} if labels else {}


def _lines(labels: dict[Any, str], counts: Counter[Any], number: Callable[[int], Number], *, is_guarded: bool) -> list[Line]:
    numbers, whole = {key: number(counts[key]) for key in labels}, sum(counts.values())
    return [
        Line(
            label=labels[key],
            number=each,
            long=share_of(each, numbers.values()),
            percent=share(counts[key], whole, is_guarded=is_guarded),
        )
        for key, each in numbers.items()
    ]


def _cell(number: Number) -> int | str:
    return str(number) if number.value is None else number.value

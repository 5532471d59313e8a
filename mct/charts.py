"""Where the bars of a drawing stand. The template draws them; nothing here knows of SVG."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mct.small_numbers import Number

WIDTH, HEIGHT = 1000, 260
LEFT, BOTTOM, TOP = 46, 26, 10
# Steps that people count in.
_STEPS = (1, 2, 5)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Texts, so that no language puts a comma into them. ``kind``: the class that colours it."""

    x: str
    y: str
    width: str
    height: str
    kind: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A number or a word beside an axis."""

    x: str
    y: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Columns:
    bars: list[Bar]
    marks: list[Mark]
    lines: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT


def columns(days: Sequence[tuple[str, Sequence[tuple[str, str, Number]]]], *, most_labels: int = 8) -> Columns:
    """A column for each day, of pieces one upon the other: (label of the day, (class, words, number) of each piece)."""
    highest = max((sum(number.drawn for _, _, number in pieces) for _, pieces in days), default=0)
    step = _step(highest)
    top = max(step, step * -(-highest // step))
    room, scale = WIDTH - LEFT, (HEIGHT - TOP - BOTTOM) / top
    each = room / max(1, len(days))
    gap = min(6.0, each * 0.2)
    bars, marks = [], []
    every = max(1, -(-len(days) // most_labels))
    for number, (label, pieces) in enumerate(days):
        x, foot = LEFT + number * each, float(HEIGHT - BOTTOM)
        for kind, words, count in pieces:
            tall = count.drawn * scale
            if tall:
                foot -= tall
                bars.append(_bar(x + gap / 2, foot, each - gap, tall, kind, f"{label}: {words}, {count}"))
        if number % every == 0:
            marks.append(Mark(x=_text(x + gap / 2), y=str(HEIGHT - 6), text=label))
    return Columns(bars=bars, marks=marks, lines=list(_lines(top, step, scale)))


def share_of(number: Number, numbers: Iterable[Number]) -> str:
    """How long a lying bar is, of 100, beside the longest of its drawing."""
    longest = max((each.drawn for each in numbers), default=0)
    return _text(100 * number.drawn / longest) if longest else "0"


def _lines(top: float, step: float, scale: float) -> Iterable[Mark]:
    for number in range(int(top // step) + 1):
        yield Mark(x=str(LEFT - 6), y=_text(HEIGHT - BOTTOM - number * step * scale), text=f"{number * step:g}")


def _step(highest: float) -> float:
    """Of 1, 2, 5, 10, 20, 50 and so on, the first with at most five lines."""
    power = 1
    while True:
        for step in _STEPS:
            if step * power * 5 >= highest:
                return step * power
        power *= 10


def _bar(x: float, y: float, width: float, height: float, kind: str, title: str) -> Bar:
    return Bar(x=_text(x), y=_text(y), width=_text(width), height=_text(height), kind=kind, title=title)


def _text(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")

"""Posters one by one, and a thousand in one file, beside reportlab. Run: ``python -m tests.benchmarks.posters``.

Times are those of the processor, which other work on the machine changes less than those of the clock; the loop of plain Python
at the top tells how slow the machine is at the time.
"""

import io
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django
from reportlab.lib.utils import simpleSplit

ROUNDS = 30
FEW, MANY = 100, 1000
KINDS = ("Le Petit Bistrot", "Boulangerie", "Salle des fêtes", "Médiathèque", "Café-restaurant")
NAMES = ("du Marché", "Martin & fils", "de la Gare", "Émile-Zola", "des Trois Fontaines", "du Vieux-Port")
_NOTO, _DEJAVU = "/usr/share/fonts/truetype/noto/NotoSans", "/usr/share/fonts/truetype/dejavu/DejaVuSansMono"
FONTS = {"Regular": f"{_NOTO}-Regular.ttf", "Bold": f"{_NOTO}-Bold.ttf", "Mono": f"{_DEJAVU}-Bold.ttf"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    start = time.process_time()
    django.setup()
    if len(sys.argv) == 3:
        _measure_many(sys.argv[1], int(sys.argv[2]))
        return
    _say(f"a million steps of a loop: {1000 * _seconds(lambda: sum(range(1_000_000))):.1f} ms")
    _bench_single(start)
    for what in ("day pack", "places", "places in reportlab"):
        peaks = [_measure_in_child(what, pages) for pages in (FEW, MANY)]
        _say(f"{what}: peak of memory with {MANY} pages {peaks[1] / peaks[0]:.2f} times that with {FEW}")


def _bench_single(start: float) -> None:
    from clea_portal.posters.documents import render_pdf
    from clea_portal.posters.pictures import render_png, render_svg
    from clea_portal.posters.symbol import make_symbol
    from tests.pictures import clea_link

    link = clea_link(1)
    render_pdf(next(_places(1)))
    _say(f"first poster, start of the process included: {time.process_time() - start:.2f} s")
    # A new one each time, as it is in the portal: nothing but what all have in common is there already.
    posters = _places(100_000)
    works: dict[str, Callable[[], object]] = {
        "poster, not read back": lambda: _render_unproven(next(posters)),
        "poster": lambda: render_pdf(next(posters)),
        "PNG": lambda: render_png(link),
        "SVG": lambda: render_svg(link),
        "symbol alone": lambda: make_symbol(link),
    }
    for title, work in works.items():
        result = work()
        size = f", {len(result) / 1000:.1f} kB" if isinstance(result, bytes) else ""
        seconds = [_seconds(work) for _ in range(ROUNDS)]
        _say(
            f"{title}: {1 / statistics.median(seconds):.1f} per second "
            f"(median {1000 * statistics.median(seconds):.1f} ms, best {1000 * min(seconds):.1f} ms{size})"
        )


def _measure_in_child(what: str, pages: int) -> int:
    """Prints how long it took; the peak of memory in KiB."""
    command = [sys.executable, "-m", "tests.benchmarks.posters", what, str(pages)]
    *lines, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    _say("\n".join(lines))
    return int(peak)


def _measure_many(what: str, pages: int) -> None:
    file = io.BytesIO()
    if what == "places in reportlab":
        _write_with_reportlab(list(_places(2)), io.BytesIO())
        milliseconds = 1000 * _seconds(lambda: _write_with_reportlab(_places(pages), file)) / pages
        spent = f"{milliseconds:.1f} ms a page, neither tagged nor read back"
    else:
        make = {"day pack": _days, "places": _places}[what]
        _write_unproven(make(2), io.BytesIO())
        places: list[Any] = []
        written = 1000 * _seconds(lambda: places.extend(_write_unproven(make(pages), file))) / pages
        from clea_portal.posters.proof import prove_pdf

        read = 1000 * _seconds(lambda: prove_pdf(file, places)) / pages
        spent = f"{written:.1f} ms a page, and {read:.1f} ms to read it back"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _say(f"{what}, {pages} pages: {spent}, {len(file.getvalue()) / 1e6:.2f} MB, peak {peak / 1024:.0f} MiB\n{peak}")


def _write_unproven(posters: Iterator[Any], file: io.BytesIO) -> list[Any]:
    from clea_portal.posters.composing import compose
    from clea_portal.posters.layouts import Layout
    from clea_portal.posters.typesetting import write_unproven

    sheets = compose(posters, layout=Layout.A4)
    return write_unproven(sheets, file, title="Posters", language="fr", created_on=date(2027, 6, 1))


def _render_unproven(poster: Any) -> bytes:
    file = io.BytesIO()
    _write_unproven(iter([poster]), file)
    return file.getvalue()


def _places(count: int) -> Iterator[Any]:
    """Posters of different places."""
    from clea_portal.posters.poster import PosterKind

    return (_poster(n, name=f"{KINDS[n % len(KINDS)]} {NAMES[n % len(NAMES)]} {n}", kind=PosterKind.STATIC) for n in range(count))


def _days(count: int) -> Iterator[Any]:
    """Posters of one place, day by day."""
    from clea_portal.posters.poster import PosterKind

    opening = datetime(2027, 6, 1, 11, tzinfo=ZoneInfo("Europe/Paris"))
    for n in range(count):
        start = opening + timedelta(days=n)
        times = {"valid_from": start, "valid_until": start + timedelta(hours=14)}
        yield _poster(n, name="Le Petit Bistrot", kind=PosterKind.DATED, **times)


def _poster(n: int, **values: Any) -> Any:
    from clea_portal.posters.poster import Poster
    from tests.pictures import clea_link

    return Poster(
        deep_link=clea_link(n),
        check_code=f"K{n % 100_000:05}",
        created_on=date(2027, 6, 1),
        languages=("fr",),
        application_name="TousAntiCovid",
        application_site="tac.example",
        **values,
    )


def _write_with_reportlab(posters: Iterable[Any], file: io.BytesIO) -> None:
    """The same page as directly as reportlab can: texts at places known before, the same rectangles for the code."""
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    from clea_portal.posters.symbol import make_symbol, operators_of
    from clea_portal.posters.wording import word

    for name, path in FONTS.items():
        registerFont(TTFont(name, path))
    canvas = Canvas(file, pagesize=(595.28, 841.89), pageCompression=1)
    for poster in posters:
        wording = word(poster, "fr")
        _draw_lines(canvas, "Regular", 11, [f"{poster.application_name} {wording.purpose}"], 297, 790)
        _draw_lines(canvas, "Bold", 30, simpleSplit(poster.name, "Bold", 30, 500), 297, 700)
        _draw_lines(canvas, "Bold", 21, [wording.headline], 297, 605)
        canvas.roundRect(117, 230, 361, 361, 11)
        path = canvas.beginPath()
        for rectangle in operators_of(make_symbol(poster.deep_link)).splitlines()[:-1]:
            x, y, width, height = (4.8 * int(number) for number in rectangle.split()[:4])
            path.rect(122 + x, 585 - y - height, width, height)
        canvas.drawPath(path, stroke=0, fill=1)
        _draw_lines(canvas, "Mono", 20, [poster.check_code], 297, 205)
        for column, step in enumerate(wording.steps):
            _draw_lines(canvas, "Bold", 12, [step.heading], 117 + 180 * column, 160)
            _draw_lines(canvas, "Regular", 11, simpleSplit(step.text, "Regular", 11, 150), 117 + 180 * column, 145)
        for column, text in enumerate((wording.privacy, f"{wording.validity} {wording.created} {wording.advice}")):
            _draw_lines(canvas, "Regular", 9, simpleSplit(text, "Regular", 9, 230), 160 + 270 * column, 80)
        canvas.showPage()
    canvas.save()


def _draw_lines(canvas: Any, font: str, size: float, lines: list[str], x: float, y: float) -> None:
    canvas.setFont(font, size)
    for number, line in enumerate(lines):
        canvas.drawCentredString(x, y - 1.3 * size * number, line)


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

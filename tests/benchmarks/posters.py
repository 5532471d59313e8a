"""Posters per second, with and without reading them back, and their size. Run: ``python -m tests.benchmarks.posters``."""

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date

import django

ROUNDS = 20


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    start = time.perf_counter()
    django.setup()
    from clea_portal.posters.documents import render_pdf, render_unproven_pdf
    from clea_portal.posters.pictures import render_png, render_svg
    from clea_portal.posters.poster import Poster, PosterKind
    from clea_portal.posters.symbol import make_symbol
    from tests.pictures import clea_link

    def poster(name: str) -> Poster:
        return Poster(
            name=name,
            deep_link=link,
            check_code="K7PQ3M",
            kind=PosterKind.STATIC,
            created_on=date(2027, 6, 1),
            languages=("fr",),
            application_name="TousAntiCovid",
            application_site="tac.example",
        )

    link = clea_link(1)
    usual, emoji, chinese = poster("Le Petit Bistrot"), poster("Chez Luigi 🍕🎉"), poster("北京饭店")
    render_pdf(usual)
    lines = [f"first poster, start of the process included: {time.perf_counter() - start:.2f} s"]
    works: dict[str, Callable[[], object]] = {
        "PDF, not read back": lambda: render_unproven_pdf(usual),
        "PDF": lambda: render_pdf(usual),
        "PDF, emoji in the name": lambda: render_pdf(emoji),
        "PDF, Chinese name": lambda: render_pdf(chinese),
        "PNG": lambda: render_png(link),
        "SVG": lambda: render_svg(link),
        "symbol alone": lambda: make_symbol(link),
    }
    for title, work in works.items():
        result = work()
        size = f", {len(result) / 1000:.1f} kB" if isinstance(result, bytes) else ""
        seconds = [_seconds(work) for _ in range(ROUNDS)]
        lines.append(
            f"{title}: {1 / statistics.median(seconds):.1f} per second "
            f"(median {1000 * statistics.median(seconds):.1f} ms, best {1000 * min(seconds):.1f} ms{size})"
        )
    sys.stdout.write("\n".join(lines) + "\n")


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

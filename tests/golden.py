"""Small pictures of prints as they should look. ``python -m tests.golden`` makes them again: look at them before committing."""

import io
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageFilter

FOLDER = Path(__file__).parent / "clea_portal" / "posters" / "golden"
# Enough to see what is cut or moved, too little to see how a letter's edge is smoothed.
DOTS_PER_INCH = 48
GREYS = 16
LONG = "Association des anciens élèves et amis du conservatoire national supérieur de musique et de danse de Lyon"
CASES: dict[str, dict[str, Any]] = {
    "long": {"name": LONG, "languages": ("fr", "en"), "layout": "a4"},
    "emoji": {"name": "Chez Luigi 🍕🎉", "languages": ("it",), "layout": "tent"},
    "newline": {"name": "Bar\nTerrasse\nCave", "languages": ("de",), "layout": "a4", "kind": "dated"},
    "arabic": {"name": "مطعم دمشق الكبير", "languages": ("ar", "fr"), "layout": "a4", "place_label": "طاولة 12"},
    "single-letter": {"name": "Q", "languages": ("en",), "layout": "stickers_8", "kind": "staff"},
}


def draw(case: str) -> Image.Image:
    from clea_portal.posters.documents import render_pdf
    from clea_portal.posters.layouts import Layout
    from clea_portal.posters.poster import PosterKind
    from tests.clea_portal.posters.making import PARIS, draw_page, make_poster

    changes = dict(CASES[case])
    layout, kind = Layout(changes.pop("layout")), PosterKind(changes.pop("kind", "static"))
    if kind is not PosterKind.STATIC:
        changes |= {
            "valid_from": datetime(2027, 6, 12, 4, tzinfo=PARIS),
            "valid_until": datetime(2027, 6, 13, 4, tzinfo=PARIS),
        }
    return draw_page(render_pdf(make_poster(kind=kind, **changes), layout=layout, fill=True), dots_per_inch=DOTS_PER_INCH)


def difference(one: Image.Image, other: Image.Image) -> float:
    """How different the most different spot of a few millimetres is, 0 to 255; 255 for another size."""
    if one.size != other.size:
        return 255.0
    blurred = [image.convert("L").filter(ImageFilter.GaussianBlur(3)) for image in (one, other)]
    return float(ImageChops.difference(*blurred).getextrema()[1])


def load(case: str) -> Image.Image:
    return Image.open(io.BytesIO((FOLDER / f"{case}.png").read_bytes()))


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    FOLDER.mkdir(exist_ok=True)
    for case in CASES:
        draw(case).quantize(GREYS).save(FOLDER / f"{case}.png", optimize=True)
        print(f"{case}: {(FOLDER / f'{case}.png').stat().st_size} bytes")


if __name__ == "__main__":
    main()

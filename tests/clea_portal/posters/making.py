"""Posters to test with, and ways to look at what came out."""

import io
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from clea_portal.posters.poster import Poster, PosterKind
from tests.pictures import clea_link

LINK = clea_link(1)
LINK_WITHOUT_CONTACT = clea_link(2, with_contact=False)
PARIS = ZoneInfo("Europe/Paris")
NIGHT = {"valid_from": datetime(2027, 6, 12, 20, tzinfo=PARIS), "valid_until": datetime(2027, 6, 13, 2, tzinfo=PARIS)}


def make_poster(**changes: Any) -> Poster:
    """A static poster in English, with what the test changes; events get a night in Paris unless they say otherwise."""
    values: dict[str, Any] = {
        "name": "Le Petit Bistrot",
        "deep_link": LINK,
        "check_code": "K7PQ3M",
        "kind": PosterKind.STATIC,
        "created_on": date(2027, 6, 1),
        "languages": ("en",),
        "application_name": "TousAntiCovid",
        "application_site": "tac.example",
    }
    if changes.get("kind", PosterKind.STATIC) is not PosterKind.STATIC:
        values |= NIGHT
    return Poster(**(values | changes))


def text_of(pdf: bytes) -> str:
    """All text of a PDF, blanks and line breaks as single spaces."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def draw_page(pdf: bytes, *, dots_per_inch: int) -> Image.Image:
    document = PdfDocument(pdf)
    image = document[0].render(scale=dots_per_inch / 72, grayscale=True).to_pil()
    document.close()
    return image


def modules_in(picture: Image.Image) -> list[list[int]]:
    """The 65 by 65 modules of the only thing in the picture that is quite black, by the shade in the middle of each."""
    black = picture.point([255 if shade < 8 else 0 for shade in range(256)])
    left, top, right, bottom = black.getbbox() or (0, 0, 0, 0)
    across, down = (right - left) / 65, (bottom - top) / 65
    return [
        [int(picture.getpixel((int(left + (x + 0.5) * across), int(top + (y + 0.5) * down))) < 128) for x in range(65)]
        for y in range(65)
    ]

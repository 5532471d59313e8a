"""Small pages to test with."""

from datetime import date
from typing import Any

from clea_portal.posters.sheets import PART_END, PART_OR, PART_START, Code, Sheet
from clea_portal.posters.typesetting import render_sheets
from tests.clea_portal.posters.making import LINK

STYLE = """
@page { size: 100mm 120mm; margin: 5mm }
body, p, h1 { margin: 0; font: 10pt/1.2 "Noto Sans" }
.code { display: block; width: 50mm; height: 50mm }
.place { width: 60mm; height: 12mm; padding: 1mm; border: 1mm solid #0b5a6b }
.turned { position: absolute; left: 20mm; top: 80mm; transform: rotate(180deg) }
.bottom p { position: absolute; bottom: 0 }
.warm { color: #8c1d18; font-size: 14pt; text-align: center }
.warm strong { letter-spacing: 1pt }
"""
DRAWING = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' viewBox='0 0 9 9'>"
    "<g opacity='.5'><path d='M0 0h9v9z'/><path d='M0 0h5v9z'/></g></svg>"
)
CODE = '<img class="code" src="code:0" alt="code">'
CODES = (Code(link=LINK, alternative="A code"),)


def part(*variants: str) -> str:
    return PART_START + PART_OR.join(variants) + PART_END


def sheet(*bodies: str, codes: tuple[Code, ...] = (), language: str = "en", title: str = "Page") -> Sheet:
    return Sheet(bodies=[f"<body>{body}</body>" for body in bodies], style=STYLE, title=title, language=language, codes=codes)


def render(*sheets: Sheet, language: str = "en", **options: Any) -> bytes:
    return render_sheets(sheets, total=len(sheets), title="Sheets", language=language, created_on=date(2027, 6, 1), **options)

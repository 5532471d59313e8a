"""The recovery sheet of a place of which the portal keeps nothing: its encrypted secret as a QR code, and what to do with it."""

import base64
import io
from dataclasses import dataclass, field
from datetime import date

import segno
from django.template.loader import render_to_string

from clea_portal.posters.colours import DEFAULT_ACCENT, clean_accent
from clea_portal.posters.errors import PayloadTooLong
from clea_portal.posters.names import clean_line, clean_name, is_right_to_left, one_line
from clea_portal.posters.poster import check_languages
from clea_portal.posters.proof import Place, prove_pdf
from clea_portal.posters.sheets import Sheet
from clea_portal.posters.styles import paper_style
from clea_portal.posters.symbol import Symbol, svg_of
from clea_portal.posters.typesetting import render_sheets
from clea_portal.posters.words import Words, words

# What the largest QR code holds at level M.
LONGEST_PAYLOAD = 2331
# Where papers.css puts the code: from the left, from the top, and its width, in millimetres; the page is 297 high.
_LEFT, _TOP, _SIDE = 35, 57, 140
_POINTS = 72 / 25.4


@dataclass(frozen=True, kw_only=True)
class RecoverySheet:
    """`payload`: the encrypted secret as ASCII text, at most 2,331 characters; `address`: of the page that takes the sheet back.

    Raises PayloadTooLong, NameMissing, NameTooLong, UnknownLanguage, BadLanguages.
    """

    name: str = field(repr=False)
    payload: str = field(repr=False)
    address: str
    languages: tuple[str, ...]
    created_on: date
    check_codes: tuple[str, ...] = ()
    accent: str = DEFAULT_ACCENT

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean_name(self.name))
        object.__setattr__(self, "address", clean_line(self.address))
        object.__setattr__(self, "accent", clean_accent(self.accent))
        check_languages(self.languages)
        if not self.payload or not self.payload.isascii() or len(self.payload) > LONGEST_PAYLOAD:
            raise PayloadTooLong


def render_recovery(sheet: RecoverySheet) -> bytes:
    """The sheet as a PDF/UA-1 of one page; its code is read back first. Raises PosterUnreadable, NameTooLong."""
    title = f"{words(sheet.languages[0]).say('Recovery sheet')}: {one_line(sheet.name)}"
    content = render_sheets(
        [compose_recovery(sheet)], total=1, title=title, language=sheet.languages[0], created_on=sheet.created_on
    )
    left, right = _LEFT * _POINTS, (_LEFT + _SIDE) * _POINTS
    top, bottom = (297 - _TOP) * _POINTS, (297 - _TOP - _SIDE) * _POINTS
    prove_pdf(io.BytesIO(content), [[Place(left, bottom, right, top, sheet.payload)]])
    return content


def compose_recovery(sheet: RecoverySheet) -> Sheet:
    """The page alone, for a document with others; `render_recovery` reads it back."""
    speakers = [words(language) for language in sheet.languages]
    code = segno.make_qr(sheet.payload, error="m", mode="byte", boost_error=False)
    symbol = Symbol(matrix=tuple(map(bytes, code.matrix)), designator=code.designator)
    picture = svg_of(symbol, title="", background=False).encode()
    context = {
        "direction": speakers[0].direction,
        "name": sheet.name,
        "name_direction": "rtl" if is_right_to_left(sheet.name) else "ltr",
        "check_codes": [f"{code[:3]} {code[3:]}" for code in sheet.check_codes],
        "symbol": f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}",
        "alternative": speakers[0].say(
            "QR code with the encrypted secret of the place. Only the portal reads it, with the passphrase."
        ),
        "languages": [_page(said, sheet) for said in speakers],
    }
    return Sheet(
        bodies=(render_to_string("posters/recovery.html", context),),
        style=paper_style(sheet.accent),
        title=speakers[0].say("Recovery sheet"),
        language=sheet.languages[0],
    )


def _page(said: Words, sheet: RecoverySheet) -> dict[str, object]:
    return {
        "language": said.language,
        "direction": said.direction,
        "title": said.say("Recovery sheet"),
        "check_code": said.say("Check code"),
        "warning": said.say("This is not a code for visitors: do not hang it up."),
        "created": said.say("Created on %(day)s.", day=said.plain_day(sheet.created_on)),
        "keep": said.say("Keep this sheet like a key: in a drawer or a safe, not on the wall, and not beside its passphrase."),
        "advice": [
            (
                said.say("What it is for"),
                said.say(
                    "The portal has kept nothing of this place. With this sheet and the passphrase that you chose, you can print "
                    "its codes again or renew them."
                ),
            ),
            (
                said.say("How to use it"),
                said.say(
                    "Open %(address)s, send a photo of this sheet or its file, and enter the passphrase.", address=sheet.address
                ),
            ),
            (
                said.say("If it is lost"),
                said.say(
                    "Nobody can make it again, and nobody knows the passphrase. Make a new code, hang it, and take the old one "
                    "down. Do the same if somebody else may have both."
                ),
            ),
        ],
    }

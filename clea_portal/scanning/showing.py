"""What people look at of a stranger's file: its sheets drawn anew, grey, as JPEG. Nothing of the file itself comes along.

Imports no Django: it runs in a bare child process (see scanning.child).
"""

import io
import struct

from PIL import Image

from clea_portal.scanning.files import Pages, open_pages
from clea_portal.scanning.results import RefusedError

# Now, since no file can be opened any more when a picture is written.
Image.preinit()

# Handwriting of two millimetres on A4 is legible at 150 dots to the inch; this is 200.
LONGEST_SIDE = 2340
QUALITY = 80
# What comes in before the file: which sheet, from 1; 0 asks for their number alone.
ASKED = struct.Struct(">H")
# What goes out before the picture: their number.
TOLD = struct.Struct(">H")
REFUSED = b"!"


def answer(content: bytes) -> bytes:
    """Number of sheets and the one asked for, or REFUSED and the advice."""
    (sheet,) = ASKED.unpack_from(content)
    try:
        pages = open_pages(content[ASKED.size :])
        told = TOLD.pack(len(pages))
        return told + _draw(pages, sheet - 1) if 1 <= sheet <= len(pages) else told
    except RefusedError as refusal:
        return REFUSED + refusal.advice.value.encode()


def _draw(pages: Pages, number: int) -> bytes:
    picture = pages.draw(number, pages.resolutions[0])
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    # A new picture from the pixels alone: no comment, profile or place of taking comes along.
    Image.frombytes("L", picture.size, picture.tobytes()).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()

"""The modules of a code, one bit each: small enough to send a day of renewing codes to a display ahead of time."""

import io

from PIL import Image

from clea_portal.posters.errors import PosterUnreadable
from clea_portal.posters.symbol import QUIET_ZONE, SIDE, make_symbol
from clea_portal.scanning.reading import decode_image

MODULES = SIDE - 2 * QUIET_ZONE
ROW_BYTES = (MODULES + 7) // 8
# Fewer pixels to a module than any screen shows, and enough for a reader of clean pictures.
PROOF_PIXELS = 4


def make_bitmap(deep_link: str) -> bytes:
    """The code without its quiet zone: 65 rows of 9 bytes, the first module in the highest bit, 1 is dark, 7 bits of padding.

    Read back from these very bytes first. Raises LinkUnfit, PosterUnreadable.
    """
    spare = b"0" * (ROW_BYTES * 8 - MODULES)
    digits = bytes.maketrans(b"\0\1", b"01")
    rows = make_symbol(deep_link).matrix
    bitmap = b"".join(int(bytes(row).translate(digits) + spare, 2).to_bytes(ROW_BYTES) for row in rows)
    if decode_image(_draw(bitmap, side=SIDE * PROOF_PIXELS)) != (deep_link,):
        raise PosterUnreadable
    return bitmap


def png_of_bitmap(bitmap: bytes, *, side: int) -> bytes:
    """A PNG of exactly ``side`` pixels: modules of whole pixels, as many as fit, in the middle of white."""
    out = io.BytesIO()
    _draw(bitmap, side=side).convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw(bitmap: bytes, *, side: int) -> Image.Image:
    pixels = side // SIDE
    # "1;I": in these bits, 1 is black.
    modules = Image.frombytes("1", (MODULES, MODULES), bitmap, "raw", "1;I").convert("L")
    picture = Image.new("L", (side, side), 255)
    corner = (side - MODULES * pixels) // 2
    picture.paste(modules.resize((MODULES * pixels,) * 2, Image.Resampling.NEAREST), (corner, corner))
    return picture

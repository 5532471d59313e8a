"""Modules, drawn anew and decoded as if they had just been printed."""

from functools import cache

import zxingcpp
from PIL import Image

from clea_portal.scanning.codewords import MODULES, fixed
from clea_portal.scanning.symbols import FORMATS


def decode_modules(levels: Image.Image) -> str | None:
    """The text of 65 by 65 modules, one pixel each, light from 128 on. What every code of version 12 has is drawn over them."""
    modules = levels.point([255 if level >= 128 else 0 for level in range(256)])
    pattern, mask = _patterns()
    modules.paste(pattern, mask=mask)
    page = Image.new("L", (MODULES + 8, MODULES + 8), 255)
    page.paste(modules, (4, 4))
    barcodes = zxingcpp.read_barcodes(
        page.resize((page.width * 2, page.height * 2), Image.Resampling.NEAREST),
        formats=FORMATS,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=zxingcpp.Binarizer.BoolCast,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
    )
    return next((barcode.text for barcode in barcodes if barcode.valid), None)


@cache
def _patterns() -> tuple[Image.Image, Image.Image]:
    """What every code of version 12 has at the same places, and a mask of these places. The format is left as read."""
    pattern, mask = Image.new("L", (MODULES, MODULES), 255), Image.new("L", (MODULES, MODULES), 0)
    for place, is_dark in fixed().items():
        pattern.putpixel(place, 0 if is_dark else 255)
        mask.putpixel(place, 255)
    return pattern, mask

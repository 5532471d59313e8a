"""Codes as pictures, alone or as posters for screens: the same modules as on paper."""

import io

from django.utils.translation import gettext as _

from clea_portal.posters.composing import compose
from clea_portal.posters.layouts import Layout
from clea_portal.posters.names import clean_line
from clea_portal.posters.poster import Poster
from clea_portal.posters.proof import prove_png, prove_svg
from clea_portal.posters.rasterising import draw_first_page
from clea_portal.posters.symbol import make_symbol, png_of, svg_of
from clea_portal.posters.typesetting import write_unproven

SMALLEST_MODULE = 3
LARGEST_MODULE = 40
# Of a module: enough to be read from clean pictures.
_PROOF_PIXELS = 4
SMALLEST_SCREEN, LARGEST_SCREEN = 1080, 7680


def render_png(deep_link: str, *, module_pixels: int = 16) -> bytes:
    """A black and white PNG with its quiet zone, 73 modules of `module_pixels` (3 to 40) wide; read back first.

    Raises LinkUnfit, ValueError for another size, PosterUnreadable when it does not read back as the deep link.
    """
    if not SMALLEST_MODULE <= module_pixels <= LARGEST_MODULE:
        raise ValueError(f"module_pixels must be from {SMALLEST_MODULE} to {LARGEST_MODULE}")
    content = png_of(make_symbol(deep_link), module_pixels=module_pixels)
    prove_png(content, deep_link=deep_link, reduced=max(1, module_pixels // _PROOF_PIXELS))
    return content


def render_svg(deep_link: str, *, title: str = "") -> bytes:
    """An SVG of any size, with its quiet zone on white and a title for those who cannot see it; read back first.

    The title is in the active language unless given. Raises LinkUnfit, PosterUnreadable.
    """
    title = clean_line(title) or _("QR code to scan with a contact tracing application")
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n{svg_of(make_symbol(deep_link), title=title, background=True)}\n'.encode()
    prove_svg(content, deep_link=deep_link)
    return content


def render_screen(poster: Poster, *, layout: Layout, width: int | None = None) -> bytes:
    """The poster for a screen of 16:9 or 9:16 as a PNG, read back first.

    `width`: 1920 pixels, standing 1080, unless given (1080 to 7680). Raises what `render_pdf` raises, and ValueError for
    a layout that is not one for screens or another width.
    """
    if not layout.is_screen:
        raise ValueError("layout must be one for screens")
    lying = layout is Layout.SCREEN_16_9
    width = width or (1920 if lying else 1080)
    if not SMALLEST_SCREEN <= width <= LARGEST_SCREEN:
        raise ValueError(f"width must be from {SMALLEST_SCREEN} to {LARGEST_SCREEN}")
    page = io.BytesIO()
    write_unproven(
        compose([poster], layout=layout), page, title=poster.name, language=poster.language, created_on=poster.created_on
    )
    picture = draw_first_page(page.getvalue(), width=width)
    height = round(width * 9 / 16) if lying else round(width * 16 / 9)
    content = io.BytesIO()
    # PDFium rounds half a pixel up.
    picture.crop((0, 0, width, height)).save(content, "PNG")
    prove_png(content.getvalue(), deep_link=poster.deep_link)
    return content.getvalue()

"""The code alone, as a picture: the same modules as on the poster."""

from django.utils.translation import gettext as _

from clea_portal.posters.names import clean_line
from clea_portal.posters.proof import prove_png, prove_svg
from clea_portal.posters.symbol import make_symbol, png_of, svg_of

SMALLEST_MODULE = 3
LARGEST_MODULE = 40


def render_png(deep_link: str, *, module_pixels: int = 16) -> bytes:
    """A black and white PNG with its quiet zone, 73 modules of `module_pixels` (3 to 40) wide; read back first.

    Raises LinkUnfit, ValueError for another size, PosterUnreadable when it does not read back as the deep link.
    """
    if not SMALLEST_MODULE <= module_pixels <= LARGEST_MODULE:
        raise ValueError(f"module_pixels must be from {SMALLEST_MODULE} to {LARGEST_MODULE}")
    content = png_of(make_symbol(deep_link), module_pixels=module_pixels)
    prove_png(content, deep_link=deep_link)
    return content


def render_svg(deep_link: str, *, title: str = "") -> bytes:
    """An SVG of any size, with its quiet zone on white and a title for those who cannot see it; read back first.

    The title is in the active language unless given. Raises LinkUnfit, PosterUnreadable.
    """
    title = clean_line(title) or _("QR code to scan with a contact tracing application")
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n{svg_of(make_symbol(deep_link), title=title, background=True)}\n'.encode()
    prove_svg(content, deep_link=deep_link)
    return content

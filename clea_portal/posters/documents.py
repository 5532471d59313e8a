"""The poster as an A4 page."""

from django.template.loader import render_to_string
from django.utils.translation import override

from clea_portal.posters.errors import NameTooLong
from clea_portal.posters.fitting import NAME_SIZES, first_size
from clea_portal.posters.names import is_right_to_left
from clea_portal.posters.poster import Poster
from clea_portal.posters.proof import prove_pdf
from clea_portal.posters.symbol import make_symbol, svg_of
from clea_portal.posters.typesetting import lay_out, write_pdf
from clea_portal.posters.wording import word


def render_pdf(poster: Poster) -> bytes:
    """The poster as a one-page PDF/UA-1, A4, with the code as vectors; read back before it is returned.

    The same poster gives the same bytes. Raises LinkUnfit or NameTooLong when it does not fit, PosterUnreadable when the
    code does not read back as the deep link.
    """
    content = render_unproven_pdf(poster)
    prove_pdf(content, deep_link=poster.deep_link)
    return content


def render_unproven_pdf(poster: Poster) -> bytes:
    """The same without reading back: for measuring only, never to be handed out."""
    symbol = make_symbol(poster.deep_link)
    with override(poster.language):
        wording = word(poster)
        context = {
            "poster": poster,
            "wording": wording,
            "symbol": svg_of(symbol, title=wording.picture, background=False),
            "name_direction": "rtl" if is_right_to_left(poster.name) else "ltr",
            "check_code": f"{poster.check_code[:3]} {poster.check_code[3:]}",
        }
        first = first_size(poster.name)
        for size, is_tight in [(first, False), *((size, True) for size in range(first, len(NAME_SIZES)))]:
            page = render_to_string("posters/poster.html", {**context, "name_size": size, "is_tight": is_tight})
            document = lay_out(page)
            if len(document.pages) == 1:
                return write_pdf(document)
    raise NameTooLong

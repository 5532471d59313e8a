"""A page with a code that nobody shall scan: for the operator of a cluster server, to check what the portal encrypts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.template.loader import render_to_string

from clea_portal.posters.colours import DEFAULT_ACCENT
from clea_portal.posters.sheets import Code, Sheet
from clea_portal.posters.styles import paper_style
from clea_portal.posters.typesetting import render_sheets


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """All texts in the language of the page. ``values``: labels and what has to be found, in order."""

    title: str
    warning: str
    advice: str
    alternative: str
    link: str = field(repr=False)
    values: Sequence[tuple[str, str]]
    language: str
    created_on: date


def render_specimen(page: Specimen) -> bytes:
    """A PDF/UA-1 of one page, its code read back first. Raises NameTooLong, LinkUnfit, PosterUnreadable."""
    sheet = Sheet(
        bodies=(render_to_string("posters/specimen.html", {"page": page}),),
        style=paper_style(DEFAULT_ACCENT),
        title=page.title,
        language=page.language,
        codes=(Code(link=page.link, alternative=page.alternative),),
    )
    return render_sheets([sheet], total=1, title=page.title, language=page.language, created_on=page.created_on)

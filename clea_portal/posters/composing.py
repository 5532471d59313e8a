"""Posters as sheets: texts put into the areas of their face, faces put into the cells of a page."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, repeat

from django.template.loader import render_to_string

from clea_portal.posters.errors import NameTooLong, NameTooLongHere
from clea_portal.posters.faces import Area, Face
from clea_portal.posters.fitting import sizes_of
from clea_portal.posters.layouts import Cell, Layout
from clea_portal.posters.names import is_right_to_left, one_line
from clea_portal.posters.poster import Poster
from clea_portal.posters.sheets import PART_END, PART_OR, PART_START, Code, Sheet
from clea_portal.posters.styles import style_of
from clea_portal.posters.wording import Wording, word
from clea_portal.posters.words import words

# Read, and printed, before the code; everything else after it.
_ABOVE = frozenset({"header", "name", "date", "headline"})


def compose(posters: Iterable[Poster], *, layout: Layout, fill: bool = False) -> Iterator[Sheet]:
    """The pages of these posters in their order, as many of them on each as the layout holds.

    `fill`: repeat each poster until it fills a page of its own.
    """
    copies = layout.per_page if fill else 1
    every = (copy for poster in posters for copy in repeat(poster, copies))
    while on_page := list(islice(every, layout.per_page)):
        yield _sheet(on_page, layout)


def count_sheets(posters: Sequence[Poster], *, layout: Layout, fill: bool = False) -> int:
    """How many pages `compose` makes of them."""
    return len(posters) if fill else -(-len(posters) // layout.per_page)


def _sheet(posters: Sequence[Poster], layout: Layout) -> Sheet:
    first = posters[0]
    distinct = list(dict.fromkeys(posters))
    cells = zip(layout.sheet.cells, (poster for poster in posters for _ in range(layout.sheet.cells_per_poster)), strict=False)
    body = "".join(_cell(place, cell, poster, layout, distinct.index(poster)) for place, (cell, poster) in enumerate(cells))
    direction = words(first.language).direction
    return Sheet(
        bodies=(f'<body dir="{direction}">{body}</body>',),
        style=style_of(
            layout,
            variants=tuple(sorted({(poster.large_print, _is_turned_round(poster)) for poster in posters})),
            accents=tuple(sorted({poster.accent for poster in posters})),
        ),
        title=one_line(f"{first.name} {first.place_label}"),
        language=first.language,
        codes=tuple(Code(link=poster.deep_link, alternative=word(poster, poster.language).picture) for poster in distinct),
        too_long=NameTooLong if layout is Layout.A4 else NameTooLongHere,
    )


def _cell(place: int, cell: Cell, poster: Poster, layout: Layout, number: int) -> str:
    face = layout.face(large_print=poster.large_print)
    wordings = [word(poster, language) for language in poster.languages]
    areas = face.areas(is_dated=poster.valid_from is not None)
    texts = {name: _area(name, area, poster, face, wordings) for name, area in areas.items()}
    variant = f"v{int(poster.large_print)}{int(_is_turned_round(poster))}"
    return render_to_string(
        "posters/cell.html",
        {
            "face": face,
            "number": number,
            "classes": f"{face.style} {variant} tint-{poster.accent[1:]} cell-{place}{' turned' * cell.turned}",
            "direction": wordings[0].direction,
            "logo": poster.logo if face.logo else None,
            "logo_name": wordings[0].logo,
            "before": "".join(text for name, text in texts.items() if name in _ABOVE),
            "after": "".join(text for name, text in texts.items() if name not in _ABOVE),
        },
    )


def _area(name: str, area: Area, poster: Poster, face: Face, wordings: list[Wording]) -> str:
    is_dated = poster.valid_from is not None
    text = render_to_string(
        f"posters/areas/{name}.html",
        {
            "poster": poster,
            "face": face,
            "wordings": wordings,
            "is_dated": is_dated,
            "name_direction": _direction(poster.name, wordings[0]),
            "label_direction": _direction(poster.place_label, wordings[0]),
            "check_code": f"{poster.check_code[:3]} {poster.check_code[3:]}",
            "steps": _steps(wordings) if name == "steps" else (),
            "has_step_texts": "poster" in face.style and "large" not in face.style,
        },
    )
    alternatives = PART_OR.join(
        f'<div class="fit" style="font-size:{size:g}pt">{text}</div>' for size in sizes_of(name, area, poster, wordings)
    )
    date = " with-date" if is_dated and name == "name" else ""
    bottom = " at-bottom" if area.at_bottom else ""
    return f'<div class="area {name}{date}{bottom}">{PART_START}{alternatives}{PART_END}</div>'


def _steps(wordings: list[Wording]) -> list[list[dict[str, object]]]:
    """Step by step, each in all languages."""
    return [
        [{"wording": wording, "heading": wording.steps[n].heading, "text": wording.steps[n].text} for wording in wordings]
        for n in range(3)
    ]


def _is_turned_round(poster: Poster) -> bool:
    return words(poster.language).direction == "rtl"


def _direction(text: str, wording: Wording) -> str:
    """A name keeps the direction of its own script."""
    if is_right_to_left(text):
        return "rtl"
    return "ltr" if any(character.isalpha() for character in text) else wording.direction

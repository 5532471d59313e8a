"""Posters of every size, language and kind: each fits, says what it must, and scans from paper and from a bad picture."""

import io
import random
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from clea_portal.posters.composing import compose, count_sheets
from clea_portal.posters.documents import render_pdf
from clea_portal.posters.errors import NameTooLongHere
from clea_portal.posters.layouts import Layout
from clea_portal.posters.poster import LANGUAGES, Poster, PosterKind
from clea_portal.posters.proof import Place, prove_pdf
from clea_portal.posters.rasterising import draw, opened
from clea_portal.posters.symbol import SIDE
from clea_portal.posters.typesetting import write_unproven
from clea_portal.posters.wording import word
from clea_portal.scanning.reading import read_content
from tests.clea_portal.posters.making import LINK, draw_page, make_poster, text_of
from tests.pictures import photograph

# As a phone sees it that is held rather far away.
PIXELS_OF_A_MODULE = 4
LAYOUTS, KINDS = list(Layout), list(PosterKind)
LONG = {
    "name": "Restaurant Le Petit Bistrot de la Gare",
    "place_label": "Terrasse au bord du fleuve · Table 12",
    "authority": "Ministère de la Santé et de la Prévention",
}
# Those with the longest sentences, and both orders of directions.
PAIRS = [("de", "ar"), ("ar", "fr"), ("es", "nl")]


def posters_of_every_kind(**changes: Any) -> list[Poster]:
    return [make_poster(kind=kind, **(LONG | changes)) for kind in KINDS]


def pages_of(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_language_and_kind(layout: Layout, language: str) -> None:
    """Each code is read from the page drawn at 150 dots to the inch, as before every hand-out, and from a bad picture."""
    posters, file = posters_of_every_kind(languages=(language,)), io.BytesIO()
    places = write_unproven(compose(posters, layout=layout), file, title="x", language=language, created_on=date(2027, 6, 1))
    prove_pdf(file, places)
    pages = pages_of(file.getvalue())
    assert len(pages) == len(places) == count_sheets(posters, layout=layout)
    assert "".join(pages).count("K7PQ3M") == len(posters) * (2 if layout is Layout.TENT else 1)
    assert pictures_that_do_not_read(file.getvalue(), places, seed=f"{layout} {language}") == []


def pictures_that_do_not_read(pdf: bytes, places: list[list[Place]], *, seed: str) -> list[Place]:
    """Of each code a small picture with what is printed around it: crooked, blurred, noisy, in a shadow, as JPEG."""
    generator, unread = random.Random(seed), []
    with opened(pdf) as document:
        for page, on_page in zip(document, places, strict=True):
            width, height = page.get_size()
            for place in on_page:
                around = (place.right - place.left) / 8
                crop = (place.left, place.bottom, width - place.right, height - place.top)
                scale = PIXELS_OF_A_MODULE * SIDE / (place.right - place.left)
                image = draw(page, scale=scale, crop=tuple(max(0, edge - around) for edge in crop))
                picture = photograph(
                    image,
                    seed=generator.randrange(1000),
                    degrees=generator.uniform(-6, 6),
                    blur=0.9,
                    noise=8,
                    quality=60,
                    shadow=0.3,
                    tilt=0.02,
                )
                if read_content(picture).links != (place.link,):
                    unread.append(place)
    return unread


@pytest.mark.parametrize("languages", PAIRS, ids="-".join)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_languages(layout: Layout, languages: tuple[str, str]) -> None:
    posters = posters_of_every_kind(languages=languages)
    assert len(pages_of(render_pdf(posters, layout=layout))) == count_sheets(posters, layout=layout)


@pytest.mark.parametrize("layout", [layout for layout in LAYOUTS if layout.has_large_print])
def test_large_print(layout: Layout) -> None:
    for languages in (*PAIRS, ("pt",), ("ar",)):
        posters = posters_of_every_kind(languages=languages, large_print=True)
        assert len(pages_of(render_pdf(posters, layout=layout))) == count_sheets(posters, layout=layout)


@pytest.mark.parametrize("layout", [Layout.A3, Layout.STICKERS_25, Layout.SCREEN_16_9])
def test_scans_from_a_bad_picture_of_the_whole_page(layout: Layout) -> None:
    generator = random.Random(layout.value)
    language, kind = generator.choice(LANGUAGES), generator.choice(KINDS)
    page = draw_page(render_pdf(make_poster(kind=kind, languages=(language,), **LONG), layout=layout), dots_per_inch=150)
    picture = photograph(page, seed=1, degrees=generator.uniform(-6, 6), blur=0.7, noise=8, quality=60, shadow=0.3, tilt=0.02)
    assert read_content(picture).links == (LINK,)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "name", ["Q", "Bar\nTerrasse\nCave", "Chez Luigi 🍕🎉", "مطعم دمشق الكبير", "北京饭店 東京都新宿区", "W" * 40]
)
def test_names(layout: Layout, name: str) -> None:
    page = pages_of(render_pdf(make_poster(name=name, kind=PosterKind.DATED), layout=layout))[0]
    # Other scripts come back in other orders, and emoji not at all.
    expected = "".join(name.split()) if name.isascii() else "K7PQ3M"
    assert expected in page


@pytest.mark.parametrize("layout", LAYOUTS)
def test_longest_names_are_printed_or_refused_in_words(layout: Layout) -> None:
    poster = make_poster(name="Association des amis de la commune " * 5, place_label="x" * 80)
    try:
        text = pages_of(render_pdf(poster, layout=layout))[0]
    except NameTooLongHere:
        assert layout.face().is_tiny
    else:
        assert "Associationdesamisdelacommune" * 5 in text


def test_sheets_hold_as_many_as_fit_in_their_order() -> None:
    posters = [make_poster(name=f"Salle {number}") for number in range(30)]
    pages = pages_of(render_pdf(posters, layout=Layout.STICKERS_12))
    assert [page.count("Salle") for page in pages] == [12, 12, 6]
    assert "Salle12" in pages[1]
    assert count_sheets(posters, layout=Layout.STICKERS_12) == 3


def test_fill_repeats_each_print_on_pages_of_its_own() -> None:
    posters = [make_poster(name="Bar"), make_poster(name="Cave")]
    pages = pages_of(render_pdf(posters, layout=Layout.STICKERS_8, fill=True))
    assert [(page.count("Bar"), page.count("Cave")) for page in pages] == [(8, 0), (0, 8)]
    assert count_sheets(posters, layout=Layout.STICKERS_8, fill=True) == 2


def test_equal_codes_are_described_once() -> None:
    (sheet,) = compose([make_poster()] * 12, layout=Layout.STICKERS_12)
    assert len(sheet.codes) == 1


def test_tent_stands_upright_on_both_sides() -> None:
    document = PdfDocument(render_pdf(make_poster(), layout=Layout.TENT))
    page = document[0].get_textpage()
    found = [page.get_charbox(number) for number in range(page.count_chars()) if page.get_text_range(number, 1) == "K"]
    heights = sorted(bottom for _, bottom, _, _ in found)
    # The same distance from the fold, above and below it.
    assert len(found) == 2
    middle = 297 / 2 / 25.4 * 72
    assert heights[0] < middle < heights[1]
    document.close()


def test_staff_sheets_say_so_on_every_print() -> None:
    for layout in LAYOUTS:
        (page,) = pages_of(render_pdf(make_poster(kind=PosterKind.STAFF), layout=layout))
        assert "Staffonly" in page or "Private:forstaffonly,notforvisitors" in page


def test_dated_poster_says_day_and_times() -> None:
    text = text_of(render_pdf(make_poster(kind=PosterKind.DATED, languages=("fr",))))
    assert "Samedi 12 juin 2027" in text
    assert "Valable : 20:00 – dim 13 juin, 02:00 (heure locale, " in text


def test_small_prints_say_times_in_figures() -> None:
    text = text_of(render_pdf(make_poster(kind=PosterKind.DATED), layout=Layout.CARD))
    assert "Sat 12 June 2027 20:00 – Sun 13 June, 02:00" in text


def test_both_languages_are_on_the_page() -> None:
    poster = make_poster(languages=("fr", "de"))
    text = "".join(text_of(render_pdf(poster)).split())
    for language in poster.languages:
        assert "".join(word(poster, language).headline.split()) in text


def test_accent_and_authority() -> None:
    plain, changed = (render_pdf(make_poster(**changes)) for changes in ({}, {"accent": "#a01850", "authority": "Ministry"}))
    assert ("Ministry" in text_of(plain), "Ministry" in text_of(changed)) == (False, True)
    colours = {pixel for _, pixel in draw_colours(changed)}
    assert (0xA0, 0x18, 0x50) in colours
    assert (0x0B, 0x5A, 0x6B) not in colours


def draw_colours(pdf: bytes) -> list[tuple[int, tuple[int, int, int]]]:
    document = PdfDocument(pdf)
    image = document[0].render(scale=1).to_pil().convert("RGB")
    document.close()
    return image.getcolors(image.width * image.height) or []

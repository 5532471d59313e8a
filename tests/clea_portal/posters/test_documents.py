import io
from typing import Any

import pytest
from pypdf import PdfReader

from clea_portal.posters import binding
from clea_portal.posters.documents import render_pdf
from clea_portal.posters.errors import LinkUnfit, NameTooLongHere, PosterUnreadable
from clea_portal.posters.layouts import Layout
from clea_portal.posters.poster import PosterKind
from clea_portal.posters.symbol import make_symbol
from clea_portal.scanning.reading import decode_image, read_content
from tests.clea_portal.posters.making import LINK, LINK_WITHOUT_CONTACT, draw_page, make_poster, modules_in, text_of
from tests.pictures import photograph

HOSTILE = {
    "markup": "<img src=file:///etc/passwd><script>x</script>",
    "template": "{{ poster.deep_link }} {% load x %}",
    "entities": "&lt;b&gt; &amp; \"quotes\" 'and' </h1>",
    "200 emoji": "🥐🍕🎉🍺" * 50,
    "families": "👩‍👩‍👧‍👦🏳️‍🌈" * 18,
    "lines": "Bar\nTerrasse\nCave\nJardin",
    "one word": "W" * 200,
    "full width": "東京都新宿区西新宿" * 22,
    "arabic": "مطعم دمشق الكبير شارع النخيل " * 6,
    "piled marks": "Z\u0335\u0321\u0322\u0352\u0346\u0311" * 30,
    "controls": "Bar\x00\x1b[31m\u202eNord",
    "one letter": "Q",
}


def figures(element: Any) -> list[Any]:
    """All figures of a tag tree."""
    element = element.get_object()
    children = element.get("/K", []) if hasattr(element, "get") else []
    found = [element] if hasattr(element, "get") and element.get("/S") == "/Figure" else []
    for child in children if isinstance(children, list) else [children]:
        found += figures(child)
    return found


def test_poster_says_what_it_must() -> None:
    pdf = render_pdf(make_poster(name="Chez <Léa> & Karim\nTerrasse"))
    assert text_of(pdf) == (
        "TousAntiCovid warns you when you may have been infected Chez <Léa> & Karim Terrasse Scan this code when you arrive "
        "Check code K7P Q3M "
        "1 Scan the code Use TousAntiCovid or the camera of your phone, each time you come. "
        "2 Open the application TousAntiCovid keeps your visit on your phone, and nowhere else. "
        "3 Be warned If there was a risk of infection while you were here, your phone tells you. "
        "This code holds no name and nothing about you. Your phone compares your visits with a public list, by itself. "
        "Nothing tells who was here. tac.example Valid until it is replaced. "
        "Created on 1 June 2027. Advice to the place: put up a new code once a week."
    )


def test_poster_is_accessible() -> None:
    reader = PdfReader(io.BytesIO(render_pdf(make_poster(languages=("fr",)))))
    catalog = reader.trailer["/Root"].get_object()
    assert (reader.metadata.title, catalog["/Lang"]) == (reader.xmp_metadata.dc_title["x-default"], "fr")
    assert reader.metadata.title.startswith("Le Petit Bistrot")
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfuaid:part="1"' in catalog["/Metadata"].get_object().get_data()
    (figure,) = figures(catalog["/StructTreeRoot"])
    assert "K 7 P Q 3 M" in figure["/Alt"]
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    assert all("/FontFile2" in font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts)


def test_poster_is_one_a4_page_and_small() -> None:
    pdf = render_pdf(make_poster())
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    assert len(pdf) <= 40_000


@pytest.mark.parametrize("link", [LINK, LINK_WITHOUT_CONTACT])
@pytest.mark.parametrize("kind", list(PosterKind))
def test_code_on_the_page(kind: PosterKind, link: str) -> None:
    page = draw_page(render_pdf(make_poster(kind=kind, deep_link=link)), dots_per_inch=300)
    assert decode_image(page) == (link,)
    assert modules_in(page) == [list(row) for row in make_symbol(link).matrix]


def test_code_is_read_from_a_bad_picture_of_the_page() -> None:
    page = draw_page(render_pdf(make_poster()), dots_per_inch=150)
    picture = photograph(page, seed=1, degrees=7, blur=1.2, quality=40, tilt=0.05, noise=10, shadow=0.4)
    assert read_content(picture).links == (LINK,)


def test_code_is_110_mm_wide_with_nothing_in_its_quiet_zone() -> None:
    page = draw_page(render_pdf(make_poster()), dots_per_inch=254)
    left, top, right, bottom = page.point([255 if shade < 8 else 0 for shade in range(256)]).getbbox()
    assert (right - left, bottom - top) == (pytest.approx(1100, abs=3), pytest.approx(1100, abs=3))
    quiet = 4 * 1100 // 65
    around = page.crop((left - quiet, top - quiet, right + quiet, bottom + quiet))
    around.paste(255, (quiet - 2, quiet - 2, around.width - quiet + 2, around.height - quiet + 2))
    assert around.getextrema() == (255, 255)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_no_name_breaks_the_page(name: str) -> None:
    for kind in (PosterKind.STATIC, PosterKind.ENTRANCE):
        poster = make_poster(name=name, kind=kind)
        pdf = render_pdf(poster)
        (page,) = PdfReader(io.BytesIO(pdf)).pages
        assert "Check code K7P Q3M" in text_of(pdf)
        assert "Created on 1 June 2027." in text_of(pdf)
        (figure,) = figures(PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"])
        assert figure["/Alt"].startswith("QR code to scan with TousAntiCovid")
        assert "/Annots" not in page


@pytest.mark.parametrize("key", ["markup", "template", "entities", "one word", "one letter"])
def test_whole_name_is_printed(key: str) -> None:
    printed = text_of(render_pdf(make_poster(name=HOSTILE[key])))
    assert "".join(HOSTILE[key].split()) in "".join(printed.split())


@pytest.mark.parametrize(
    ("name", "font"),
    [
        ("Restaurant Œuvre Łódź", "Noto-Sans-Bold"),
        ("Μουσείο", "Noto-Sans-Bold"),
        ("Музей", "Noto-Sans-Bold"),
        ("مطعم", "Noto-Sans-Arabic-Bold"),
        ("ירושלים", "Noto-Sans-Hebrew-Bold"),
        ("北京饭店", "WenQuanYi-Micro-Hei-Bold"),
        ("ラーメン", "WenQuanYi-Micro-Hei-Bold"),
        ("서울식당", "WenQuanYi-Micro-Hei-Bold"),
        ("ร้านอาหาร", "Noto-Sans-Thai-Bold"),
        ("भोजनालय", "Noto-Sans-Devanagari-Bold"),
        ("🍕🎉", "Noto-Color-Emoji-Bold"),
    ],
)
def test_scripts_have_glyphs(name: str, font: str) -> None:
    usual = {"Noto-Sans-Bold", "Noto-Sans", "DejaVu-Sans-Mono-Bold"}
    resources = PdfReader(io.BytesIO(render_pdf(make_poster(name=name)))).pages[0]["/Resources"]
    assert {entry.get_object()["/BaseFont"].split("+")[1] for entry in resources["/Font"].values()} == usual | {font}


def test_long_texts_of_the_application_leave_room_for_the_name() -> None:
    pdf = render_pdf(
        make_poster(
            name="Association des amis de la commune " * 5,
            kind=PosterKind.ENTRANCE,
            languages=("fr",),
            application_name="Application nationale de protection contre les épidémies",
            application_purpose="vous prévient quand vous avez pu être contaminé dans un lieu où vous êtes passé hier",
            application_site="www.ministere-de-la-sante-et-de-la-prevention.example/application/nationale/informations",
        )
    )
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert "nationale/informations" in "".join(text_of(pdf).split())


def test_what_cannot_fit_is_refused() -> None:
    wide = {"application_name": "W" * 60, "application_purpose": "W" * 120, "application_site": "W" * 120}
    assert len(PdfReader(io.BytesIO(render_pdf(make_poster(name="漢" * 200, **wide)))).pages) == 1
    with pytest.raises(NameTooLongHere):
        render_pdf(make_poster(name="漢" * 200), layout=Layout.STICKERS_25)
    with pytest.raises(LinkUnfit):
        render_pdf(make_poster(deep_link=LINK + "A" * 100))


def test_same_poster_gives_the_same_bytes() -> None:
    assert render_pdf(make_poster(name="Bar 🍕")) == render_pdf(make_poster(name="Bar 🍕"))


def test_language_of_the_poster_does_not_depend_on_the_reader(settings: Any) -> None:
    settings.LANGUAGE_CODE = "fr"
    assert "Created on 1 June 2027." in text_of(render_pdf(make_poster(languages=("en",))))
    assert "1 juin 2027" in text_of(render_pdf(make_poster(languages=("fr",))))


def test_poster_with_another_code_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "make_symbol", lambda deep_link: make_symbol(LINK_WITHOUT_CONTACT))
    with pytest.raises(PosterUnreadable):
        render_pdf(make_poster())

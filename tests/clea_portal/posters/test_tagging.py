import io
from typing import Any

from pypdf import PdfReader

from clea_portal.posters.sheets import Code
from tests.clea_portal.posters.making import LINK
from tests.clea_portal.posters.sheets import CODE, CODES, DRAWING, part, render, sheet
from tests.clea_portal.posters.structure import parents_are_right, tags_in, unmarked

LOGO = f"data:image/svg+xml,{DRAWING}"


def tags_of(body: str, **values: Any) -> list[Any]:
    """What is on the only page."""
    content = render(sheet(body, **values))
    assert unmarked(content) == []
    assert parents_are_right(content)
    ((role, attributes, *kids),) = tags_in(content)
    assert (role, attributes) == ("Sect", {})
    return kids


def test_texts_and_headings() -> None:
    assert tags_of("<div><h1>Name</h1>loose <strong>text</strong></div><p>more</p><section><h2>Two</h2></section>") == [
        ["H1", {}, "Name"],
        ["P", {}, "loose ", "text"],
        ["P", {}, "more"],
        ["Sect", {}, ["H2", {}, "Two"]],
    ]


def test_lists() -> None:
    assert tags_of("<ol><li>One</li><li><p>Two</p></li></ol><ul style='list-style:none'><li>Three</li></ul>") == [
        [
            "L",
            {},
            ["LI", {}, ["Lbl", {}, "1. "], ["LBody", {}, "One"]],
            ["LI", {}, ["Lbl", {}, "2. "], ["LBody", {}, ["P", {}, "Two"]]],
        ],
        ["L", {}, ["LI", {}, ["LBody", {}, "Three"]]],
    ]


def test_tables_keep_empty_cells() -> None:
    table = (
        "<table><thead><tr><th>Name</th><th scope=col>Time</th></tr></thead>"
        "<tbody><tr><th scope=row>Ann</th><td></td></tr><tr><td colspan=2>none</td></tr></tbody></table>"
    )
    content = render(sheet(table))
    assert tags_in(content) == [
        [
            "Sect",
            {},
            [
                "Table",
                {},
                ["THead", {}, ["TR", {}, ["TH", {}, "Name"], ["TH", {}, "Time"]]],
                ["TBody", {}, ["TR", {}, ["TH", {}, "Ann"], ["TD", {}]], ["TR", {}, ["TD", {}, "none"]]],
            ],
        ]
    ]
    reader = PdfReader(io.BytesIO(content))
    table = reader.trailer["/Root"]["/StructTreeRoot"]["/K"]["/K"][0].get_object()["/K"][0].get_object()
    cells = [cell.get_object() for group in table["/K"] for row in group.get_object()["/K"] for cell in row.get_object()["/K"]]
    assert [cell.get("/A") for cell in cells] == [
        {"/O": "/Table", "/Scope": "/Column"},
        {"/O": "/Table", "/Scope": "/Column"},
        {"/O": "/Table", "/Scope": "/Row"},
        None,
        {"/O": "/Table", "/ColSpan": 2},
    ]


def test_languages_of_phrases() -> None:
    body = (
        '<p>English <span lang="fr">français</span></p><div lang="ar" dir="rtl"><p>مرحبا</p><p lang="en">back</p></div>'
        f'<p lang="de" class="place">{part("eins <span lang=it>due</span> drei")}</p><p lang="en">same</p>'
    )
    assert tags_of(body) == [
        ["P", {}, "English ", ["Span", {"Lang": "fr"}, "français"]],
        ["Div", {"Lang": "ar"}, ["P", {}, "ابحرم"], ["P", {"Lang": "en"}, "back"]],
        ["P", {"Lang": "de"}, "eins ", ["Span", {"Lang": "it"}, "due"], " drei"],
        ["P", {}, "same"],
    ]


def test_page_in_another_language_than_its_document() -> None:
    content = render(sheet("English"), sheet("Deutsch", language="de"))
    assert tags_in(content) == [["Sect", {}, ["P", {}, "English"]], ["Sect", {"Lang": "de"}, ["P", {}, "Deutsch"]]]


def test_codes_have_texts_of_their_own_and_decoration_has_none() -> None:
    body = (
        f'<p>Before</p>{CODE}<p>After</p><img alt="" src="{LOGO}" style="width:9mm">'
        f'<img alt="The logo" src="{LOGO}" style="width:9mm;height:9mm;display:block">'
    )
    codes = (Code(link=LINK, alternative="Code (1) of «Léa»"),)
    assert tags_of(body, codes=codes) == [
        ["P", {}, "Before"],
        ["Figure", {"Alt": "Code (1) of «Léa»"}, ""],
        ["P", {}, "After"],
        ["Figure", {"Alt": "The logo"}, ""],
    ]


def test_figures_tell_where_they_stand() -> None:
    reader = PdfReader(io.BytesIO(render(sheet(CODE, codes=CODES))))
    figure = reader.trailer["/Root"]["/StructTreeRoot"]["/K"]["/K"][0].get_object()["/K"][0].get_object()
    millimetre = 72 / 25.4
    expected = [5 * millimetre, 65 * millimetre, 55 * millimetre, 115 * millimetre]
    assert figure["/A"]["/O"] == "/Layout"
    assert [round(float(edge), 2) for edge in figure["/A"]["/BBox"]] == [round(edge, 2) for edge in expected]

"""The paper register, the instructions and recovery sheets."""

import io
import random
import string
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

from clea_portal.posters import recovery
from clea_portal.posters.errors import AccentTooPale, BadLanguages, NameMissing, PayloadTooLong, PosterUnreadable, UnknownLanguage
from clea_portal.posters.instructions import compose_instructions, count_instructions
from clea_portal.posters.poster import LANGUAGES
from clea_portal.posters.proof import Place
from clea_portal.posters.recovery import RecoverySheet, render_recovery
from clea_portal.posters.register import ROWS, Register, RegisterDay, count_register, write_register
from clea_portal.posters.typesetting import render_sheets
from clea_portal.scanning.reading import decode_image
from tests.clea_portal.posters.making import draw_page, text_of

CREATED = date(2027, 6, 1)
DAY = RegisterDay(name="Le Petit Bistrot", day=date(2027, 6, 12), check_code="K7PQ3M", place_label="Terrasse")


def register_of(*days: RegisterDay, **changes: Any) -> bytes:
    file = io.BytesIO()
    register = Register(**{"languages": ("en",), "retention_days": 14, **changes})
    write_register(days, file, register=register, created_on=CREATED)
    return file.getvalue()


def pages_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def payload(length: int) -> str:
    generator = random.Random(length)
    return "CLEA-RECOVERY:" + "".join(generator.choice(string.ascii_letters + "0123456789-_") for _ in range(length - 14))


def recovery_sheet(**changes: Any) -> RecoverySheet:
    values: dict[str, Any] = {
        "name": "Le Petit Bistrot",
        "payload": payload(700),
        "address": "https://clea.example/again/",
        "languages": ("en",),
        "created_on": CREATED,
        "check_codes": ("K7PQ3M", "A2B3C4"),
    }
    return RecoverySheet(**(values | changes))


def test_register_says_what_it_must() -> None:
    (page,) = pages_of(register_of(DAY))
    rows = f"Name Phone Arrival Departure {' '.join(map(str, range(1, ROWS + 1)))}"
    # What all days share is drawn first; readers follow the tags.
    assert page == (
        f"{rows} Register of visitors Check code K7P Q3M Le Petit Bistrot Terrasse Saturday 12 June 2027 "
        "Why we ask: if somebody who was here turns out to be infected, the health authority can call you. This sheet is kept "
        "for 14 days, then destroyed. Only the health authority may ask for it, and it is used for nothing else. "
        "To destroy on 26 June 2027 · Take a new sheet for every day. Keep the sheets where visitors cannot read them."
    )


def test_register_has_a_page_for_each_day_in_order() -> None:
    days = [RegisterDay(name="Bar", day=date(2027, 6, number), check_code=f"AAAAA{number}") for number in range(1, 6)]
    pages = pages_of(register_of(*days))
    assert count_register(days) == 5
    assert [f"AAA AA{number}" in page for number, page in enumerate(pages, start=1)] == [True] * 5
    assert [page.count(f"{number} June 2027") for number, page in enumerate(pages, start=1)] == [1] * 5


def test_register_without_a_date_has_a_line_for_it() -> None:
    (page,) = pages_of(register_of(RegisterDay(name="Bar")))
    assert "Date:" in page
    assert "Check code" not in page
    assert "To destroy" not in page


def test_register_of_several_pages_counts_on() -> None:
    first, second = pages_of(register_of(RegisterDay(name="Bar", day=DAY.day, pages=2)))
    assert "Page 1 of 2" in first
    assert f"Departure {ROWS + 1} {ROWS + 2}" in second
    assert "Page 2 of 2" in second


def test_register_prints_the_country_s_own_notice() -> None:
    (page,) = pages_of(
        register_of(DAY, languages=("fr", "en"), notice="Décret 2027-1 : conservé 14 jours.", authority="Ministère")
    )
    assert page.count("Décret 2027-1 : conservé 14 jours.") == 1
    assert "Why we ask" not in page
    assert "Pourquoi" not in page
    assert "Ministère" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_register_in_every_language(language: str) -> None:
    assert len(pages_of(register_of(DAY, languages=(language, "en" if language != "en" else "ar")))) == 1


def test_register_is_a_table() -> None:
    reader = PdfReader(io.BytesIO(register_of(DAY)))
    kinds = str(list(tags(reader.trailer["/Root"]["/StructTreeRoot"])))
    assert kinds.count("'/TR'") == ROWS + 1
    assert kinds.count("'/TH'") == 5


def tags(element: Any) -> Any:
    element = element.get_object()
    if not hasattr(element, "get"):
        return
    if "/S" in element:
        yield str(element["/S"])
    children = element.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        yield from tags(child)


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"languages": ("xx",)}, UnknownLanguage), ({"languages": ()}, BadLanguages), ({"accent": "#ffff00"}, AccentTooPale)],
)
def test_bad_register(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Register(**{"languages": ("en",), "retention_days": 14, **changes})
    with pytest.raises(NameMissing):
        RegisterDay(name=" ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_instructions(language: str) -> None:
    sheets = compose_instructions(languages=(language,), renewal_days=7, retention_days=15, authority="Ministère")
    pdf = render_sheets(sheets, total=count_instructions([language]), title="x", language=language, created_on=CREATED)
    (page,) = pages_of(pdf)
    assert "130" in page
    assert "Ministère" in page


def test_instructions_say_where_and_how_high_and_when_to_renew() -> None:
    def text(**changes: Any) -> str:
        sheets = compose_instructions(languages=("en",), **changes)
        return text_of(render_sheets(sheets, total=1, title="x", language="en", created_on=CREATED))

    said = text(renewal_days=10, retention_days=15)
    for sentence in (
        "Left of the door",
        "sliding doors take the code away",
        "Top edge at 130 cm",
        "without glare",
        "One on each table",
        "take all old ones down",
        "put up a new code every 10 days",
        "out of sight for 15 days",
    ):
        assert sentence in said
    assert "Renew it" not in text()


@pytest.mark.parametrize("length", [40, 700, 2331])
def test_recovery_sheet_reads_back(length: int) -> None:
    pdf = render_recovery(recovery_sheet(payload=payload(length)))
    assert decode_image(draw_page(pdf, dots_per_inch=150)) == (payload(length),)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1


def test_recovery_sheet_says_how_to_keep_it() -> None:
    text = text_of(render_recovery(recovery_sheet()))
    for sentence in (
        "K7P Q3M, A2B 3C4",
        "Open https://clea.example/again/",
        "like a key",
        "not a code for visitors",
        "1 June 2027",
    ):
        assert sentence in text


@pytest.mark.parametrize("languages", [("de", "fr"), ("ar",), ("pt", "ar"), ("es",), ("it",), ("nl",)])
def test_recovery_sheet_in_every_language(languages: tuple[str, ...]) -> None:
    assert (
        len(pages_of(render_recovery(recovery_sheet(languages=languages, name="Association des amis de la commune " * 5)))) == 1
    )


@pytest.mark.parametrize("bad", ["", "é", "x" * 2332])
def test_recovery_sheet_with_a_payload_that_does_not_fit(bad: str) -> None:
    with pytest.raises(PayloadTooLong):
        recovery_sheet(payload=bad)


def test_recovery_sheet_that_does_not_read_back_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "Place", lambda *sides: Place(*sides[:4], "something else"))
    with pytest.raises(PosterUnreadable):
        render_recovery(recovery_sheet())


def test_representation_holds_no_secret() -> None:
    sheet = recovery_sheet()
    assert sheet.payload not in repr(sheet)
    assert "Bistrot" not in repr(sheet) + repr(DAY)

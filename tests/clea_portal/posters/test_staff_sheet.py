import io
from datetime import date

import pytest
from pypdf import PdfReader

from clea_portal.posters.poster import LANGUAGES
from clea_portal.posters.staff_sheet import compose_staff_sheet, count_staff_sheet
from clea_portal.posters.typesetting import write_sheets
from clea_portal.posters.words import words


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_sheet_is_a_page_in_each_language_without_any_code(language):
    languages = tuple(dict.fromkeys((language, "en")))
    file, sheets = io.BytesIO(), list(compose_staff_sheet(name="Chez Léa\nمطعم", languages=languages))
    assert {sheet.codes for sheet in sheets} == {()}
    write_sheets(
        sheets,
        file,
        total=count_staff_sheet(languages),
        title="For those who work here",
        language=language,
        created_on=date(2026, 6, 3),
    )
    pages = PdfReader(file).pages
    assert len(pages) == len(languages)
    assert "For those who work here" in pages[-1].extract_text().replace("\n", " ")
    assert language == "en" or words(language).say("Point it out") != "Point it out"

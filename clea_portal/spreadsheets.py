"""Tables as CSV and XLSX, written row by row, which no spreadsheet takes for anything but text, numbers and dates."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from django.utils import timezone
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | date | datetime | None
Row = Sequence[Cell]

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What Excel and its like can open, the heading included.
XLSX_ROWS = 1_048_576
# What one of its cells can hold.
XLSX_CHARACTERS = 32_767
# What a spreadsheet reads as the beginning of a formula, full-width forms included, which some of them fold to plain ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Blanks that spreadsheets skip on their way to it.
_BLANKS = " \u00a0\u3000\u200b\ufeff"
_WIDTH = 18


def safe_text(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run. A text that begins with an apostrophe stays as it is."""
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    return text.startswith(_FORMULA) or text.lstrip(_BLANKS).startswith(_FORMULA)


def csv_pieces(headings: Sequence[Row], rows: Iterable[Row], *, delimiter: str = ";", marked: bool = True) -> Iterator[bytes]:
    """A CSV file, a row at a time: texts quoted, numbers bare, times of the wall clock in the active zone.

    ``headings``: one row, or as many as the reader of the file wants. ``marked``: begin with the mark behind which
    spreadsheets read UTF-8.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    if marked:
        out.write("\ufeff")
    for heading in headings:
        writer.writerow([_plain(cell) for cell in heading])
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def write_xlsx(heading: Row, rows: Iterable[Row], *, alive: Callable[[], None]) -> IO[bytes]:
    """A workbook of one sheet, in a file without a name. ``alive`` is called again and again while it is put together.

    Rows beyond XLSX_ROWS are the caller's to refuse. What is being written lies in a folder that only this process may read.
    """
    file = TemporaryFile()  # noqa: SIM115 - handed on, and closed by who reads it
    try:
        with TemporaryDirectory(prefix="clea-sheet-") as folder:
            book = Workbook(_Watched(file, alive), {"constant_memory": True, "tmpdir": folder, "remove_timezone": True})
            book.use_zip64()
            sheet = book.add_worksheet("CLEA")
            try:
                _fill(book, sheet, heading, rows)
            except BaseException:
                # Of a sheet that is not finished, the library leaves the file open in which it gathers the rows.
                sheet.row_data_fh.close()
                raise
            book.close()
    except BaseException:
        file.close()
        raise
    return file


def _fill(book: Workbook, sheet: Worksheet, heading: Row, rows: Iterable[Row]) -> None:
    bold = book.add_format({"bold": True})
    # Stays text when somebody edits the cell.
    guarded = book.add_format({"quote_prefix": True})
    day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heading) - 1, _WIDTH)
    for column, cell in enumerate(heading):
        sheet.write_string(0, column, str(cell), bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            # Never the library's own guess at what a text may be.
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(number, column, cell[:XLSX_CHARACTERS], guarded if is_formula(cell) else None)
            elif isinstance(cell, datetime):
                sheet.write_datetime(number, column, _local(cell), moment)
            elif isinstance(cell, date):
                sheet.write_datetime(number, column, cell, day)
            elif cell is not None:
                sheet.write_number(number, column, cell)


class _Watched:
    """A file that says, each time something is written to it, that the work goes on."""

    def __init__(self, file: IO[bytes], alive: Callable[[], None]) -> None:
        self._file, self._alive = file, alive

    def write(self, piece: bytes) -> int:
        self._alive()
        return self._file.write(piece)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{_local(cell):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    return safe_text(cell) if isinstance(cell, str) else cell


def _local(moment: datetime) -> datetime:
    """The wall clock's time: neither kind of file knows zones."""
    return timezone.localtime(moment).replace(tzinfo=None)

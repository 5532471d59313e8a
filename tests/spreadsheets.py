"""Reads what the portal writes for spreadsheets, by the letter of the file."""

import csv
import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def csv_rows(content: bytes, *, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def xlsx_cells(content: bytes) -> list[list[tuple[str, str]]]:
    """Of each row its cells as (type, text): ``inlineStr`` a text, ``n`` a number or date. Formulas fail."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    assert re.findall(rb"<f[ >]", sheet) == []
    rows = []
    for row in ElementTree.fromstring(sheet).iter(f"{MAIN}row"):  # noqa: S314 - our own file
        cells: dict[int, tuple[str, str]] = {}
        for cell in row.iter(f"{MAIN}c"):
            text = "".join(part.text or "" for part in cell.iter() if part.tag in (f"{MAIN}v", f"{MAIN}t"))
            cells[_column(cell.get("r", ""))] = (cell.get("t", "n"), text)
        rows.append([cells.get(number, ("", "")) for number in range(max(cells) + 1)])
    return rows


def content_of(file: Any) -> bytes:
    """Of a result of a job, whichever form it has."""
    if isinstance(file, bytes):
        return file
    if hasattr(file, "read"):
        file.seek(0)
        with file:
            return bytes(file.read())
    return b"".join(file)


def _column(name: str) -> int:
    number = 0
    for letter in re.sub(r"\d", "", name):
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1

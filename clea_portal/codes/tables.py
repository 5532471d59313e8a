"""Lists of tables and seats, as people paste or upload them: one label each, or ranges such as 1-40 and A1-A12.

The labels stand on prints only, so a list is text and nothing more: no part of it is looked up or run.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from clea_portal.codes.models import MOST_TABLES
from clea_portal.posters.names import clean_line

LABEL_LIMIT = 30
# With a label and what stands between, within what posters print under a name.
ROOM_NAME_LIMIT = 40
# 1,000 labels of thirty characters of two bytes each, with room for spreadsheets' quotes and empty columns.
FILE_LIMIT = 256 * 1024
TEXT_LIMIT = 100_000

# A list that says one range again and again would be written out without end: after so many mistakes nobody reads on.
MOST_MISREAD = 1000

# What a spreadsheet writes over such a column.
_HEADINGS = frozenset({"table", "tables", "label", "labels", "seat", "seats", "name", "number"}) | {
    "libellé",
    "libellés",
    "siège",
    "sièges",
    "place",
    "places",
    "nom",
    "numéro",
    "n°",
}
_DASH = r"\s*(?:-|–|—|‑|\.\.|…|\bto\b|\bà\b)\s*"
_NUMBERS = re.compile(rf"(?P<before>.*?)(?P<first>[0-9]{{1,9}}){_DASH}(?P<again>.*?)(?P<last>[0-9]{{1,9}})")
_LETTERS = re.compile(rf"(?P<first>[A-Za-z]){_DASH}(?P<last>[A-Za-z])")
# What is left where text was decoded wrongly, here or before it was pasted.
_UNREADABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd]")


class Reason(models.TextChoices):
    """Why a piece of a line is no label."""

    UNREADABLE = "unreadable", _("cannot be read: save the file in the encoding UTF-8, or type the label")
    TOO_LONG = "too_long", _("is too long: shorten it to %(length)s characters")
    TWICE = "twice", _("is there already")
    BACKWARDS = "backwards", _("runs backwards: write the smaller end first")
    TOO_MANY = "too_many", _("is more than the %(number)s labels that fit")


class NoList(ValueError):
    """A file that holds no text: a spreadsheet in its own format, a picture, a PDF."""


@dataclass(frozen=True, kw_only=True)
class Misread:
    """``line`` counts from 1; ``text`` is the piece of it, shortened."""

    line: int
    text: str = field(repr=False)
    reason: Reason
    limit: int = LABEL_LIMIT

    @property
    def why(self) -> str:
        return str(self.reason.label) % {"length": self.limit, "number": number_format(MOST_TABLES, force_grouping=True)}


@dataclass(frozen=True, kw_only=True)
class Understood:
    labels: tuple[str, ...] = field(repr=False)
    misread: tuple[Misread, ...]
    # The line that was taken for the heading of a column.
    heading: str = field(default="", repr=False)

    @property
    def text(self) -> str:
        """As a place or a room stores it; understood again, it gives the same labels."""
        return "\n".join(self.labels)


def decode_list(content: bytes) -> str:
    """The text of an uploaded file: UTF-8, UTF-16 with its mark, else Windows-1252, in which French spreadsheets save.

    Bytes that mean nothing come out as U+FFFD, which `understand_labels` names with their line. Raises NoList.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\x00" in content or content.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise NoList
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def understand_labels(text: str) -> Understood:
    """One label a line, or several with commas, semicolons or tabs between; quotes as in CSV; ranges written out.

    A label counts once, whatever its capitals. What is not understood is named with its line, and nothing else is lost by it,
    up to MOST_MISREAD mistakes; what comes after those is not read.
    """
    labels: dict[str, str] = {}
    misread: list[Misread] = []
    heading = ""
    for line, piece in _pieces(text):
        if len(misread) >= MOST_MISREAD:
            break
        if line == 1 and not heading and not labels and piece.lower() in _HEADINGS:
            heading = piece
            continue
        written_out = _written_out(piece)
        if isinstance(written_out, Reason):
            misread.append(_misread(line, piece, written_out))
            continue
        for label in written_out:
            reason = _refusal(label, labels)
            if reason is None:
                labels[label.casefold()] = label
            else:
                misread.append(_misread(line, label, reason))
    return Understood(labels=tuple(labels.values()), misread=tuple(misread), heading=heading)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Lines, counted from 1, with the pieces between their separators, cleaned as they would be printed."""
    for number, line in enumerate(re.split("\r\n|\r|\n", text.removeprefix("\ufeff")), start=1):
        for piece in _split(line):
            cleaned = piece if _UNREADABLE.search(piece) else clean_line(piece)
            if cleaned.strip():
                yield number, cleaned


def _split(line: str) -> list[str]:
    if '"' not in line:
        return re.split("[,;\t]", line)
    separator = next((mark for mark in "\t;" if mark in line), ",")
    try:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return [line]


def understand_names(text: str, *, limit: int) -> Understood:
    """One name a line, whatever stands in it: those of rooms. Longer ones than ``limit`` characters are named with their line."""
    names: dict[str, str] = {}
    misread: list[Misread] = []
    for line, typed in enumerate(re.split("\r\n|\r|\n", text.removeprefix("\ufeff")), start=1):
        name = clean_line(typed)
        reason = Reason.UNREADABLE if _UNREADABLE.search(typed) else Reason.TOO_LONG if len(name) > limit else None
        if reason is None and name.casefold() in names:
            reason = Reason.TWICE
        if reason is not None:
            misread.append(replace(_misread(line, typed, reason), limit=limit))
        elif name:
            names[name.casefold()] = name
    return Understood(labels=tuple(names.values()), misread=tuple(misread))


def _written_out(piece: str) -> Sequence[str] | Reason:
    """The labels of a range, else the piece itself."""
    if _UNREADABLE.search(piece):
        return Reason.UNREADABLE
    # A range is two labels at most; the patterns below would take long over a longer text.
    if len(piece) > 2 * LABEL_LIMIT + 10:
        return [piece]
    if letters := _LETTERS.fullmatch(piece):
        first, last = ord(letters["first"]), ord(letters["last"])
        if letters["first"].isupper() == letters["last"].isupper():
            return Reason.BACKWARDS if last < first else [chr(letter) for letter in range(first, last + 1)]
    numbers = _NUMBERS.fullmatch(piece)
    if numbers is None or numbers["again"].strip() not in ("", numbers["before"].strip()):
        return [piece]
    first, last = int(numbers["first"]), int(numbers["last"])
    if last < first:
        return Reason.BACKWARDS
    if last - first >= MOST_TABLES:
        return Reason.TOO_MANY
    width = len(numbers["first"]) if numbers["first"].startswith("0") else 0
    return [f"{numbers['before']}{number:0{width}}" for number in range(first, last + 1)]


def _refusal(label: str, labels: dict[str, str]) -> Reason | None:
    if len(label) > LABEL_LIMIT:
        return Reason.TOO_LONG
    if label.casefold() in labels:
        return Reason.TWICE
    return Reason.TOO_MANY if len(labels) >= MOST_TABLES else None


def _misread(line: int, text: str, reason: Reason) -> Misread:
    shown = _UNREADABLE.sub("\ufffd", text)
    return Misread(line=line, text=shown if len(shown) <= LABEL_LIMIT else f"{shown[:LABEL_LIMIT]}…", reason=reason)

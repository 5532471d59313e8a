"""Sheets of files of any origin, drawn in a child process with limits, for people to look at."""

import struct
from dataclasses import dataclass

from clea_portal.scanning.isolated import GIBIBYTE, BrokenError, run_isolated
from clea_portal.scanning.results import MAX_PAGES, Advice, RefusedError
from clea_portal.scanning.showing import ASKED, REFUSED, TOLD

# A grey JPEG of 2340 pixels has one megabyte at most, however noisy.
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """``jpeg``: empty where the file has no such sheet, or where none was asked for."""

    count: int
    jpeg: bytes


def draw_sheet(content: bytes, *, sheet: int, seconds: float = 20, memory: int = GIBIBYTE) -> Sheet:
    """One sheet of a picture or PDF, from 1; 0 asks only how many there are. Raises RefusedError with advice."""
    try:
        told = run_isolated(
            "clea_portal.scanning.showing", ASKED.pack(sheet) + content, seconds=seconds, memory=memory, most=MOST_BYTES
        )
    except TimeoutError:
        raise RefusedError(Advice.TIMED_OUT) from None
    except BrokenError:
        raise RefusedError(Advice.TOO_HARD) from None
    return _parse(told)


def _parse(told: bytes) -> Sheet:
    """The child is believed no more than the file it opened."""
    try:
        if told.startswith(REFUSED):
            raise RefusedError(Advice(told.removeprefix(REFUSED).decode()))
        count, jpeg = TOLD.unpack_from(told)[0], told[TOLD.size :]
    except (ValueError, IndexError, struct.error) as error:
        raise RefusedError(Advice.TOO_HARD) from error
    if not 1 <= count <= MAX_PAGES or (jpeg and not jpeg.startswith(b"\xff\xd8\xff")):
        raise RefusedError(Advice.TOO_HARD)
    return Sheet(count=count, jpeg=jpeg)

"""What reading gives back, and how much it takes in."""

from dataclasses import dataclass
from enum import StrEnum

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_PAGES = 50
# A page larger than A3 at 300 dots per inch is drawn coarser.
MAX_PAGE_PIXELS = 18_000_000
# The reader's own limit. Within MAX_PIXELS, a longer picture is a strip too narrow for a code.
LONGEST_SIDE = 65_535


class Advice(StrEnum):
    """Why no deep link was found. The sentence that tells people what to do stands in ``scanning.advice``."""

    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    PASSWORD = "password"  # noqa: S105 - the name of a case, not a secret
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    TIMED_OUT = "timed_out"
    TOO_HARD = "too_hard"
    NOT_CLEA = "not_clea"
    TOO_SMALL = "too_small"
    TOO_DARK = "too_dark"
    LOW_CONTRAST = "low_contrast"
    BLURRED = "blurred"
    CUT_OFF = "cut_off"
    REFLECTION = "reflection"
    COVERED = "covered"
    NO_CODE = "no_code"


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """``module_pixels``: size of a module in the picture. ``contrast``: between light and dark modules, 0 to 1.

    ``sharpness``: as measures.sharpness, 0.5 for a good photo. ``quiet``: the part of the quiet zone that is free, 0 to 1.
    ``slant``: how much shorter the shortest side is seen than the longest, 0 from straight ahead. ``needed_help``: a plain look
    did not read the code, only a sharpened picture did.
    """

    module_pixels: float
    contrast: float
    sharpness: float
    quiet: float
    slant: float
    needed_help: bool


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one file held.

    ``links``: the CLEA deep links, page by page, top left to bottom right, each once. ``advice``: None when there is a link.
    ``pages``: 1 for a picture, 0 for a file that could not be opened. ``inspection``: of the first link's code, where it was
    asked for.
    """

    links: tuple[str, ...]
    advice: Advice | None
    milliseconds: int
    pages: int
    inspection: Inspection | None = None


class RefusedError(Exception):
    """The file is not looked at any further; ``advice`` says why."""

    def __init__(self, advice: Advice) -> None:
        super().__init__(advice.value)
        self.advice = advice

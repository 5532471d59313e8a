"""What a person chose on the print page."""

from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self

from clea_portal.codes.printing.subjects import PrintableCode, Subject
from clea_portal.posters.colours import DEFAULT_ACCENT
from clea_portal.posters.layouts import Layout, module_millimetres, scan_distance_centimetres

# A picture is drawn for a printer of this many dots an inch.
PICTURE_DPI = 300
# clea_portal.codes.periods
_MOST_ROUNDED = timedelta(minutes=30)


class Output(StrEnum):
    """What comes out beside the layouts: the code alone, or everything that a place needs."""

    PNG = "png"
    SVG = "svg"
    BUNDLE_ZIP = "bundle_zip"
    BUNDLE_PDF = "bundle_pdf"


BUNDLES = (Output.BUNDLE_ZIP, Output.BUNDLE_PDF)


class CopiesFor(StrEnum):
    PLACES = "places"
    TABLES = "tables"
    BOTH = "both"


@dataclass(frozen=True, kw_only=True)
class PrintOptions:
    """``output``: a value of Layout or Output. ``width``: of a PNG in print, with its quiet zone, in millimetres.

    ``keys``: of the printables chosen. ``logo``: UUID of an OwnLogo, or nothing. ``fill``: on sheets of several, a whole
    sheet of each.
    """

    output: str
    languages: tuple[str, ...]
    keys: tuple[str, ...] = field(repr=False)
    copies_for: CopiesFor = CopiesFor.PLACES
    large_print: bool = False
    accent: str = DEFAULT_ACCENT
    logo: str = ""
    fill: bool = False
    width: int = 80

    @property
    def layout(self) -> Layout | None:
        return Layout(self.output) if self.output in set(Layout) else None

    @property
    def module_millimetres(self) -> float:
        """Raises ModuleTooSmall for a picture that phones could not read in print."""
        return module_millimetres(self._code_millimetres)

    @property
    def scan_distance_centimetres(self) -> int:
        return scan_distance_centimetres(self._code_millimetres)

    @property
    def module_pixels(self) -> int:
        """Of a picture with about PICTURE_DPI in print, within what pictures can have."""
        return min(40, max(3, round(self.module_millimetres / 25.4 * PICTURE_DPI)))

    @property
    def _code_millimetres(self) -> float:
        if self.layout is None:
            return self.width
        return self.layout.code_millimetres(large_print=self.large_print)

    def with_output(self, output: str) -> Self:
        return replace(self, output=output)

    def chosen(self, subject: Subject) -> list[PrintableCode]:
        wanted = set(self.keys)
        return [printable for printable in subject.printables if printable.key in wanted]

    def as_arguments(self) -> dict[str, Any]:
        """For a job, as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_arguments(cls, arguments: dict[str, Any]) -> Self:
        known = {
            "languages": tuple(arguments["languages"]),
            "keys": tuple(arguments["keys"]),
            "copies_for": CopiesFor(arguments["copies_for"]),
        }
        return cls(**(arguments | known))


def day_of(printable: PrintableCode) -> date:
    """The local day that a dated code is for. In zones off the round hours, its period may start half an hour before it."""
    return (printable.code.valid_from + _MOST_ROUNDED).astimezone(printable.zone).date()

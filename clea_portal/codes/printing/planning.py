"""From what was chosen to the posters that are printed, in their order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clea_portal.codes.printing.options import CopiesFor, Output, PrintOptions
from clea_portal.codes.printing.subjects import PrintableCode
from clea_portal.posters.logos import Logo
from clea_portal.posters.poster import Poster


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One poster, sticker or picture: a code under one name and label."""

    printable: PrintableCode
    table: str = ""


def copies_of(printables: Sequence[PrintableCode], options: PrintOptions) -> list[Copy]:
    """One of each, or one for each table or seat. The code alone carries no label, so that one of each is all there is."""
    if options.output in (Output.PNG, Output.SVG):
        first = {printable.code_uuid: printable for printable in reversed(printables)}
        return [Copy(printable=printable) for printable in printables if first[printable.code_uuid] is printable]
    return list(_copies(printables, options.copies_for))


def _copies(printables: Sequence[PrintableCode], copies_for: CopiesFor) -> Iterator[Copy]:
    for printable in printables:
        if copies_for != CopiesFor.TABLES:
            yield Copy(printable=printable)
        if copies_for != CopiesFor.PLACES:
            yield from (Copy(printable=printable, table=table) for table in printable.tables)


def poster_of(copy: Copy, options: PrintOptions, *, logo: Logo | None) -> Poster:
    """Raises BadPoster."""
    return copy.printable.poster(
        table=copy.table, languages=options.languages, large_print=options.large_print, accent=options.accent, logo=logo
    )


def pages_of(copies: Sequence[Copy], options: PrintOptions) -> int:
    """How many pages or pictures they come to."""
    if options.layout is None or options.fill:
        return len(copies)
    return -(-len(copies) // options.layout.per_page)

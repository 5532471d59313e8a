"""From what was chosen to the posters that are printed, in their order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clea_portal.codes.printing.options import CopiesFor, Output, PrintOptions
from clea_portal.codes.printing.subjects import PrintableCode
from clea_portal.posters.logos import Logo
from clea_portal.posters.poster import Poster

# Of one file. A worker makes as many in half a minute, and nobody else's prints should wait longer than that.
MOST_PAGES = 1000


class TooManyPages(Exception):
    """``args[0]``: how many pages or pictures were asked for, of MOST_PAGES at most."""


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
    return _pages(len(copies), options)


def check_size(printables: Sequence[PrintableCode], options: PrintOptions) -> None:
    """Before anything is made of them: three hundred rooms with a thousand tables each are as many posters.

    Bundles leave labels of tables out by themselves. Raises TooManyPages.
    """
    copies = len(printables)
    if options.output not in set(Output):
        labels = sum(len(printable.tables) for printable in printables)
        copies = {CopiesFor.PLACES: copies, CopiesFor.TABLES: labels, CopiesFor.BOTH: copies + labels}[options.copies_for]
    if (pages := _pages(copies, options)) > MOST_PAGES:
        raise TooManyPages(pages)


def _pages(copies: int, options: PrintOptions) -> int:
    if options.layout is None or options.fill:
        return copies
    return -(-copies // options.layout.per_page)

"""Everything that a place needs to hang, lay out and keep, in one ZIP or one PDF. Codes for staff are never in it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import BinaryIO

from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.codes.printing.logos import read_logo
from clea_portal.codes.printing.making import PDF, Made, Report, filled, hand_over, require_current, zipped
from clea_portal.codes.printing.options import Output, PrintOptions, day_of
from clea_portal.codes.printing.planning import MOST_PAGES, Copy, poster_of
from clea_portal.codes.printing.subjects import PrintableCode, Subject
from clea_portal.jobs.files import safe_name, safe_stem
from clea_portal.posters.composing import compose, count_sheets
from clea_portal.posters.instructions import compose_instructions, count_instructions
from clea_portal.posters.layouts import Layout
from clea_portal.posters.logos import Logo
from clea_portal.posters.poster import Poster, PosterKind
from clea_portal.posters.register import Register, RegisterDay, compose_register, count_register
from clea_portal.posters.sheets import Sheet
from clea_portal.posters.staff_sheet import compose_staff_sheet, count_staff_sheet
from clea_portal.posters.typesetting import write_sheets

STICKERS = Layout.STICKERS_8
# Labels of tables are left out of a bundle of many places that has more of them than this.
MOST_LABELS = 5 * MOST_PAGES


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of the ZIP, or some pages of the PDF."""

    name: str
    title: str = field(repr=False)
    pages: int
    sheets: Callable[[], Iterator[Sheet]]


def make(subject: Subject, options: PrintOptions, *, by: User, report: Report) -> Made:
    """Raises Overtaken, BadPoster, PosterUnreadable."""
    chosen = [printable for printable in options.chosen(subject) if printable.kind is not PosterKind.STAFF]
    require_current(chosen)
    logo = read_logo(options.logo, places=subject.places)
    folders = _folders(chosen)
    with_tables = sum(len(printable.tables) for printable in chosen) <= MOST_LABELS
    parts = {folder: parts_of(printables, options, logo=logo, with_tables=with_tables) for folder, printables in folders.items()}
    made = (_zip if options.output == Output.BUNDLE_ZIP else _pdf)(
        subject, options, parts, created_on=_newest(chosen), report=report
    )
    hand_over(made, chosen, by=by, file=options.output)
    return made


def _folders(printables: Sequence[PrintableCode]) -> dict[str, list[PrintableCode]]:
    """The codes by place; of several places, each has a folder of its own in the ZIP."""
    by_place: dict[int, list[PrintableCode]] = {}
    for printable in printables:
        by_place.setdefault(printable.place.pk, []).append(printable)
    if len(by_place) == 1:
        return {"": list(printables)}
    return {
        f"{safe_stem(f'{number:03} {group[0].place.name}')}/": group for number, group in enumerate(by_place.values(), start=1)
    }


def parts_of(
    printables: Sequence[PrintableCode], options: PrintOptions, *, logo: Logo | None, with_tables: bool = True
) -> list[Part]:
    """What goes into the bundle of one place, numbered in the order in which it is used."""
    scanned = [printable for printable in printables if printable.kind is not PosterKind.ASYNCHRONOUS]
    tickets = [printable for printable in printables if printable.kind is PosterKind.ASYNCHRONOUS]

    def posters(copies: Sequence[Copy]) -> list[Poster]:
        return [poster_of(copy, options, logo=logo) for copy in copies]

    one_of_each = posters(_each(scanned))
    has_room = with_tables and sum(len(printable.tables) for printable in scanned) <= MOST_PAGES
    tables = [Copy(printable=printable, table=table) for printable in scanned for table in printable.tables] if has_room else []
    at_tables = posters(tables)
    parts = [
        _printed(_("Posters"), one_of_each, Layout.A4),
        _printed(_("Table tents"), at_tables or one_of_each, Layout.TENT),
        _printed(_("Stickers"), at_tables or one_of_each, STICKERS, fill=not at_tables),
        _printed(_("Cards for tickets and invitations"), posters(_each(tickets)), Layout.CARD, fill=True),
    ]
    parts += [_instructions(printables, options), _staff_sheet(printables, options), _register(scanned, options)]
    parts = [part for part in parts if part.pages]
    return [replace(part, name=f"{number} {part.name}") for number, part in enumerate(parts, start=1)]


def _each(printables: Sequence[PrintableCode]) -> list[Copy]:
    return [Copy(printable=printable) for printable in printables]


def _printed(name: str, posters: Sequence[Poster], layout: Layout, *, fill: bool = False) -> Part:
    return Part(
        name=name,
        title=name,
        pages=count_sheets(posters, layout=layout, fill=fill),
        sheets=lambda: compose(posters, layout=layout, fill=fill),
    )


def _instructions(printables: Sequence[PrintableCode], options: PrintOptions) -> Part:
    country = printables[0].place.country
    is_renewed = any(printable.kind is PosterKind.STATIC for printable in printables)
    name = _("Where to hang them")
    return Part(
        name=name,
        title=name,
        pages=count_instructions(options.languages),
        sheets=lambda: compose_instructions(
            languages=options.languages,
            renewal_days=country.renewal_days if is_renewed else None,
            retention_days=country.code_retention_days,
            accent=options.accent,
        ),
    )


def _staff_sheet(printables: Sequence[PrintableCode], options: PrintOptions) -> Part:
    name = _("For those who work there")
    return Part(
        name=name,
        title=name,
        pages=count_staff_sheet(options.languages),
        sheets=lambda: compose_staff_sheet(name=printables[0].place.name, languages=options.languages, accent=options.accent),
    )


def _register(printables: Sequence[PrintableCode], options: PrintOptions) -> Part:
    """A sheet with the check code of each code; with its date, where the code is for one day."""
    days = [
        RegisterDay(
            name=printable.place.name,
            place_label=printable.part,
            check_code=printable.code.check_code,
            day=None if printable.kind is PosterKind.STATIC else day_of(printable),
        )
        for printable in printables
    ]
    name = _("Paper register")
    if not printables:
        return Part(name=name, title=name, pages=0, sheets=lambda: iter(()))
    country = printables[0].place.country
    register = Register(
        languages=options.languages,
        retention_days=country.register_days,
        notice=country.register_notice,
        authority=country.poster_header,
        accent=options.accent,
    )
    return Part(name=name, title=name, pages=count_register(days), sheets=lambda: compose_register(days, register=register))


def _zip(subject: Subject, options: PrintOptions, parts: dict[str, list[Part]], *, created_on: date, report: Report) -> Made:
    total = sum(part.pages for group in parts.values() for part in group)

    def files() -> Iterator[tuple[str, BinaryIO]]:
        done = 0
        for folder, group in parts.items():
            for part in group:
                yield (
                    f"{folder}{safe_name(f'{part.name}.pdf')}",
                    write_parts([part], options, created_on, _from(done, total, report)),
                )
                done += part.pages

    return zipped(files(), name=safe_name(f"{subject.file_name}.zip"))


def _pdf(subject: Subject, options: PrintOptions, parts: dict[str, list[Part]], *, created_on: date, report: Report) -> Made:
    file = write_parts(list(chain.from_iterable(parts.values())), options, created_on, report, title=subject.title)
    return Made(file=file, name=safe_name(f"{subject.file_name}.pdf"), content_type=PDF)


def write_parts(parts: Sequence[Part], options: PrintOptions, created_on: date, report: Report, *, title: str = "") -> BinaryIO:
    return filled(
        lambda file: write_sheets(
            chain.from_iterable(part.sheets() for part in parts),
            file,
            total=sum(part.pages for part in parts),
            title=title or parts[0].title,
            language=options.languages[0],
            created_on=created_on,
            report=report,
        )
    )


def _from(before: int, total: int, report: Report) -> Report:
    return lambda done, _: report(before + done, total)


def _newest(printables: Sequence[PrintableCode]) -> date:
    return max(printable.code.created_at.astimezone(printable.zone).date() for printable in printables)

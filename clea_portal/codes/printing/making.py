"""Making the files. Each is read back before it is handed out, and none of a code that has been replaced meanwhile."""

import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.db import models, transaction
from django.utils import timezone

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.codes.printing.logos import read_logo
from clea_portal.codes.printing.options import Output, PrintOptions
from clea_portal.codes.printing.planning import Copy, copies_of, poster_of
from clea_portal.codes.printing.subjects import PrintableCode, Subject
from clea_portal.jobs.files import safe_name
from clea_portal.posters.documents import write_pdf
from clea_portal.posters.logos import Logo
from clea_portal.posters.pictures import render_png, render_screen, render_svg

Report = Callable[[int, int], None]
PDF, PNG, SVG, ZIP = "application/pdf", "image/png", "image/svg+xml", "application/zip"
_BATCH = 500


class Overtaken(Exception):
    """A code has been replaced, or its place archived, since it was chosen: nothing of it is handed out."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file, open at its beginning and without a name on any disk."""

    file: BinaryIO = field(repr=False)
    name: str = field(repr=False)
    content_type: str


def filled(write: Callable[[BinaryIO], object]) -> BinaryIO:
    """What ``write`` wrote, open at its beginning.

    It is on the disk without a name, so that it is gone with its last reader, even when the process is killed.
    """
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - whoever gets it closes it
    try:
        write(file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def silent(done: int, total: int) -> None:
    """Report to nobody."""


def make(subject: Subject, options: PrintOptions, *, by: User, report: Report = silent) -> Made:
    """What was chosen, as one file; a ZIP where it is several pictures. Raises Overtaken, BadPoster, PosterUnreadable."""
    chosen = options.chosen(subject)
    copies = copies_of(chosen, options)
    made = _make(subject, options, copies, report=report)
    hand_over(made, chosen, by=by, file=options.output)
    return made


def hand_over(made: Made, printables: Sequence[PrintableCode], *, by: User, file: str) -> None:
    """Note who printed what, if it all still counts. Raises Overtaken."""
    try:
        require_current(printables)
        record_prints(printables, by=by, file=file)
    except BaseException:
        made.file.close()
        raise


def require_current(printables: Sequence[PrintableCode]) -> None:
    """Raises Overtaken unless all their codes are current as the database stands now."""
    if not printables:
        raise Overtaken
    code_model, place_model = type(printables[0].code), type(printables[0].place)
    codes = {printable.code.pk for printable in printables}
    places = {printable.place.pk for printable in printables}
    if count_of(code_model._default_manager.filter(replaced_at=None), "pk", codes) < len(codes):
        raise Overtaken
    if count_of(place_model._default_manager.filter(archived_at=None), "pk", places) < len(places):
        raise Overtaken


def count_of(rows: "models.QuerySet[Any]", name: str, values: Iterable[Any]) -> int:
    """How many rows have one of these values, asked in batches that every database takes."""
    remaining, found = iter(sorted(values)), 0
    while batch := list(islice(remaining, _BATCH)):
        found += rows.filter(**{f"{name}__in": batch}).count()
    return found


@transaction.atomic
def record_prints(printables: Sequence[PrintableCode], *, by: User, file: str) -> None:
    """Note for each place who printed what; of many codes, how many."""
    for place in {printable.place.pk: printable.place for printable in printables}.values():
        codes = sorted({printable.code_uuid for printable in printables if printable.place.pk == place.pk})
        which: dict[str, Any] = {"code": codes[0]} if len(codes) == 1 else {"codes": len(codes)}
        record_act(actor=by, verb="printed", on=place, file=file, **which)


def file_name(subject: Subject, copies: Sequence[Copy], extension: str) -> str:
    """Named so that two codes cannot be mixed up."""
    check_codes = {copy.printable.code.check_code for copy in copies}
    if len(check_codes) > 1:
        return safe_name(f"{subject.file_name}.{extension}")
    printable = copies[0].printable
    return safe_name(subject.named(f"{printable.code.check_code} {printable.place.name} {printable.part}.{extension}"))


def _make(subject: Subject, options: PrintOptions, copies: Sequence[Copy], *, report: Report) -> Made:
    logo = read_logo(options.logo, places=subject.places)
    if options.layout is None or options.layout.is_screen:
        return _pictures(subject, options, copies, logo=logo, report=report)
    layout, posters = options.layout, [poster_of(copy, options, logo=logo) for copy in copies]
    file = filled(lambda file: write_pdf(posters, file, layout=layout, fill=options.fill, report=report))
    return Made(file=file, name=file_name(subject, copies, "pdf"), content_type=PDF)


def _pictures(subject: Subject, options: PrintOptions, copies: Sequence[Copy], *, logo: Logo | None, report: Report) -> Made:
    extension, content_type = ("svg", SVG) if options.output == Output.SVG else ("png", PNG)
    if len(copies) == 1:
        content = _picture(copies[0], options, logo=logo)
        return Made(file=io.BytesIO(content), name=file_name(subject, copies, extension), content_type=content_type)
    files = (
        (_picture_name(number, copy, extension), _picture(copy, options, logo=logo))
        for number, copy in enumerate(_reported(copies, report), start=1)
    )
    return zipped(files, name=file_name(subject, copies, "zip"))


def _picture(copy: Copy, options: PrintOptions, *, logo: Logo | None) -> bytes:
    if options.output == Output.PNG:
        return render_png(copy.printable.code.deep_link, module_pixels=options.module_pixels)
    if options.output == Output.SVG:
        return render_svg(copy.printable.code.deep_link)
    assert options.layout is not None
    return render_screen(poster_of(copy, options, logo=logo), layout=options.layout)


def _picture_name(number: int, copy: Copy, extension: str) -> str:
    printable = copy.printable
    words = (f"{number:03}", printable.code.check_code, printable.place.name, printable.part, copy.table)
    return safe_name(f"{' '.join(filter(None, words))}.{extension}")


def _reported(copies: Sequence[Copy], report: Report) -> Iterator[Copy]:
    for done, copy in enumerate(copies):
        report(done, len(copies))
        yield copy


def zipped(files: Iterable[tuple[str, bytes | BinaryIO]], *, name: str) -> Made:
    """A ZIP of files that are compressed already, under names that are safe."""
    now = timezone.localtime()

    def write(archive: BinaryIO) -> None:
        with ZipFile(archive, "w", ZIP_STORED) as target:
            for path, content in files:
                _add(target, path, content, now=now)

    return Made(file=filled(write), name=name, content_type=ZIP)


def _add(target: ZipFile, path: str, content: bytes | BinaryIO, *, now: datetime) -> None:
    info = ZipInfo(path, date_time=now.timetuple()[:6])
    info.external_attr = 0o644 << 16
    if isinstance(content, bytes):
        target.writestr(info, content)
        return
    with content, target.open(info, "w", force_zip64=True) as inside:
        while piece := content.read(1 << 20):
            inside.write(piece)

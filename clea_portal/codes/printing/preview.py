"""What the print page shows before anything is downloaded: the first page, and how far off it can be scanned."""

import base64
from dataclasses import dataclass, field

import structlog

from clea_portal.codes.printing.logos import read_logo
from clea_portal.codes.printing.messages import overtaken_message, too_many_pages_message, unreadable_message
from clea_portal.codes.printing.options import Output, PrintOptions
from clea_portal.codes.printing.planning import Copy, TooManyPages, check_size, copies_of, pages_of, poster_of
from clea_portal.codes.printing.subjects import Subject
from clea_portal.posters.documents import render_pdf
from clea_portal.posters.errors import BadPoster, PosterUnreadable
from clea_portal.posters.pictures import render_png, render_screen
from clea_portal.posters.previews import picture_of_page, shrunk

logger = structlog.get_logger(__name__)

PIXELS = 560


@dataclass(frozen=True, kw_only=True)
class Preview:
    """``picture``: a ``data:`` address, or nothing when ``problem`` says why it cannot be made.

    ``module``: the width of a module in millimetres; ``distance``: in centimetres; ``pages`` (or pictures): how many come out.
    """

    picture: str = field(default="", repr=False)
    problem: str = ""
    module: float = 0
    distance: int = 0
    pages: int = 0
    is_paper: bool = True


def preview(subject: Subject, options: PrintOptions) -> Preview:
    try:
        check_size(options.chosen(subject), options)
    except TooManyPages as error:
        return Preview(problem=too_many_pages_message(error))
    copies = copies_of(options.chosen(subject), options)
    if not copies:
        return Preview(problem=overtaken_message())
    try:
        return Preview(
            picture=_address(_picture(subject, options, copies)),
            module=options.module_millimetres,
            distance=options.scan_distance_centimetres,
            pages=pages_of(copies, options),
            is_paper=options.layout is not None and not options.layout.is_screen,
        )
    except BadPoster as error:
        return Preview(problem=str(error))
    except PosterUnreadable:
        logger.error("file_unreadable", kind="preview")
        return Preview(problem=unreadable_message())


def _picture(subject: Subject, options: PrintOptions, copies: list[Copy]) -> bytes:
    if options.output in set(Output):
        return render_png(copies[0].printable.code.deep_link, module_pixels=5)
    logo = read_logo(options.logo, places=subject.places)
    assert options.layout is not None
    if options.layout.is_screen:
        return shrunk(render_screen(poster_of(copies[0], options, logo=logo), layout=options.layout), width=PIXELS)
    first_page = copies[: 1 if options.fill else options.layout.per_page]
    posters = [poster_of(copy, options, logo=logo) for copy in first_page]
    pdf = render_pdf(posters, layout=options.layout, fill=options.fill)
    return picture_of_page(pdf, width=PIXELS)


def _address(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"

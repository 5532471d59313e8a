"""Pages of our own PDFs as pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import BinaryIO

from PIL import Image
from pypdfium2 import PdfDocument, PdfPage

# PDFium is not safe to use from two threads of one process.
_pdfium = Lock()


@contextmanager
def opened(content: bytes | BinaryIO) -> Iterator[PdfDocument]:
    """The document, for nobody else meanwhile."""
    with _pdfium:
        document = PdfDocument(content)
        try:
            yield document
        finally:
            document.close()


def draw(
    page: PdfPage, *, scale: float, crop: tuple[float, float, float, float] = (0, 0, 0, 0), grayscale: bool = True
) -> Image.Image:
    """`scale`: pixels to a point; `crop`: points cut off at the left, bottom, right and top."""
    bitmap = page.render(scale=scale, grayscale=grayscale, crop=crop)
    try:
        picture: Image.Image = bitmap.to_pil()
        # Its pixels are those of the bitmap, which is about to go.
        return picture.copy()
    finally:
        bitmap.close()


def draw_first_page(content: bytes, *, width: int) -> Image.Image:
    """In colour, this many pixels wide."""
    with opened(content) as document:
        page = document[0]
        return draw(page, scale=width / page.get_width(), grayscale=False)

"""Reading back what is about to be handed out: a file whose code does not scan never leaves the portal."""

import io
from threading import Lock

from PIL import Image
from pypdfium2 import PdfDocument

from clea_portal.posters.errors import PosterUnreadable
from clea_portal.scanning.reading import decode_image

PRINT_DPI = 150
# PDFium is not safe to use from two threads of one process.
_pdfium = Lock()


def prove_pdf(content: bytes, *, deep_link: str) -> None:
    """Rasterise the only page at print resolution and read it. Raises PosterUnreadable unless it holds exactly this link."""
    with _pdfium:
        document = PdfDocument(content)
        try:
            if len(document) != 1:
                raise PosterUnreadable
            image = document[0].render(scale=PRINT_DPI / 72, grayscale=True).to_pil()
        finally:
            document.close()
    _prove(image, deep_link=deep_link)


def prove_png(content: bytes, *, deep_link: str) -> None:
    """Read the picture. Raises PosterUnreadable unless it holds exactly this link."""
    with Image.open(io.BytesIO(content)) as image:
        _prove(image.convert("L"), deep_link=deep_link)


def _prove(image: Image.Image, *, deep_link: str) -> None:
    if decode_image(image) != (deep_link,):
        raise PosterUnreadable

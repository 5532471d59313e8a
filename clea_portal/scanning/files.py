"""From the bytes of an upload to grey pictures. Only the six accepted formats have a way in; every other parser stays shut."""

import contextlib
import math
from collections.abc import Sequence
from enum import StrEnum
from io import BytesIO
from typing import Protocol

import pillow_heif
import pypdfium2

# Pillow loads TiffImagePlugin late, to read EXIF notes, which the photos of most phones have: where no file can be opened any
# more, every one of them would pass for damaged.
from PIL import AvifImagePlugin, Image, ImageFile, ImageOps, TiffImagePlugin  # noqa: F401
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from clea_portal.scanning.results import LONGEST_SIDE, MAX_BYTES, MAX_PAGE_PIXELS, MAX_PAGES, MAX_PIXELS, Advice, RefusedError

AVIF_BRANDS = (b"avif", b"avis")
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
# Codes of 2 cm are read at 200 dots per inch; what is smaller, or a scan, gets a second look at 300.
PDF_RESOLUTIONS = (200, 300)
POINTS_PER_INCH = 72

# One thread per decoder: on a machine with 64 cores, the stacks of 64 would alone reach the child's memory limit.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pillow_heif.options.DECODE_THREADS = 1


class FileKind(StrEnum):
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    AVIF = "avif"
    HEIC = "heic"
    PDF = "pdf"


_KINDS: dict[type[ImageFile.ImageFile], FileKind] = {
    JpegImageFile: FileKind.JPEG,
    PngImageFile: FileKind.PNG,
    WebPImageFile: FileKind.WEBP,
    AvifImagePlugin.AvifImageFile: FileKind.AVIF,
    pillow_heif.HeifImageFile: FileKind.HEIC,
}


class Pages(Protocol):
    """An opened file: how many pages, the resolutions worth trying, and each page in grey."""

    @property
    def resolutions(self) -> Sequence[int]: ...

    def __len__(self) -> int: ...

    def draw(self, page: int, resolution: int) -> Image.Image: ...


def open_pages(content: bytes) -> Pages:
    """Open a JPEG, PNG, WebP, AVIF, HEIC or PDF by what it is, whatever it is called. Raises RefusedError."""
    if not content:
        raise RefusedError(Advice.EMPTY)
    if len(content) > MAX_BYTES:
        raise RefusedError(Advice.TOO_LARGE)
    opener = _find_opener(content)
    if opener is not None:
        return _Picture(_decode(content, opener))
    if _is_pdf(content):
        return _Document(content)
    raise RefusedError(Advice.UNSUPPORTED)


def kind_of(content: bytes) -> FileKind | None:
    """What the first bytes say that this is, or None for what has no way in. Nothing is opened."""
    opener = _find_opener(content)
    if opener is not None:
        return _KINDS[opener]
    return FileKind.PDF if _is_pdf(content) else None


def _is_pdf(content: bytes) -> bool:
    # Some scanners write a line of their own before the PDF's first.
    return b"%PDF-" in content[:1024]


def _find_opener(content: bytes) -> type[ImageFile.ImageFile] | None:
    if content.startswith(b"\xff\xd8\xff"):
        return JpegImageFile
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImageFile
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WebPImageFile
    if content[4:8] == b"ftyp":
        # The first brand is often the family's; the others then say which of the two it is.
        size = min(int.from_bytes(content[:4], "big"), 512)
        brands = [content[8:12], *(content[start : start + 4] for start in range(16, size, 4))]
        if any(brand in AVIF_BRANDS for brand in brands):
            return AvifImagePlugin.AvifImageFile
        if any(brand in HEIF_BRANDS for brand in brands):
            return pillow_heif.HeifImageFile
    return None


def _decode(content: bytes, opener: type[ImageFile.ImageFile]) -> Image.Image:
    try:
        # The class itself, not Image.open: that one would also load parsers nobody asked for.
        with opener(BytesIO(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise RefusedError(Advice.TOO_MANY_PIXELS)
            # A JPEG then decodes brightness only: a third of the memory, less time.
            image.draft("L", None)
            image.load()
            grey = _flatten(image)
    except (RefusedError, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise RefusedError(Advice.TOO_MANY_PIXELS) from None
    except Exception as error:  # Parsers of hostile bytes raise anything, and all of it means the same.
        raise RefusedError(Advice.DAMAGED) from error
    with contextlib.suppress(Exception):  # A broken orientation note costs nothing: codes are read in any direction.
        ImageOps.exif_transpose(grey, in_place=True)
    return grey


def _flatten(image: Image.Image) -> Image.Image:
    """Grey on white: a code on a transparent ground would otherwise be black on black."""
    if not image.has_transparency_data:
        return image.convert("L")
    coloured = image if image.mode in ("RGBA", "LA") else image.convert("RGBA")
    flat = Image.new("L", image.size, 255)
    flat.paste(coloured.convert("L"), mask=coloured.getchannel("A"))
    flat.info = image.info
    return flat


class _Picture:
    resolutions = (0,)

    def __init__(self, image: Image.Image) -> None:
        self._image = image

    def __len__(self) -> int:
        return 1

    def draw(self, page: int, resolution: int) -> Image.Image:
        return self._image


class _Document:
    resolutions = PDF_RESOLUTIONS

    def __init__(self, content: bytes) -> None:
        try:
            self._document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            is_locked = error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
            raise RefusedError(Advice.PASSWORD if is_locked else Advice.DAMAGED) from error
        if len(self._document) > MAX_PAGES:
            raise RefusedError(Advice.TOO_MANY_PAGES)
        # A file of one page, the usual one, is asked for its finest drawing several times in a row.
        self._last: tuple[int, int, Image.Image] | None = None

    def __len__(self) -> int:
        return len(self._document)

    def draw(self, page: int, resolution: int) -> Image.Image:
        if self._last is None or self._last[:2] != (page, resolution):
            self._last = (page, resolution, self._render(page, resolution))
        return self._last[2]

    def _render(self, page: int, resolution: int) -> Image.Image:
        try:
            sheet = self._document[page]
            width, height = sheet.get_size()
            # A page may claim to be five metres wide, which is 40,000 pixels at 200 dots per inch.
            cap = min(math.sqrt(MAX_PAGE_PIXELS / max(width * height, 1)), LONGEST_SIDE / max(width, height, 1))
            image: Image.Image = sheet.render(scale=min(resolution / POINTS_PER_INCH, cap), grayscale=True).to_pil()
            sheet.close()
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise RefusedError(Advice.DAMAGED) from error
        return image

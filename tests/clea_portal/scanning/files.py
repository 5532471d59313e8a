"""Files that people and attackers upload, made from nothing."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO

import pillow_heif
import pypdf
from PIL import Image


def save(image: Image.Image, name: str, **options: object) -> bytes:
    """The picture as a file of this format: JPEG, PNG, WEBP, AVIF, HEIF, GIF, TIFF, BMP or PDF."""
    buffer = BytesIO()
    if name == "HEIF":
        pillow_heif.from_pillow(image.convert("RGB")).save(buffer, **options)
    else:
        image.save(buffer, name, **options)
    return buffer.getvalue()


def make_pdf(pages: int, *, box: str = "0 0 595 842", drawing: bytes = b"") -> bytes:
    """A PDF in which all pages share one drawing."""
    kids = b" ".join(b"%d 0 R" % (4 + number) for number in range(pages))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 3 0 R>>" % box.encode()
    return _join(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
            b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
            *[page] * pages,
        ]
    )


def merge_pdfs(*contents: bytes, password: str | None = None) -> bytes:
    writer = pypdf.PdfWriter()
    for content in contents:
        writer.append(BytesIO(content))
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def make_pdf_around_bomb(*, width: int, height: int) -> bytes:
    """A page with one picture of so many pixels, all black, deflated."""
    bomb = _deflate(b"\0" * width for _ in range(height))
    drawing = b"q 500 0 0 500 0 0 cm /I Do Q"
    return _join(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[4 0 R]>>",
            b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
            b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (width, height, len(bomb), bomb),
        ]
    )


def make_flat_png(width: int, height: int) -> bytes:
    """A black PNG of one bit per pixel: 900 megapixels in 110 kilobytes."""
    body = _deflate(bytes(1 + (width + 7) // 8) for _ in range(height))
    chunks = (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", body), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def make_webp_header(width: int, height: int) -> bytes:
    """A WebP that claims this canvas and holds nothing."""
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas


def _deflate(rows: Iterator[bytes]) -> bytes:
    deflater = zlib.compressobj(9)
    return b"".join(deflater.compress(row) for row in rows) + deflater.flush()


def _join(objects: Sequence[bytes]) -> bytes:
    content = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    return content + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        count,
        table,
        count,
        len(content),
    )

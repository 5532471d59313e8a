"""Whatever is uploaded: a Reading with fitting advice, in time, within the child's memory."""

import random

import pytest
from PIL import Image, ImageFile

from clea_portal.scanning.isolated import read_isolated
from clea_portal.scanning.reading import read_content
from clea_portal.scanning.results import MAX_BYTES
from tests.clea_portal.scanning.files import make_flat_png, make_pdf, make_pdf_around_bomb, make_webp_header, save
from tests.pictures import clea_link, draw_code, hang_in_room

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "PDF")


def outcome(content: bytes) -> tuple[tuple[str, ...], str | None]:
    # Within the default 20 seconds and 1 GiB: beyond them the advice would be another.
    reading = read_isolated(content)
    return reading.links, reading.advice


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\0", "unsupported", id="one byte"),
        pytest.param(b"an address: " + clea_link(1).encode(), "unsupported", id="text"),
        pytest.param(random.Random(1).randbytes(100_000), "unsupported", id="random bytes"),
        pytest.param(b"\xff" * (MAX_BYTES + 1), "too_large", id="one byte too many"),
        pytest.param(make_flat_png(30_000, 30_000), "too_many_pixels", id="900 megapixels of PNG"),
        pytest.param(make_flat_png(65_536, 700), "too_dark", id="a strip longer than the reader takes"),
        pytest.param(make_webp_header(16_384, 16_384), "too_many_pixels", id="268 megapixels of WebP"),
        pytest.param(make_webp_header(8000, 8000), "damaged", id="a WebP without a picture"),
        pytest.param(b"%PDF-1.7\n", "damaged", id="PDF header"),
        pytest.param(make_pdf(0), "damaged", id="PDF without pages"),
        pytest.param(make_pdf(10_000), "too_many_pages", id="PDF of 10,000 pages"),
        pytest.param(make_pdf(1, box="0 0 14400 14400"), "low_contrast", id="a page of five metres"),
        pytest.param(make_pdf(1, box="0 0 0 0"), "low_contrast", id="a page of no size"),
        pytest.param(make_pdf(1, box="0 0 1 100000000"), "too_small", id="a page of 35 km by nothing"),
    ],
)
def test_read_isolated_of_a_hostile_file(content: bytes, advice: str) -> None:
    assert outcome(content) == ((), advice)


def test_read_isolated_of_a_page_around_a_bomb_of_pixels() -> None:
    # pdfium gets no memory for the picture, and leaves the page white.
    assert outcome(make_pdf_around_bomb(width=40_000, height=30_000)) == ((), "low_contrast")


@pytest.mark.parametrize(("name", "options"), [("PNG", {"compress_level": 1}), ("WEBP", {"method": 0, "quality": 50})])
def test_read_isolated_of_the_largest_picture_with_transparency(name: str, options: dict[str, int]) -> None:
    # Four bytes per pixel and the copies that flattening needs: the most memory that an accepted file can ask for.
    image = Image.new("RGBA", (7000, 7100), (255, 255, 255, 0))
    image.paste(draw_code(clea_link(1), module=8), (5000, 5000))
    assert outcome(save(image, name, **options)) == ((clea_link(1),), None)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kept", [20, 0.5, -30])
def test_read_content_of_a_truncated_file(monkeypatch: pytest.MonkeyPatch, name: str, kept: float) -> None:
    # WeasyPrint, where a test has loaded it into this process, has Pillow fill up what is missing; the reading process has not.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    content = save(hang_in_room([draw_code(clea_link(1))], seed=1, size=(800, 800)), name)
    end = int(len(content) * kept) if isinstance(kept, float) else kept
    assert (read_content(content[:end]).advice, read_content(content[:end]).links) == ("damaged", ())


@pytest.mark.parametrize("name", FORMATS)
def test_read_content_of_a_file_with_random_damage(name: str) -> None:
    generator = random.Random(name)
    content = save(Image.frombytes("L", (40, 40), generator.randbytes(1600)), name)
    for _ in range(20):
        broken = bytearray(content)
        for _ in range(generator.randrange(1, 20)):
            broken[generator.randrange(12, len(broken))] = generator.randrange(256)
        reading = read_content(bytes(broken))
        assert reading.links == ()
        assert reading.advice is not None

from io import BytesIO

import pytest
from PIL import Image, ImageOps

from clea_portal.protocol.codes import CodeRequest, make_code
from clea_portal.protocol.derivation import new_location_secret
from clea_portal.protocol.keys import generate_private_key
from clea_portal.protocol.lsp import LspType
from clea_portal.scanning.reading import decode_image, is_deep_link, read_content
from tests.clea_portal.scanning.files import make_pdf, merge_pdfs, save
from tests.pictures import FRENCH_PREFIX, clea_link, draw_code, draw_poster, hang_in_room, photograph

FOREIGN = "https://example.org/menu"


def read(content: bytes) -> tuple[tuple[str, ...], str | None, int]:
    reading = read_content(content)
    assert reading.milliseconds >= 0
    return reading.links, reading.advice, reading.pages


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "PDF"])
def test_read_content_of_each_format(name: str) -> None:
    assert read(save(draw_poster(clea_link(1), dots_per_inch=100), name)) == ((clea_link(1),), None, 1)


@pytest.mark.parametrize("name", ["GIF", "TIFF", "BMP", "PPM", "TGA", "JPEG2000", "ICO"])
def test_read_content_of_other_formats_is_not_tried(name: str) -> None:
    assert read(save(draw_code(clea_link(1), module=3), name)) == ((), "unsupported", 0)


def test_read_content_finds_a_link_of_the_portals_own_making() -> None:
    code = make_code(
        CodeRequest(
            prefix=FRENCH_PREFIX,
            lsp_type=LspType.SYNCHRONOUS,
            venue_type=1,
            venue_category1=1,
            venue_category2=1,
            period_duration=255,
            t_period_start=3_832_000_000 // 3600 * 3600,
            t_qr_start=3_832_000_000,
            sk_l=new_location_secret(),
            pk_sa=generate_private_key().public_key(),
        )
    )
    assert read(save(draw_code(code.deep_link, module=3, error="q"), "PNG")) == ((code.deep_link,), None, 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_read_content_whichever_way_the_phone_was_held(orientation: int) -> None:
    left, right = clea_link(1), clea_link(2)
    upright = hang_in_room([draw_code(left, module=4), draw_code(right, module=4)], seed=1, size=(1000, 500))
    # The orientation note says how to turn what the sensor saw; here the sensor saw the opposite.
    opposite = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    seen = upright if opposite is None else upright.transpose(opposite)
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert read(save(seen, "JPEG", exif=exif)) == ((left, right), None, 1)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_read_content_with_a_broken_orientation_note() -> None:
    content = save(draw_code(clea_link(1), module=4), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert read(content) == ((clea_link(1),), None, 1)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_read_content_of_each_kind_of_png(mode: str) -> None:
    image = draw_code(clea_link(1), module=4)
    image = image.convert("I").point(lambda level: level * 257).convert(mode) if mode == "I;16" else image.convert(mode)
    assert read(save(image, "PNG")) == ((clea_link(1),), None, 1)


def test_read_content_of_a_cmyk_jpeg() -> None:
    assert read(save(draw_code(clea_link(1), module=4).convert("CMYK"), "JPEG")) == ((clea_link(1),), None, 1)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_read_content_of_black_modules_on_nothing(mode: str) -> None:
    modules = draw_code(clea_link(1), module=4)
    transparent = Image.new("RGBA", modules.size, (0, 0, 0, 0))
    transparent.putalpha(ImageOps.invert(modules))
    assert read(save(transparent.convert(mode), "PNG")) == ((clea_link(1),), None, 1)


def test_read_content_of_a_light_code_on_dark() -> None:
    assert read(save(ImageOps.invert(draw_code(clea_link(1), module=4)), "PNG")) == ((clea_link(1),), None, 1)


def test_read_content_gives_all_codes_from_top_left_to_bottom_right_each_once() -> None:
    wall = Image.new("L", (1300, 1000), 200)
    places = {(40, 60): 1, (480, 20): 2, (900, 50): 3, (30, 520): 4, (470, 560): 1, (910, 510): 5}
    for place, seed in places.items():
        wall.paste(draw_code(clea_link(seed), module=5), place)
    expected = tuple(clea_link(seed) for seed in (1, 2, 3, 4, 5))
    assert read(photograph(wall, seed=1, degrees=2)) == (expected, None, 1)


def test_read_content_looks_on_for_a_code_that_it_saw_but_could_not_decode() -> None:
    sharp, soft = draw_code(clea_link(1), module=6), draw_code(clea_link(2), module=6)
    soft = Image.open(BytesIO(photograph(soft, seed=1, blur=0.55 * 6, degrees=0)))
    wall = hang_in_room([sharp, soft], seed=1, size=(1400, 700))
    symbols = read_content(save(wall, "PNG"))
    assert symbols.links == (clea_link(1), clea_link(2))


def test_read_content_of_codes_of_others_only() -> None:
    wall = hang_in_room([draw_code(FOREIGN), draw_code("WIFI:S:guests;;")], seed=1, size=(1000, 500))
    assert read(save(wall, "PNG")) == ((), "not_clea", 1)


def test_read_content_passes_over_codes_of_others() -> None:
    wall = hang_in_room([draw_code(FOREIGN), draw_code(clea_link(1))], seed=1, size=(1500, 700))
    assert read(save(wall, "PNG")) == ((clea_link(1),), None, 1)


def test_read_content_of_a_pdf_gives_codes_in_the_order_of_pages() -> None:
    posters = [save(draw_poster(clea_link(seed)), "PDF", resolution=150) for seed in (2, 1, 2)]
    content = merge_pdfs(posters[0], make_pdf(1), posters[1], posters[2])
    assert read(content) == ((clea_link(2), clea_link(1)), None, 4)


def test_read_content_of_a_pdf_reads_its_fiftieth_page_and_refuses_a_fifty_first() -> None:
    poster = save(draw_poster(clea_link(1), dots_per_inch=100), "PDF", resolution=100)
    assert read(merge_pdfs(make_pdf(49), poster)) == ((clea_link(1),), None, 50)
    assert read(merge_pdfs(make_pdf(50), poster)) == ((), "too_many_pages", 0)


def test_read_content_of_a_pdf_with_a_code_for_a_second_look() -> None:
    # 9 mm wide: one pixel per module at 200 dots per inch, which nothing reads; 1.5 at 300.
    page = draw_poster(clea_link(1), dots_per_inch=600, code_millimetres=9)
    assert read(save(page, "PDF", resolution=600)) == ((clea_link(1),), None, 1)


def test_read_content_of_a_pdf_after_a_line_of_a_scanner() -> None:
    content = save(draw_poster(clea_link(1)), "PDF", resolution=150)
    assert read(b"\nscanned by a machine\n" + content) == ((clea_link(1),), None, 1)


def test_read_content_of_a_pdf_with_password() -> None:
    poster = save(draw_poster(clea_link(1)), "PDF", resolution=150)
    assert read(merge_pdfs(poster, password="1234")) == ((), "password", 0)


def test_read_content_of_a_pdf_that_only_its_owner_may_change() -> None:
    poster = save(draw_poster(clea_link(1)), "PDF", resolution=150)
    assert read(merge_pdfs(poster, password="")) == ((clea_link(1),), None, 1)


def test_read_content_stops_when_its_time_is_over() -> None:
    reading = read_content(make_pdf(50), seconds=0)
    assert (reading.links, reading.advice, reading.pages) == ((), "timed_out", 50)


def test_decode_image_gives_every_text_in_order() -> None:
    wall = hang_in_room([draw_code(FOREIGN), draw_code(clea_link(1))], seed=1, size=(1500, 700))
    assert decode_image(wall.convert("RGB")) == (FOREIGN, clea_link(1))


def test_decode_image_of_nothing() -> None:
    assert decode_image(Image.new("L", (300, 300), 255)) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (clea_link(1), True),
        (clea_link(1, with_contact=False), True),
        (clea_link(1, prefix="https://clea.example.be/?v=0#"), True),
        (clea_link(1).removeprefix(FRENCH_PREFIX), False),  # a bare LSP is no link
        (clea_link(1)[:-4], False),
        (FRENCH_PREFIX + "_" + clea_link(1).removeprefix(FRENCH_PREFIX)[1:], False),  # unknown version
        (FOREIGN, False),
        ("", False),
    ],
)
def test_is_deep_link(text: str, expected: bool) -> None:
    assert is_deep_link(text) is expected

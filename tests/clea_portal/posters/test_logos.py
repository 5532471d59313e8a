import io
from xml.etree import ElementTree

import pytest
from PIL import Image, PngImagePlugin

from clea_portal.posters import logos
from clea_portal.posters.documents import render_pdf
from clea_portal.posters.errors import BadLogo, LogoTooComplex, LogoTooLarge
from clea_portal.posters.layouts import Layout
from clea_portal.posters.logo_cleaning import answer
from clea_portal.posters.logos import Logo, clean_logo
from tests.clea_portal.posters.making import make_poster

START = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 20">'
SHAPE = '<path d="M0 0h40v20H0z" fill="#a01850"/>'
FILLED, CLIPPED = '<path d="M0 0h1z" fill="url(#a)"/>', '<path d="M0 0h1z" clip-path="url( #a )"/>'
EMPTY = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0 0h40v20H0z" fill="#a01850" /></svg>'


def picture(kind: str, size: tuple[int, int] = (300, 100), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "teal").save(out, kind, **options)
    return out.getvalue()


def drawing(content: str) -> bytes:
    return f"{START}{content}</svg>".encode()


def clean(content: bytes) -> Logo:
    """Without the child process, which takes half a second to start."""
    return logos._parse(answer(content))


def parsed(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content)  # noqa: S314 - our own output


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB"), ("JPEG", "CMYK")])
def test_pixels_are_drawn_anew(kind: str, mode: str) -> None:
    logo = clean(picture(kind, mode=mode))
    assert (logo.content_type, logo.width, logo.height) == ("image/png", 300, 100)
    with Image.open(io.BytesIO(logo.content)) as image:
        assert (image.format, image.size) == ("PNG", (300, 100))


def test_pixels_bring_nothing_along() -> None:
    remarks = PngImagePlugin.PngInfo()
    remarks.add_text("Comment", "taken at home")
    assert b"taken at home" not in clean(picture("PNG", pnginfo=remarks) + b"taken at home").content


def test_large_pictures_are_made_smaller() -> None:
    logo = clean(picture("JPEG", size=(4000, 1000)))
    assert (logo.width, logo.height) == (1060, 265)


def test_drawing_keeps_its_shapes() -> None:
    logo = clean(drawing(SHAPE))
    assert (logo.content_type, logo.width, logo.height) == ("image/svg+xml", 40, 20)
    assert parsed(logo.content).tag == "{http://www.w3.org/2000/svg}svg"
    assert ElementTree.tostring(parsed(logo.content)) == ElementTree.tostring(parsed(EMPTY.encode()))


def test_classes_and_styles_become_attributes() -> None:
    logo = clean_logo(
        drawing('<style>.a, .b{fill:#a01850;behavior:url(x)} p{fill:red}</style><path class="b" style="opacity:.5" d="M0 0h1z"/>')
    )
    (path,) = parsed(logo.content)
    assert path.attrib == {"d": "M0 0h1z", "fill": "#a01850", "opacity": ".5"}


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<image xlink:href="http://example.org/x.png" width="9" height="9"/>',
        '<image href="data:image/svg+xml;base64,PHN2Zy8+" width="9" height="9"/>',
        '<use xlink:href="#a"/>',
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">x</body></foreignObject>',
        '<style>@import url("http://example.org/x.css");</style>',
        '<a xlink:href="javascript:alert(1)"><path d="M0 0h1z"/></a>',
        "<text>words</text>",
        '<animate attributeName="d" to="x"/>',
        '<filter id="f"><feGaussianBlur stdDeviation="99999"/></filter>',
        "<!-- a remark -->",
        '<?xml-stylesheet href="http://example.org/x.css"?>',
    ],
)
def test_hostile_elements_vanish(hostile: str) -> None:
    assert ElementTree.tostring(parsed(clean(drawing(hostile + SHAPE)).content)) == ElementTree.tostring(parsed(EMPTY.encode()))


@pytest.mark.parametrize(
    "attribute",
    [
        'onload="alert(1)"',
        'fill="url(http://example.org/x)"',
        "style=\"fill:url('http://example.org/x')\"",
        'style="background:url(x)"',
        'filter="url(#f)"',
        'clip-path="url(http://example.org/x#y)"',
        'xlink:href="http://example.org"',
        'transform="expression&#40;alert&quot;"',
    ],
)
def test_hostile_attributes_vanish(attribute: str) -> None:
    (path,) = parsed(clean(drawing(f'<path d="M0 0h1z" {attribute}/>')).content)
    assert path.attrib == {"d": "M0 0h1z"}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", BadLogo),
        (b"GIF89a" + bytes(100), BadLogo),
        (b"%PDF-1.7", BadLogo),
        (picture("PNG", size=(300, 4)), BadLogo),
        (picture("PNG", size=(5000, 4000)), LogoTooLarge),
        (b"<html></html>", BadLogo),
        (b"<svg", BadLogo),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1z"/></svg>', BadLogo),
        (drawing(""), BadLogo),
        (drawing('<g><g display="none"/></g>' * 2000), LogoTooComplex),
        (drawing("<g>" * 40 + "</g>" * 40), LogoTooComplex),
        (drawing(f'<path d="{"M0 0h1z" * 40_000}"/>'), LogoTooComplex),
        (drawing(f'<linearGradient id="a">{"<stop/>" * 99}</linearGradient>{FILLED * 31}'), LogoTooComplex),
        (drawing(f'<clipPath id="a">{SHAPE * 99}</clipPath><clipPath id="a"/>{CLIPPED * 31}'), LogoTooComplex),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + drawing("&a;"), BadLogo),
        (b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + drawing("&a;"), BadLogo),
    ],
)
def test_bad_files_are_refused(content: bytes, error: type[BadLogo]) -> None:
    with pytest.raises(BadLogo) as caught:
        clean(content)
    assert caught.type is error


def test_what_is_referred_to_refers_to_nothing() -> None:
    """Each of the shapes in a clip path that is clipped itself would be drawn again for each of the outer ones."""
    logo = clean(drawing(f'<clipPath id="a" clip-path="url(#a)"><g>{CLIPPED * 2}</g></clipPath>{CLIPPED}'))
    clip, path = parsed(logo.content)
    assert [element.attrib for element in clip.iter()] == [{"id": "a"}, {}, {"d": "M0 0h1z"}, {"d": "M0 0h1z"}]
    assert path.attrib == {"d": "M0 0h1z", "clip-path": "url( #a )"}


def test_gradients_do_not_repeat() -> None:
    """Repeated over a length of next to nothing, they take for ever to draw."""
    gradient = '<linearGradient id="a" x1="0" x2="1e-9" spreadMethod="repeat"><stop/><stop offset="1"/></linearGradient>'
    logo = clean(drawing(gradient + FILLED))
    assert parsed(logo.content)[0].attrib == {"id": "a", "x1": "0", "x2": "1e-9"}
    assert render_pdf(make_poster(logo=logo)).startswith(b"%PDF")


@pytest.mark.parametrize("content", [picture("PNG"), picture("JPEG"), drawing(SHAPE)], ids=["png", "jpeg", "svg"])
def test_child_process_does_the_same(content: bytes) -> None:
    assert clean_logo(content) == clean(content)


def test_child_process_refuses() -> None:
    with pytest.raises(LogoTooComplex):
        clean_logo(drawing("<g>" * 40 + "</g>" * 40))
    with pytest.raises(LogoTooLarge):
        clean_logo(bytes(2_000_001))
    with pytest.raises(BadLogo):
        clean_logo(picture("PNG")[:200])


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b'{"content": "PHN2Zz48c2NyaXB0Lz48L3N2Zz4=", "content_type": "image/svg+xml", "width": 1, "height": 1}',
        b'{"content": "eA==", "content_type": "image/png", "width": 1, "height": 1}',
        b'{"content": "iVBORw0KGgo=", "content_type": "image/png", "width": NaN, "height": 1}',
        b'{"content": "eA==", "content_type": "text/html", "width": 1, "height": 1}',
        b'{"refused": "everything"}',
    ],
)
def test_child_is_not_believed(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logos, "run_isolated", lambda *_, **__: answer)
    with pytest.raises(BadLogo):
        clean_logo(b"")


@pytest.mark.parametrize("layout", [layout for layout in Layout if layout.face().logo])
def test_logo_is_printed_where_there_is_room(layout: Layout) -> None:
    wide, high = Logo(EMPTY.encode(), "image/svg+xml", 40, 20), clean(picture("PNG", size=(80, 200)))
    pages = [render_pdf(make_poster(logo=logo), layout=layout) for logo in (None, wide, high)]
    assert len({len(page) for page in pages}) == 3

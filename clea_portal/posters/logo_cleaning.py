"""Pictures of strangers made harmless: pixels are drawn anew, drawings are rebuilt from a short list of what may be in them.

Imports no Django: it runs in a bare child process (see scanning.child).
"""

import base64
import io
import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from PIL import Image, ImageOps, MpoImagePlugin  # noqa: F401 - what Pillow loads late, see below

# Now, since no file can be opened any more when a picture is.
Image.preinit()

MAX_PIXELS = 16_000_000
# 45 by 17 mm at 600 dots to the inch: more cannot be seen on paper.
LARGEST = (1060, 400)
MAX_DRAWING = 200_000
MAX_ELEMENTS, MAX_DEPTH = 3000, 32
# Elements drawn by way of references: each draws again all that stands in what it names.
MAX_DRAWN_AGAIN = 3000
# Longer than this for its width, it is no logo but a line.
MAX_RATIO = 20

_SVG = "http://www.w3.org/2000/svg"
_ELEMENTS = frozenset(
    re.findall(r"\w+", "svg g path rect circle ellipse line polyline polygon defs linearGradient radialGradient stop clipPath")
)
_ATTRIBUTES = frozenset(
    re.findall(
        r"[\w-]+",
        """
        viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points transform opacity color display
        fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray
        stroke-dashoffset stroke-opacity clip-path clip-rule offset stop-color stop-opacity gradientUnits gradientTransform id
        """,
    )
)
# What a style may set, as attributes do.
_PROPERTIES = _ATTRIBUTES - {"id", "d", "points", "transform", "viewBox", "width", "height"}
_VALUE = re.compile(r"[\w\s.,#%()+/-]*", re.ASCII)
_REFERENCE = re.compile(r"url\(\s*#([\w-]+)\s*\)", re.ASCII)
# What is drawn only by reference. What stands in one refers to nothing, itself least of all.
_REFERRED_TO = frozenset({"clipPath", "linearGradient", "radialGradient"})
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*(?:px|pt|mm|cm|in)?\s*")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


class Refused(ValueError):
    """`args[0]`: bad_logo, logo_too_large or logo_too_complex."""


def answer(content: bytes) -> bytes:
    """A JSON object: the cleaned picture, or why there is none."""
    try:
        cleaned, content_type, width, height = _clean_drawing(content) if _is_drawing(content) else _clean_pixels(content)
    except Refused as refusal:
        return json.dumps({"refused": refusal.args[0]}).encode()
    encoded = base64.b64encode(cleaned).decode()
    return json.dumps({"content": encoded, "content_type": content_type, "width": width, "height": height}).encode()


def _is_drawing(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _clean_pixels(content: bytes) -> tuple[bytes, str, float, float]:
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refused("logo_too_large")
            picture = ImageOps.exif_transpose(image)
            has_holes = "A" in picture.getbands() or "transparency" in picture.info
            picture = picture.convert("RGBA" if has_holes else "RGB")
    except Refused:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError) as error:
        raise Refused("bad_logo") from error
    _check_ratio(*picture.size)
    picture.thumbnail(LARGEST, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    # A new picture from the pixels alone: no comment, profile or place of taking comes along.
    Image.frombytes(picture.mode, picture.size, picture.tobytes()).save(out, "PNG", optimize=True)
    return out.getvalue(), "image/png", *picture.size


def _clean_drawing(content: bytes) -> tuple[bytes, str, float, float]:
    if len(content) > MAX_DRAWING:
        raise Refused("logo_too_complex")
    root = _parse(content)
    if root.tag != f"{{{_SVG}}}svg":
        raise Refused("bad_logo")
    rules = dict(_rules(root))
    cleaned = _rebuild(root, rules)
    if cleaned is None or not any(True for _ in cleaned):
        raise Refused("bad_logo")
    width, height = _size(root)
    _check_ratio(width, height)
    _check_references(cleaned)
    cleaned.attrib.pop("width", None)
    cleaned.attrib.pop("height", None)
    cleaned.attrib.setdefault("viewBox", f"0 0 {width:g} {height:g}")
    cleaned.attrib["xmlns"] = _SVG
    return ElementTree.tostring(cleaned, encoding="unicode").encode(), "image/svg+xml", width, height


def _parse(content: bytes) -> ElementTree.Element:
    """Without entities, which can grow a thousandfold or read files, and not too deep."""
    builder = ElementTree.TreeBuilder()
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise Refused("logo_too_complex")
        builder.start(_qualified(name), {_qualified(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_qualified(name))

    def refuse(*_: Any) -> int:
        raise Refused("bad_logo")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    parser.EntityDeclHandler = parser.UnparsedEntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(content, True)
    except Refused:
        raise
    except (expat.ExpatError, ValueError, LookupError, OSError) as error:
        raise Refused("bad_logo") from error
    return builder.close()


def _qualified(name: str) -> str:
    return "{" + name if "}" in name else name


def _rules(root: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """Declarations by class, from style elements: the way most drawing programs write colours. Other selectors are left out."""
    for style in root.iter(f"{{{_SVG}}}style"):
        for selectors, declarations in _RULE.findall(re.sub(r"/\*.*?\*/", "", style.text or "", flags=re.DOTALL)):
            for selector in selectors.split(","):
                if re.fullmatch(r"\s*\.[\w-]+\s*", selector):
                    yield selector.strip()[1:], declarations


def _rebuild(element: ElementTree.Element, rules: dict[str, str]) -> ElementTree.Element | None:
    """The element with nothing but what is listed; None for one that is not."""
    name = element.tag.removeprefix(f"{{{_SVG}}}")
    if name not in _ELEMENTS:
        return None
    attributes = {key: value for key, value in element.attrib.items() if key in _ATTRIBUTES and _is_harmless(value)}
    declarations = [rules.get(word, "") for word in element.get("class", "").split()] + [element.get("style", "")]
    for declaration in ";".join(declarations).split(";"):
        key, _, value = declaration.partition(":")
        if key.strip() in _PROPERTIES and _is_harmless(value):
            attributes[key.strip()] = value.replace("!important", "").strip()
    if attributes.get("display") == "none":
        return None
    cleaned = ElementTree.Element(name, attributes)
    for child in element:
        kept = _rebuild(child, rules)
        if kept is not None:
            cleaned.append(kept)
    return cleaned


def _is_harmless(value: str) -> bool:
    """Numbers, colours, path data, and references within the drawing."""
    rest = _REFERENCE.sub("", value)
    return "url" not in rest.lower() and _VALUE.fullmatch(rest) is not None


def _check_references(root: ElementTree.Element) -> None:
    """Take references out of what is referred to, and refuse a drawing that draws too much by the others."""
    sizes: dict[str, int] = {}
    for outer in root.iter():
        if outer.tag in _REFERRED_TO:
            sizes[outer.get("id", "")] = max(sizes.get(outer.get("id", ""), 0), sum(1 for _ in outer.iter()))
            for inner in outer.iter():
                for name in [name for name, value in inner.attrib.items() if "url" in value.lower()]:
                    del inner.attrib[name]
    values = (value for element in root.iter() for value in element.attrib.values())
    if sum(sizes.get(name, 0) for value in values for name in _REFERENCE.findall(value)) > MAX_DRAWN_AGAIN:
        raise Refused("logo_too_complex")


def _size(root: ElementTree.Element) -> tuple[float, float]:
    box = root.get("viewBox", "").replace(",", " ").split()
    sides = box[2:] if len(box) == 4 else [root.get("width", ""), root.get("height", "")]
    numbers = [_NUMBER.fullmatch(side) for side in sides]
    if not all(numbers):
        raise Refused("bad_logo")
    return float(numbers[0][1]), float(numbers[1][1])  # type: ignore[index]


def _check_ratio(width: float, height: float) -> None:
    if min(width, height) <= 0 or max(width, height) / min(width, height) > MAX_RATIO:
        raise Refused("bad_logo")

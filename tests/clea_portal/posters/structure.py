"""Reads the structure of tagged PDFs, independently of what wrote it."""

import io
import re
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream


def tags_in(pdf: bytes) -> list[Any]:
    """The structure of a document: each element as [role, attributes, kids…], marked contents as their text."""
    reader = PdfReader(io.BytesIO(pdf))
    numbers = {page.indirect_reference.idnum: texts_of_marks(page, reader) for page in reader.pages}
    return [_tag(kid.get_object(), numbers) for kid in reader.trailer["/Root"]["/StructTreeRoot"]["/K"].get_object()["/K"]]


def _tag(element: Any, texts: dict[int, dict[int, str]]) -> list[Any]:
    """Attributes are the language, and the text that stands for a picture."""
    page = element.raw_get("/Pg").idnum
    attributes = {name: str(element[f"/{name}"]) for name in ("Lang", "Alt") if f"/{name}" in element}
    kids = [texts[page][kid] if isinstance(kid, int) else _tag(kid.get_object(), texts) for kid in element["/K"]]
    return [element["/S"].removeprefix("/"), attributes, *kids]


def texts_of_marks(page: Any, reader: PdfReader) -> dict[int, str]:
    """What each marked content of a page shows; pictures show nothing."""
    fonts = {name: _unicode_of(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
    texts: dict[int, str] = {}
    mark, font = -1, {}
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator == b"BDC":
            mark = operands[1]["/MCID"]
            texts[mark] = ""
        elif operator == b"EMC":
            mark = -1
        elif operator == b"Tf":
            font = fonts[operands[0]]
        elif operator == b"TJ":
            codes = b"".join(item.original_bytes for item in operands[0] if not isinstance(item, (int, float)))
            texts[mark] += "".join(font[code] for code in zip(codes[::2], codes[1::2], strict=True))
    return texts


def unmarked(pdf: bytes) -> list[bytes]:
    """Operators that paint outside of any marked content, on all pages."""
    reader = PdfReader(io.BytesIO(pdf))
    found = []
    for page in reader.pages:
        depth = 0
        for _, operator in ContentStream(page.get_contents(), reader).operations:
            depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
            if depth == 0 and operator in {b"TJ", b"Tj", b"f", b"f*", b"S", b"B", b"Do", b"sh"}:
                found.append(operator)
    return found


def parents_are_right(pdf: bytes) -> bool:
    """Whether every marked content is found in the element that the parent tree names, and every element in its parent."""
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]["/StructTreeRoot"]
    numbers = root["/ParentTree"]["/Nums"]
    owners = {numbers[n]: numbers[n + 1].get_object() for n in range(0, len(numbers), 2)}
    for page in reader.pages:
        for mark, owner in enumerate(owners[page["/StructParents"]]):
            if mark not in owner["/K"]:
                return False
    return len(owners) == len(reader.pages) and _knows_its_kids(root["/K"])


def _knows_its_kids(element: Any) -> bool:
    kids = [kid for kid in element.get_object()["/K"] if not isinstance(kid, int)]
    number = element.idnum if hasattr(element, "idnum") else element.indirect_reference.idnum
    return all(kid.get_object().raw_get("/P").idnum == number and _knows_its_kids(kid) for kid in kids)


def _unicode_of(font: Any) -> dict[tuple[int, ...], str]:
    pairs = re.findall(r"<([0-9a-f]{4})> <([0-9a-f]*)>", font["/ToUnicode"].get_data().decode())
    return {tuple(bytes.fromhex(glyph)): bytes.fromhex(text).decode("utf-16-be") for glyph, text in pairs}

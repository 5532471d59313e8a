"""Pages made of pieces, written one after the other as a tagged PDF: nothing of a page is kept once it is written."""

import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, BinaryIO

import pydyf
from weasyprint import VERSION
from weasyprint.pdf.fonts import build_fonts_dictionary
from weasyprint.pdf.metadata import DocumentMetadata

from clea_portal.posters.drawing import Frozen, Matrix, blank_copy, freeze
from clea_portal.posters.pieces import Frame, Piece
from clea_portal.posters.sheets import Code
from clea_portal.posters.symbol import SIDE, make_symbol, operators_of
from clea_portal.posters.tagging import Node, Part

_REFERENCE = re.compile(rb"@([^@ ]+)@ 0 R")
_PACKET = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">%s</x:xmpmeta>
<?xpacket end="r"?>"""
# As small as level 9 for these contents, in a third of its time.
_COMPRESSION = 6
# A cross-reference: its kind, an offset in the file or the number of an object stream, a place in that stream.
_ENTRY = (1, 5, 2)


class File:
    """Numbered objects of a PDF 1.7, written as they come; small ones in compressed streams."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._position = 0
        self._entries = bytearray(sum(_ENTRY))
        self._write(b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n")

    def allocate(self) -> int:
        number = len(self._entries) // sum(_ENTRY)
        self._entries += bytes(sum(_ENTRY))
        return number

    def put_stream(self, content: bytes, head: bytes = b"", *, number: int | None = None, is_packed: bool = False) -> int:
        """A stream with the entries of its dictionary, compressed unless it already is."""
        if not is_packed:
            content, head = zlib.compress(content, _COMPRESSION), head + b"/Filter/FlateDecode"
        number = self.allocate() if number is None else number
        self._note(number, 1, self._position, 0)
        self._write(b"%d 0 obj\n<<%s/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, head, len(content), content))
        return number

    def put_all(self, objects: Sequence[tuple[int, bytes]]) -> None:
        """Objects without streams, packed into one."""
        if not objects:
            return
        stream = self.allocate()
        index = []
        offset = 0
        for place, (number, content) in enumerate(objects):
            index.append(b"%d %d" % (number, offset))
            offset += len(content) + 1
            self._note(number, 2, stream, place)
        head = b" ".join(index) + b"\n"
        contents = b"\n".join(content for _, content in objects)
        self.put_stream(head + contents, b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head)), number=stream)

    def finish(self, *, root: int, info: int) -> None:
        number = self.allocate()
        start = self._position
        self._note(number, 1, start, 0)
        head = b"/Type/XRef/W[%d %d %d]/Size %d/Root %d 0 R/Info %d 0 R" % (*_ENTRY, number + 1, root, info)
        self.put_stream(bytes(self._entries), head, number=number)
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _note(self, number: int, *values: int) -> None:
        entry = b"".join(value.to_bytes(size, "big") for value, size in zip(values, _ENTRY, strict=True))
        self._entries[number * len(entry) : (number + 1) * len(entry)] = entry

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._position += len(content)


class Binder:
    """A PDF/UA-1 in the making."""

    def __init__(self, file: BinaryIO, *, title: str, language: str, created_on: date) -> None:
        self._file = File(file)
        self._title, self._language, self._created_on = title, language, created_on
        self._pages, self._fonts_number, self._tree, self._document = (self._file.allocate() for _ in range(4))
        self._page_numbers: list[int] = []
        self._sections: list[int] = []
        self._owners: list[int] = []
        self._titles: list[str] = []
        self._fonts: dict[int, Any] = {}
        self._streams: dict[tuple[int, int, Matrix | None], int] = {}
        self._names: dict[bytes, int] = {b"fonts": self._fonts_number}
        self._pools: dict[int, dict[bytes, int]] = {}

    def add(self, frame: Frame, parts: Sequence[Piece], codes: Sequence[Code], *, title: str, language: str) -> None:
        """One page."""
        page = self._file.allocate()
        bases = [0]
        for piece in (frame.piece, *parts):
            bases.append(bases[-1] + piece.marks)
            self._use_fonts(piece)
        contents = [self._stream(frame.piece, 0, None)]
        contents += [
            self._stream(part, base, hole.spot.matrix) for part, base, hole in zip(parts, bases[1:], frame.holes, strict=False)
        ]
        objects = [
            (
                page,
                b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Contents[%s]/Resources<<%s>>/Tabs/S/StructParents %d>>"
                % (
                    self._pages,
                    _number(frame.width),
                    _number(frame.height),
                    _references(contents),
                    self._resources([frame.piece, *parts], codes),
                    len(self._page_numbers),
                ),
            )
        ]
        tags = _Tags(self._file, page, parts, bases, codes)
        section = tags.add(Node("Sect", frame.piece.node.kids, language if language != self._language else ""), self._document)
        owners = self._file.allocate()
        objects += tags.objects
        objects.append((owners, b"[%s]" % _references([tags.owners[mark] for mark in range(bases[-1])])))
        self._file.put_all(objects)
        self._page_numbers.append(page)
        self._sections.append(section)
        self._owners.append(owners)
        self._titles.append(title)

    def finish(self) -> None:
        """Write what belongs to all pages."""
        self._put_fonts()
        info, catalog, parents = (self._file.allocate() for _ in range(3))
        outline, objects = self._outline()
        metadata = self._metadata()
        pairs = b" ".join(b"%d %d 0 R" % pair for pair in enumerate(self._owners))
        objects += [
            (self._pages, b"<</Type/Pages/Kids[%s]/Count %d>>" % (_references(self._page_numbers), len(self._page_numbers))),
            (self._tree, b"<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R>>" % (self._document, parents)),
            (self._document, b"<</S/Document/P %d 0 R/K[%s]>>" % (self._tree, _references(self._sections))),
            (parents, b"<</Nums[%s]>>" % pairs),
            (
                info,
                b"<</Title%s/Producer(WeasyPrint %s)/CreationDate(D:%s)>>"
                % (_text(self._title), VERSION.encode(), f"{self._created_on:%Y%m%d}".encode()),
            ),
            (
                catalog,
                b"<</Type/Catalog/Pages %d 0 R/StructTreeRoot %d 0 R/MarkInfo<</Marked true>>/Lang%s/Metadata %d 0 R"
                b"/ViewerPreferences<</DisplayDocTitle true>>%s>>"
                % (self._pages, self._tree, _text(self._language), metadata, outline),
            ),
        ]
        self._file.put_all(objects)
        self._file.finish(root=catalog, info=info)

    def _stream(self, piece: Piece, base: int, matrix: Matrix | None) -> int:
        """The same piece at the same place with the same numbers is one stream, on however many pages."""
        key = (piece.serial, base, matrix)
        if key not in self._streams:
            operators = piece.segments[0] + b"".join(
                b"%d%s" % (number, segment) for number, segment in enumerate(piece.segments[1:], start=base)
            )
            moved = b"%s cm\n" % b" ".join(map(_number, matrix)) if matrix else b""
            operators = b"q %s%s\nQ" % (moved, operators)
            self._streams[key] = self._file.put_stream(operators)
        return self._streams[key]

    def _resources(self, pieces: Sequence[Piece], codes: Sequence[Code]) -> bytes:
        kinds: dict[str, dict[str, bytes]] = {"XObject": {}}
        for piece in pieces:
            numbers = self._pool(piece)
            for kind, values in piece.graphics.named.items():
                for name, value in values.items():
                    kinds.setdefault(kind, {})[name] = _resolve(value, numbers)
        for number, code in enumerate(codes):
            head = b"/Type/XObject/Subtype/Form/BBox[0 0 %d %d]/Resources<<>>" % (SIDE, SIDE)
            operators = b"0 g\n" + operators_of(make_symbol(code.link))
            kinds["XObject"][f"C{number}"] = b"%d 0 R" % self._file.put_stream(operators, head)
        return b"/Font %d 0 R" % self._fonts_number + b"".join(
            b"/%s<<%s>>" % (kind.encode(), b"".join(b"/%s %s" % (name.encode(), value) for name, value in values.items()))
            for kind, values in kinds.items()
            if values
        )

    def _pool(self, piece: Piece) -> dict[bytes, int]:
        """Numbers of the objects that a piece names."""
        for name, objects in piece.graphics.pictures.items():
            if f"{name}.0".encode() not in self._names:
                self._names |= self._put_frozen(objects, f"{name}.")
        if not piece.graphics.pool:
            return self._names
        if piece.serial not in self._pools:
            self._pools[piece.serial] = self._put_frozen(piece.graphics.pool, "")
        return self._names | self._pools[piece.serial]

    def _put_frozen(self, objects: Sequence[Frozen], prefix: str) -> dict[bytes, int]:
        numbers = {f"{prefix}{place}".encode(): self._file.allocate() for place in range(len(objects))}
        known = self._names | numbers
        for number, (head, stream) in zip(numbers.values(), objects, strict=True):
            head = _resolve(head, known)  # noqa: PLW2901
            if stream is None:
                self._file.put_all([(number, head)])
            else:
                self._file.put_stream(stream, head, number=number, is_packed=True)
        return numbers

    def _use_fonts(self, piece: Piece) -> None:
        for key, font in piece.fonts.items():
            if key not in self._fonts:
                self._fonts[key] = blank_copy(font)
            for kind in ("widths", "to_unicode", "missing"):
                everything = getattr(self._fonts[key], kind)
                for glyph, value in getattr(font, kind).items():
                    everything.setdefault(glyph, value)

    def _put_fonts(self) -> None:
        things = _Things(self._file)
        fonts = build_fonts_dictionary(things, self._fonts, True, True, {"hinting": False, "pdf_version": "1.7"})
        for thing in things.streams:
            head, content = freeze(thing)
            self._file.put_stream(content or b"", head, number=thing.number, is_packed=True)
        self._file.put_all([*((thing.number, thing.data) for thing in things.plain), (self._fonts_number, fonts.data)])

    def _metadata(self) -> int:
        described = DocumentMetadata(title=self._title, created=self._created_on.isoformat())
        packet = _PACKET % described.generate_rdf_metadata("ua", 1, None)
        return self._file.put_stream(packet, b"/Type/Metadata/Subtype/XML")

    def _outline(self) -> tuple[bytes, list[tuple[int, bytes]]]:
        """Bookmarks of a document of several pages: the entry of the catalog, and the objects."""
        if len(self._titles) < 2:
            return b"", []
        root, *items = (self._file.allocate() for _ in range(len(self._titles) + 1))
        objects = [(root, b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (items[0], items[-1], len(items)))]
        for place, (item, title, page) in enumerate(zip(items, self._titles, self._page_numbers, strict=True)):
            before = b"/Prev %d 0 R" % items[place - 1] if place else b""
            after = b"/Next %d 0 R" % items[place + 1] if place + 1 < len(items) else b""
            objects.append((item, b"<</Title%s/Parent %d 0 R%s%s/Dest[%d 0 R/Fit]>>" % (_text(title), root, before, after, page)))
        return b"/Outlines %d 0 R" % root, objects


class _Things:
    """Takes the objects that WeasyPrint makes of fonts."""

    def __init__(self, file: File) -> None:
        self._file = file
        self.streams: list[Any] = []
        self.plain: list[Any] = []

    def add_object(self, thing: Any) -> None:
        thing.number = self._file.allocate()
        (self.streams if isinstance(thing, pydyf.Stream) else self.plain).append(thing)


class _Tags:
    """The structure elements of one page. `owners`: which one has each marked content."""

    def __init__(self, file: File, page: int, parts: Sequence[Piece], bases: Sequence[int], codes: Sequence[Code]) -> None:
        self._file, self._page, self._parts, self._bases, self._codes = file, page, parts, bases, codes
        self.objects: list[tuple[int, bytes]] = []
        self.owners: dict[int, int] = {}

    def add(self, node: Node, parent: int, base: int = 0) -> int:
        number = self._file.allocate()
        kids = b" ".join(self._kids(node.kids, number, base))
        self.objects.append(
            (
                number,
                b"<</S/%s/P %d 0 R/Pg %d 0 R/K[%s]%s>>" % (node.role.encode(), parent, self._page, kids, self._details(node)),
            )
        )
        return number

    def _kids(self, kids: Sequence[Node | Part | int], parent: int, base: int) -> Iterator[bytes]:
        for kid in kids:
            if isinstance(kid, int):
                self.owners[base + kid] = parent
                yield b"%d" % (base + kid)
            elif isinstance(kid, Part):
                yield from self._kids(self._parts[kid.number].node.kids, parent, self._bases[kid.number + 1])
            else:
                yield b"%d 0 R" % self.add(kid, parent, base)

    def _details(self, node: Node) -> bytes:
        language = b"/Lang%s" % _text(node.language) if node.language else b""
        if node.spot is None:
            return language + (b"/A%s" % node.attributes if node.attributes else b"")
        alternative = node.alternative if node.code is None else self._codes[node.code].alternative
        box = b" ".join(map(_number, node.spot))
        return language + b"/Alt%s/A<</O/Layout/Placement/Block/BBox[%s]>>" % (_text(alternative), box)


def _resolve(content: bytes, numbers: dict[bytes, int]) -> bytes:
    return _REFERENCE.sub(lambda match: b"%d 0 R" % numbers[match[1]], content)


def _references(numbers: Sequence[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _number(value: float) -> bytes:
    return f"{value:.4f}".rstrip("0").rstrip(".").encode()


def _text(text: str) -> bytes:
    return bytes(pydyf.String(text).data)

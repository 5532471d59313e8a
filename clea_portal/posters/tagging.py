"""The structure of a page for those who do not see it (PDF 1.7, 14.8; PDF/UA-1), from the elements that WeasyPrint laid out."""

from dataclasses import dataclass, field
from typing import Any

from weasyprint.formatting_structure.boxes import ReplacedBox, TextBox
from weasyprint.layout.absolute import AbsolutePlaceholder

from clea_portal.posters.drawing import Canvas, CodePlace, PartPlace, alternative_of

# An element without a role hands what it holds to what holds it; text right in it makes a paragraph.
_TEXTS = {
    "p": "P", "dt": "P", "dd": "P", "h1": "H1", "h2": "H2", "h3": "H3", "h4": "H4", "h5": "H5", "h6": "H6", "li": "LBody",
    "caption": "Caption", "figcaption": "Caption", "th": "TH", "td": "TD",
}  # fmt: skip
_GROUPS = {
    "ul": "L", "ol": "L", "section": "Sect", "article": "Art", "blockquote": "BlockQuote", "table": "Table", "thead": "THead",
    "tbody": "TBody", "tfoot": "TFoot", "tr": "TR",
}  # fmt: skip
_INLINE = frozenset({"a", "abbr", "b", "bdi", "bdo", "br", "code", "em", "i", "small", "span", "strong", "sub", "sup", "time"})
_CELLS = frozenset({"tr", "th", "td"})


@dataclass(slots=True)
class Node:
    """A structure element. `kids`: elements, numbers of marked contents, and parts.

    `language`: when it is not that of what holds it; `code`: the code whose alternative text it has; `spot`: where a figure
    stands, left, bottom, right, top in points; `attributes`: of lists and tables, as PDF.
    """

    role: str
    kids: "list[Node | Part | int]" = field(default_factory=list)
    language: str = ""
    alternative: str = ""
    code: int | None = None
    spot: tuple[float, float, float, float] | None = None
    attributes: bytes = b""


@dataclass(frozen=True, slots=True)
class Part:
    """The place of a part, by its number."""

    number: int


def tag(box: Any, *, document: Any, root: Any, canvas: Canvas) -> Node:
    """The structure of a laid out box, of which the element is `root`, as it was drawn on the canvas."""
    tagger = _Tagger(document, root, canvas)
    tagger.visit(box)
    return tagger.node


class _Tagger:
    def __init__(self, document: Any, root: Any, canvas: Canvas) -> None:
        self._parents = {child: parent for parent in document.iter() for child in parent}
        self._canvas = canvas
        self.node = Node("Div")
        self._groups: dict[Any, Node] = {root: self.node}
        self._holders: dict[Any, Node] = {root: self.node} if _holds_text(root) else {}

    def visit(self, box: Any) -> None:
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        if isinstance(box, TextBox):
            if (mark := self._canvas.marks.get(box)) is not None:
                self._add_text(box, mark)
            return
        if isinstance(box, ReplacedBox):
            self._add_picture(box)
            return
        # An empty cell holds the others of its table in their columns.
        if box.element is not None and box.element.tag in _CELLS:
            self._group(box.element)
        for child in getattr(box, "children", ()):
            self.visit(child)

    def _add_text(self, box: Any, mark: int) -> None:
        if box.element_tag.endswith("::marker"):
            body = self._group(box.element)
            items = self._group(self._parents[box.element])
            items.attributes = items.attributes or b"<</O/List/ListNumbering/Disc>>"
            next(kid for kid in items.kids if isinstance(kid, Node) and body in kid.kids).kids.insert(0, Node("Lbl", [mark]))
        else:
            self._holder(box.element).kids.append(mark)

    def _add_picture(self, box: Any) -> None:
        place = box.replacement
        parent = self._parents[box.element]
        holder = self._holder(parent) if _holds_text(parent) else self._group(parent)
        if isinstance(place, PartPlace):
            holder.kids.append(Part(place.number))
        elif (mark := self._canvas.marks.get(box)) is not None:
            figure = Node("Figure", [mark], language=self._new_language(box.element), spot=self._canvas.spots[box].box())
            if isinstance(place, CodePlace):
                figure.code = place.number
            else:
                figure.alternative = alternative_of(box)
            holder.kids.append(figure)

    def _group(self, element: Any) -> Node:
        """What holds the blocks in an element."""
        if element not in self._groups:
            self._groups[element] = self._make_group(element)
        return self._groups[element]

    def _make_group(self, element: Any) -> Node:
        parent = self._parents[element]
        language = self._new_language(element)
        if element.tag in _INLINE:
            return _add(Node("Span", language=language), to=self._holder(parent)) if language else self._holder(parent)
        outer = self._group(parent)
        if element.tag == "li":
            item = _add(Node("LI", language=language), to=outer)
            return _add(Node("LBody"), to=item)
        role = _TEXTS.get(element.tag) or _GROUPS.get(element.tag) or ("Div" if language else "")
        if not role:
            return outer
        return _add(Node(role, language=language, attributes=_attributes_of(element)), to=outer)

    def _holder(self, element: Any) -> Node:
        """What holds the text in an element."""
        if element not in self._holders:
            group = self._group(element)
            self._holders[element] = group if _holds_text(element) else _add(Node("P"), to=group)
        return self._holders[element]

    def _new_language(self, element: Any) -> str:
        own = str(element.get("lang", ""))
        outer = self._parents.get(element)
        while own and outer is not None:
            if inherited := outer.get("lang"):
                return own if own != inherited else ""
            outer = self._parents.get(outer)
        return own


def _add(node: Node, *, to: Node) -> Node:
    to.kids.append(node)
    return node


def _holds_text(element: Any) -> bool:
    return element.tag in _TEXTS or element.tag in _INLINE


def _attributes_of(element: Any) -> bytes:
    if element.tag == "ol":
        return b"<</O/List/ListNumbering/Decimal>>"
    if element.tag not in {"th", "td"}:
        return b""
    scope = {"row": b"/Scope/Row"}.get(element.get("scope"), b"/Scope/Column") if element.tag == "th" else b""
    spans = [(b"/ColSpan", element.get("colspan", "1")), (b"/RowSpan", element.get("rowspan", "1"))]
    wide = b"".join(b"%s %d" % (name, int(count)) for name, count in spans if count != "1")
    return b"<</O/Table%s%s>>" % (scope, wide) if scope or wide else b""

"""`{% part %}…{% or %}…{% endpart %}` in templates of sheets: what differs from page to page (see posters.sheets)."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from clea_portal.posters.sheets import PART_END, PART_OR, PART_START

register = template.Library()


class _Part(template.Node):
    def __init__(self, variants: list[Any]) -> None:
        self.variants = variants

    def render(self, context: Any) -> SafeString:
        inside = PART_OR.join(nodes.render(context).strip() for nodes in self.variants)
        return mark_safe(PART_START + inside + PART_END)  # noqa: S308 - the inside is escaped by its own tags


@register.tag
def part(parser: Any, _token: Any) -> _Part:
    variants = []
    while True:
        variants.append(parser.parse(("or", "endpart")))
        if parser.next_token().contents == "endpart":
            return _Part(variants)

"""`{% part %}…{% endpart %}` in the template of a sheet: what differs from page to page (see `clea_portal.posters.sheets`)."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from clea_portal.posters.sheets import PART_END, PART_START

register = template.Library()


class _Part(template.Node):
    def __init__(self, nodes: Any) -> None:
        self.nodes = nodes

    def render(self, context: Any) -> SafeString:
        return mark_safe(PART_START + self.nodes.render(context) + PART_END)  # noqa: S308 - the inside is escaped by its own tags


@register.tag
def part(parser: Any, _token: Any) -> _Part:
    nodes = parser.parse(("endpart",))
    parser.delete_first_token()
    return _Part(nodes)

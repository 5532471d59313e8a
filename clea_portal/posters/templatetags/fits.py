"""`{% fit 20 9 %}…{% endfit %}`: the content of an area, set in 20 points, or in as many fewer as it needs, down to 9."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from clea_portal.posters.fitting import steps_between
from clea_portal.posters.sheets import PART_END, PART_OR, PART_START

register = template.Library()


class _Fit(template.Node):
    def __init__(self, nodes: Any, points: float, least: float) -> None:
        self.nodes, self.sizes = nodes, steps_between(points, least)

    def render(self, context: Any) -> SafeString:
        text = self.nodes.render(context)
        alternatives = PART_OR.join(f'<div class="fit" style="font-size:{size:g}pt">{text}</div>' for size in self.sizes)
        return mark_safe(PART_START + alternatives + PART_END)  # noqa: S308 - the inside is escaped by its own tags


@register.tag
def fit(parser: Any, token: Any) -> _Fit:
    _, points, least = token.split_contents()
    nodes = parser.parse(("endfit",))
    parser.delete_first_token()
    return _Fit(nodes, float(points), float(least))

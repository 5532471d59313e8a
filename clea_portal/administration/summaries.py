"""A group of settings in the words of its form, for summaries."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from clea_portal.administration.groups import Group


def summary(group: Group, values: dict[str, Any]) -> dict[str, Any]:
    """``group``, and ``facts`` as components/facts.html takes them. ``values``: by names of the country's fields."""
    form = group.form()
    facts = [
        {"label": str(field.label).replace(_(" (optional)"), ""), "value": _shown(field, form.shown(values[name]))}
        for name, field in form.fields.items()
        if name in values
    ]
    return {"group": group, "facts": facts}


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in field.choices}  # type: ignore[misc, union-attr]
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(one), str(one)) for one in chosen)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

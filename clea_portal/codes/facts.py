"""What a place's page says that its codes carry."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.codes.contacts import readable_phone
from clea_portal.codes.models import IssuedCode, Place

# As a sentence names them: “Changed since: …”.
_EDITED = {
    "venue_type": gettext_lazy("the type of place"),
    "venue_category1": gettext_lazy("the capacity"),
    "venue_category2": gettext_lazy("the floor area"),
    "region": gettext_lazy("the region"),
    "phone": gettext_lazy("the phone number"),
    "pin": gettext_lazy("the PIN"),
    "start": gettext_lazy("the start"),
    "end": gettext_lazy("the end"),
}


def edited_since(code: IssuedCode) -> list[str]:
    """What has changed of the place since the code was issued, in words."""
    return in_words(code.edited_since)


def in_words(names: Collection[str]) -> list[str]:
    """Names of fields that a code carries, as a sentence says them."""
    return [str(label) for name, label in _EDITED.items() if name in names]


def facts_of(place: Place, *, may_write: bool) -> list[dict[str, Any]]:
    """Rows of components/facts.html. The PIN proves who answers the phone: only those who may change it see it."""
    labels = {(row.level, row.number): row.label for row in place.country.venue_categories.all()}
    facts = [{"label": _("Type of place"), "value": place.venue_type.label}]
    for level, label in ((1, _("Capacity")), (2, _("Floor area"))):
        number = getattr(place, f"venue_category{level}")
        if number:
            facts.append({"label": label, "value": labels.get((level, number), number)})
    facts.append({"label": _("Region"), "value": str(place.region)})
    if place.country.has_tracing:
        facts.append({"label": _("Phone"), "value": readable_phone(place.phone) if place.phone else _("none yet")})
        if may_write and place.pin:
            facts.append(
                {"label": _("PIN"), "value": place.pin, "note": _("The contact tracing team asks for it when it calls.")}
            )
    return facts

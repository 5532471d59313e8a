"""Types of place and their categories: numbers in codes, words on pages. A number never changes its meaning: it is retired."""

from typing import Any

from django.db import IntegrityError, transaction

from clea_portal.accounts.models import User
from clea_portal.administration.changes import facts_of, record_change
from clea_portal.administration.staff_errors import NumberTaken
from clea_portal.authorities.models import Country, VenueCategory, VenueType

HIGHEST_TYPE, HIGHEST_CATEGORY = 31, 15
Labels = VenueType | VenueCategory


@transaction.atomic
def add_type(country: Country, *, by: User | None, number: int, letters: str, label_fr: str, label_en: str) -> VenueType:
    """At the end of the list. Raises NumberTaken."""
    Country.objects.select_for_update().get(pk=country.pk)
    position = max((row.position for row in country.venue_types.all()), default=-1) + 1
    fields = {"letters": letters, "label_fr": label_fr, "label_en": label_en, "position": position}
    try:
        with transaction.atomic():
            added = VenueType.objects.create(country=country, number=number, **fields)
    except IntegrityError:
        raise NumberTaken(number=number, name=country.venue_types.get(number=number).label) from None
    record_change(actor=by, verb="venue_type_added", on=added)
    return added


@transaction.atomic
def add_category(country: Country, *, by: User | None, level: int, number: int, label_fr: str, label_en: str) -> VenueCategory:
    """``level``: 1 or 2. Raises NumberTaken."""
    labels = {"label_fr": label_fr, "label_en": label_en}
    try:
        with transaction.atomic():
            added = VenueCategory.objects.create(country=country, level=level, number=number, **labels)
    except IntegrityError:
        there = country.venue_categories.get(level=level, number=number)
        raise NumberTaken(number=number, name=there.label) from None
    record_change(actor=by, verb="venue_category_added", on=added)
    return added


@transaction.atomic
def change_labels(row: Labels, *, by: User | None, **changes: Any) -> bool:
    """Of a type or category: ``label_fr``, ``label_en``, ``letters``, ``retired``, ``position``. Whether it differs."""
    before = facts_of(row)
    for name, value in changes.items():
        setattr(row, name, value)
    if facts_of(row) == before:
        return False
    row.save(update_fields=list(changes))
    kind = "venue_type" if isinstance(row, VenueType) else "venue_category"
    record_change(actor=by, verb=f"{kind}_changed", on=row, before=before)
    return True


@transaction.atomic
def move_type(chosen: VenueType, *, by: User | None, steps: int) -> None:
    """Up the list for negative ``steps``, down for positive ones; at its ends it stays there."""
    Country.objects.select_for_update().get(pk=chosen.country_id)
    rows = list(VenueType.objects.filter(country=chosen.country_id).order_by("position", "number"))
    here = next(place for place, row in enumerate(rows) if row.pk == chosen.pk)
    moved = rows.pop(here)
    rows.insert(max(0, min(len(rows), here + steps)), moved)
    for position, row in enumerate(rows):
        if row.position != position:
            change_labels(row, by=by, position=position)

"""The regions of a country: what the region byte of a contact message means there."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.text import capfirst

from clea_portal.accounts.models import User
from clea_portal.administration.changes import facts_of, record_change
from clea_portal.administration.staff_errors import NumberTaken, RegionInUse
from clea_portal.authorities.france import DEPARTMENTS, region_number
from clea_portal.authorities.models import Country, Region

NAME_LIMIT = 80
HIGHEST = 255


@dataclass(frozen=True, kw_only=True)
class Put:
    """How many regions are new, and how many got another name."""

    added: int
    renamed: int


@transaction.atomic
def add_region(country: Country, *, by: User | None, number: int, name: str) -> Region:
    """Raises NumberTaken."""
    try:
        with transaction.atomic():
            region = Region.objects.create(country=country, number=number, name=name)
    except IntegrityError:
        raise NumberTaken(number=number, name=Region.objects.get(country=country, number=number).name) from None
    record_change(actor=by, verb="region_added", on=region)
    return region


@transaction.atomic
def rename_region(region: Region, *, by: User | None, name: str) -> None:
    before = facts_of(region)
    if region.name != name:
        region.name = name
        region.save(update_fields=["name"])
        record_change(actor=by, verb="region_renamed", on=region, before=before)


@transaction.atomic
def remove_region(region: Region, *, by: User | None) -> None:
    """Only while nothing hangs on it. Raises RegionInUse."""
    record_change(actor=by, verb="region_removed", on=region)
    try:
        with transaction.atomic():
            region.delete()
    except ProtectedError as error:
        models = {type(row) for row in error.protected_objects}
        names = sorted(capfirst(str(model._meta.verbose_name_plural)) for model in models)
        raise RegionInUse(", ".join(names)) from None


@transaction.atomic
def put_regions(country: Country, *, by: User | None, rows: Mapping[int, str], rename: bool = True) -> Put:
    """Have these regions, by number; others stay as they are. ``rename``: whether known numbers get these names."""
    Country.objects.select_for_update().get(pk=country.pk)
    known = {region.number: region for region in country.regions.all()}
    added = renamed = 0
    for number, name in sorted(rows.items()):
        region = known.get(number)
        if region is None:
            add_region(country, by=by, number=number, name=name)
            added += 1
        elif rename and region.name != name:
            rename_region(region, by=by, name=name)
            renamed += 1
    return Put(added=added, renamed=renamed)


def add_departments(country: Country, *, by: User | None) -> Put:
    """France's, beside what is there: a number that has a name keeps it."""
    return put_regions(country, by=by, rows=dict(DEPARTMENTS), rename=False)


def number_of(text: str, *, country: Country) -> int | None:
    """The region byte that somebody means: a number from 0 to 255; in France also the code of a department. None for nonsense."""
    text = text.strip()
    if country.code == "FR" and (department := region_number(text)) is not None:
        return department
    if not text.isascii() or not text.isdigit() or len(text) > 3 or int(text) > HIGHEST:
        return None
    return int(text)

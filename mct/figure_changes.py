"""Says that something changed of which figures are kept: called by what changes a case, in the same transaction."""

from collections.abc import Iterable
from datetime import datetime, time

from django.db.models.functions import TruncDate

from clea_portal.authorities.models import Region
from mct.figure_models import DayChange, DayFigures
from mct.models import Case

NOON = time(12)


def case_changed(case: Case) -> None:
    DayChange.objects.create(region_id=case.region_id, registered_at=case.created_at)


def cases_changed(found: Iterable[tuple[int, datetime]]) -> None:
    """``found``: region and time of registration of each."""
    DayChange.objects.bulk_create([DayChange(region_id=region, registered_at=at) for region, at in set(found)], batch_size=500)


def everything_changed() -> None:
    """Have every day counted anew: those that have cases, and those that figures are kept of."""
    for region in Region.objects.select_related("country"):
        zone = region.country.zone
        cases = Case.objects.filter(region=region).order_by()
        days = set(cases.annotate(day=TruncDate("created_at", tzinfo=zone)).values_list("day", flat=True).distinct())
        days |= set(DayFigures.objects.filter(region=region).values_list("day", flat=True))
        cases_changed((region.pk, datetime.combine(day, NOON, tzinfo=zone)) for day in days)

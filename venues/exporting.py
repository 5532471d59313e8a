"""The list of venues as CSV, which spreadsheets open without running anything in it, and which can be imported again."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from clea_portal.codes.contacts import national_phone
from venues.glance import glances
from venues.models import Venue

# Spreadsheets take a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def venues_as_csv(venues: Iterable[Venue], *, writers: frozenset[int], now: datetime) -> str:
    """``writers``: ids of the organisations for which the person may write; PINs of others stay out."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(
        [
            *(_("name"), _("type"), _("region"), _("phone"), _("PIN"), _("capacity"), _("floor area")),
            *(_("organisation"), _("check code"), _("issued"), _("next renewal"), _("state"), _("rooms"), _("displays")),
        ]
    )
    for row in glances(list(venues), now=now):
        venue = row.venue
        cells = [
            venue.name.replace("\n", " "),
            venue.venue_type.label,
            str(venue.region.number),
            national_phone(venue.phone, country=venue.country.code) if venue.phone else "",
            venue.pin if venue.organisation_id in writers else "",
            str(venue.venue_category1),
            str(venue.venue_category2),
            venue.organisation.name,
            row.code.check_code if row.code else "",
            timezone.localtime(row.code.created_at).date().isoformat() if row.code else "",
            row.next_renewal.isoformat() if row.next_renewal else "",
            str(row.state.label),
            str(row.rooms),
            str(row.displays),
        ]
        rows.writerow([safe_cell(cell) for cell in cells])
    # Spreadsheets read UTF-8 only behind this mark.
    return "\ufeff" + out.getvalue()

"""What the worker does for venues (settings.JOB_KINDS, settings.JOB_CHECKS)."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from clea_portal.accounts.models import Organisation, User
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.messages import no_key_message
from clea_portal.codes.printing.jobs import check_prints, make_prints
from clea_portal.codes.printing.messages import overtaken_message
from clea_portal.codes.printing.subjects import Subject
from clea_portal.jobs.files import safe_name
from clea_portal.jobs.results import JobRefused, Result
from clea_portal.jobs.running import Report
from venues.exporting import venues_as_csv
from venues.importing import import_venues, understand
from venues.models import Venue
from venues.printing import find_again


def bundle(job_arguments: dict[str, Any], /, *, by: User, report: Report) -> Result:
    """Prints of a venue, a day pack or many venues; or a whole bundle."""
    return make_prints(_subject(job_arguments, by=by), job_arguments, by=by, report=report)


def check_bundle(job_arguments: dict[str, Any], /, *, by: User) -> None:
    check_prints(_subject(job_arguments, by=by), job_arguments)


def _subject(job_arguments: dict[str, Any], *, by: User) -> Subject:
    try:
        return find_again(job_arguments["subject"], user=by)
    except Http404 as error:
        raise JobRefused(overtaken_message()) from error


def import_list(job_arguments: dict[str, Any], /, *, by: User, report: Report) -> Result:
    """Make all venues of a list; the result is the list of what was made."""
    organisation = (
        Organisation.objects.editable_by(by).select_related("country").filter(uuid=job_arguments["organisation"]).first()
    )
    if organisation is None:
        raise JobRefused(_("You may no longer make venues for this organisation."))
    understood = understand(job_arguments["text"], country=organisation.country)
    if not understood.is_complete:
        raise JobRefused(
            _("This list no longer fits your country's choices. Import it again: each mistake is named with its line.")
        )
    report(0, len(understood.rows))
    now = timezone.now()
    try:
        made = import_venues(rows=understood.rows, batch=UUID(job_arguments["batch"]), organisation=organisation, by=by, now=now)
    except NoKey:
        raise JobRefused(no_key_message()) from None
    venues = Venue.objects.with_country().filter(pk__in=[venue.pk for venue in made]).order_by("pk")
    content = venues_as_csv(venues, writers=frozenset({organisation.pk}), now=now).encode()
    report(len(made), len(made))
    return Result(file=content, name=safe_name(f"CLEA {organisation.name}.csv"), content_type="text/csv; charset=utf-8")

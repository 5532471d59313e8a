from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from clea_portal.authorities.models import Country
from mct.contact_links import end_expired
from mct.contact_models import RegisterPage
from mct.desk_models import SavedFilter
from mct.dossier_models import Dossier
from mct.enums import CaseState
from mct.figure_changes import cases_changed
from mct.models import Case, CodeRequest, Declaration

# A draft or a case that nobody went on with is deleted too, this long after the case retention has passed over it.
FORGOTTEN = timedelta(days=60)
BATCH = 500


def purge(*, now: datetime) -> int:
    """Delete old requests, secrets of old links, register pages, selections of those who left, and cases past their retention
    with all of theirs, and dossiers without a case; how many rows.
    """
    # Who has left contact tracing needs no selections of its list.
    rows = SavedFilter.objects.filter(owner__team_memberships=None).delete()[0]
    rows += CodeRequest.objects.filter(expires_at__lte=now).delete()[0]
    rows += end_expired(now=now)
    rows += RegisterPage.objects.filter(expires_at__lte=now).delete()[0]
    for country in Country.objects.all():
        limit = now - timedelta(days=country.case_retention_days)
        cases = Case.objects.filter(region__in=list(country.regions.values_list("pk", flat=True)))
        rows += _purge_cases(cases.filter(state=CaseState.CLOSED, state_changed_at__lt=limit))
        rows += _purge_cases(cases.exclude(state=CaseState.CLOSED).filter(state_changed_at__lt=limit - FORGOTTEN))
    rows += Dossier.objects.filter(cases=None).delete()[0]
    # As long as its hours could be declared anew, a declaration stands in the way of a second one.
    longest = max([15, *Country.objects.values_list("horizon_days", flat=True)])
    wanted = Case.objects.filter(declarations=OuterRef("pk"))
    rows += Declaration.objects.filter(~Exists(wanted), created_at__lt=now - timedelta(days=longest)).delete()[0]
    return rows


def _purge_cases(cases: "QuerySet[Case]") -> int:
    """Batch by batch, each locked first: what somebody is just working on is passed over, for it is not old any more."""
    rows = 0
    while True:
        with transaction.atomic():
            found = list(cases.order_by("pk").select_for_update().values_list("pk", "region", "created_at")[:BATCH])
            if not found:
                return rows
            cases_changed((region, created_at) for _pk, region, created_at in found)
            rows += Case.objects.filter(pk__in=[pk for pk, _region, _created_at in found]).delete()[0]

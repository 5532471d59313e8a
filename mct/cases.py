"""Cases: registered, corrected, tried again, closed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from clea_portal.accounts.models import User
from clea_portal.authorities.models import Region
from mct.enums import IN_FORCE, CaseState, Entry, Problem
from mct.intake import add_evidence
from mct.models import Case
from mct.moves import IllegalMove, lock_case, move_case, note, relink


def register_case(
    *,
    region: Region,
    exposure_start: datetime,
    exposure_end: datetime,
    infected_count: int,
    reference: str,
    notes: str,
    pictures: Sequence[bytes],
    links: Sequence[str],
    by: User,
) -> Case:
    """A new case; with pictures or links it is linked at once, else it stays a draft. Raises TooManyPictures, NotALink."""
    with transaction.atomic():
        case = Case.objects.create(
            region=region,
            exposure_start=exposure_start,
            exposure_end=exposure_end,
            infected_count=infected_count,
            reference=reference,
            notes=notes,
            created_by=by,
        )
        note(case, Entry.REGISTERED, by=by)
        add_evidence(case=case, pictures=pictures, links=links, by=by)
    case.refresh_from_db()
    return case


def correct_case(
    *, case: Case, exposure_start: datetime, exposure_end: datetime, infected_count: int, reference: str, notes: str, by: User
) -> None:
    """Change what was registered and have the case checked again. Raises IllegalMove once something is declared."""
    with transaction.atomic():
        case = lock_case(case.pk)
        hours_change = (case.exposure_start, case.exposure_end) != (exposure_start, exposure_end)
        if case.state == CaseState.CLOSED or (hours_change and case.declarations.filter(state__in=IN_FORCE).exists()):
            raise IllegalMove
        Case.objects.filter(pk=case.pk).update(
            exposure_start=exposure_start,
            exposure_end=exposure_end,
            infected_count=infected_count,
            reference=reference,
            notes=notes,
        )
        note(case, Entry.CORRECTED, by=by)
        if hours_change and case.state in (CaseState.NEEDS_ATTENTION, CaseState.READY):
            relink(case, by=by)


def retry_case(*, case: Case, by: User) -> None:
    """Link a case that needs attention again, after something outside it was mended. Raises IllegalMove.

    After a refusal the agent orders a new declaration when the case is ready again.
    """
    with transaction.atomic():
        case = lock_case(case.pk)
        if case.state != CaseState.NEEDS_ATTENTION or case.problem == Problem.UNKNOWN_OUTCOME:
            raise IllegalMove
        note(case, Entry.RETRIED, by=by)
        relink(case, by=by)


def close_case(*, case: Case, by: User) -> None:
    """Nothing is left to do. Raises IllegalMove while something is on its way."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if case.problem == Problem.UNKNOWN_OUTCOME:
            raise IllegalMove
        note(case, Entry.CLOSED, by=by)
        move_case(case, CaseState.CLOSED, by=by)

"""Cases: registered, corrected, tried again, closed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from clea_portal.accounts.models import User
from clea_portal.authorities.models import Region
from mct.contact_links import end_links
from mct.dossiers import take_spot
from mct.enums import IN_FORCE, UNFINISHED, CaseState, ClosingReason, DeclarationState, Entry, LinkEnding, Problem
from mct.intake import add_evidence
from mct.models import Case
from mct.moves import IllegalMove, lock_case, move_case, note, relink
from mct.searching import index_case

# As long as nobody has proposed or declared the hours, they can be corrected.
_OPEN_TO_CORRECTION = frozenset({CaseState.DRAFT, CaseState.LINKING, CaseState.NEEDS_ATTENTION, CaseState.READY})


def register_case(
    *,
    region: Region,
    exposure_start: datetime,
    exposure_end: datetime,
    infected_count: int,
    reference: str,
    notes: str,
    venue_type: str = "",
    pictures: Sequence[bytes],
    links: Sequence[str],
    by: User,
    uuid: UUID | None = None,
    beside: Case | None = None,
    same_place: bool = False,
) -> Case:
    """A new case; with pictures or links it is linked at once, else it stays a draft.

    ``uuid``: its number, where it was given out before, so that the same registration sent twice makes one case.
    ``venue_type``: the number of a type of place of the region's country, for the figures; "": not said.
    ``beside``: another case of the same person; ``same_place``: this one is of its place too, with another code or span.
    Raises TooManyPictures, NotALink, IntegrityError for a number that a case has already; beside a case, what
    ``take_spot`` raises.
    """
    with transaction.atomic():
        spot = take_spot(beside, same_place=same_place) if beside else None
        case = Case.objects.create(
            dossier=spot.dossier if spot else None,
            place=spot.place if spot else None,
            uuid=uuid or uuid4(),
            region=region,
            exposure_start=exposure_start,
            exposure_end=exposure_end,
            infected_count=infected_count,
            reference=reference,
            notes=notes,
            venue_type=venue_type,
            created_by=by,
        )
        note(case, Entry.REGISTERED, by=by)
        if beside:
            note(case, Entry.BESIDE, by=by, other=str(beside.uuid))
            note(beside, Entry.BESIDE, by=by, other=str(case.uuid))
        index_case(case)
        add_evidence(case=case, pictures=pictures, links=links, by=by)
    case.refresh_from_db()
    return case


def correct_case(
    *,
    case: Case,
    exposure_start: datetime,
    exposure_end: datetime,
    infected_count: int,
    reference: str,
    notes: str,
    venue_type: str = "",
    by: User,
) -> None:
    """Change what was registered; other hours have the case checked again.

    Raises IllegalMove for a closed case, and for other hours once these are proposed or declared.
    """
    with transaction.atomic():
        case = lock_case(case.pk)
        hours_change = (case.exposure_start, case.exposure_end) != (exposure_start, exposure_end)
        if case.state == CaseState.CLOSED or (hours_change and not _hours_are_open(case)):
            raise IllegalMove
        Case.objects.filter(pk=case.pk).update(
            exposure_start=exposure_start,
            exposure_end=exposure_end,
            infected_count=infected_count,
            reference=reference,
            notes=notes,
            venue_type=venue_type,
        )
        note(case, Entry.CORRECTED, by=by)
        case.reference, case.notes = reference, notes
        index_case(case)
        if hours_change and case.state in (CaseState.NEEDS_ATTENTION, CaseState.READY):
            relink(case, by=by)


def _hours_are_open(case: Case) -> bool:
    return case.state in _OPEN_TO_CORRECTION and not case.declarations.filter(state__in=IN_FORCE).exists()


def retry_case(*, case: Case, by: User) -> None:
    """Link a case that needs attention again, after something outside it was mended. Raises IllegalMove.

    After a refusal the agent orders a new declaration when the case is ready again. What was accepted of the case stays
    declared, and that order joins it: the case lets go of it only so that its state tells of the rest.
    """
    with transaction.atomic():
        case = lock_case(case.pk)
        if case.state != CaseState.NEEDS_ATTENTION:
            raise IllegalMove
        if case.declarations.filter(state__in=UNFINISHED | {DeclarationState.UNKNOWN}).exists():
            raise IllegalMove
        note(case, Entry.RETRIED, by=by)
        case.declarations.clear()
        relink(case, by=by)


def close_case(*, case: Case, reason: ClosingReason, by: User) -> None:
    """Nothing is left to do, for this reason; the contact's link no longer works.

    Raises IllegalMove while something is on its way.
    """
    with transaction.atomic():
        case = lock_case(case.pk)
        if case.problem == Problem.UNKNOWN_OUTCOME or case.declarations.filter(state__in=UNFINISHED).exists():
            raise IllegalMove
        note(case, Entry.CLOSED, by=by, reason=reason.value)
        move_case(case, CaseState.CLOSED, by=by, closing_reason=reason.value)
        end_links(case, LinkEnding.CASE_CLOSED, now=timezone.now())

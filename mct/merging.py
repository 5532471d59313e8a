"""Two cases that are the same become one: what belonged to the duplicate goes to the case that stays, and nothing is lost.

What is alone of its kind moves (pictures, register pages, links, declarations that stand); what tells of the past is copied,
so that the duplicate still says what it was until it is deleted.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from clea_portal.accounts.models import User
from clea_portal.cluster_server.exposure import uncovered
from mct.contact_links import end_links
from mct.dossier_models import DistinctPair, Dossier
from mct.enums import IN_FORCE, UNFINISHED, CaseState, ClosingReason, DeclarationState, Entry, LinkEnding, PictureState, Problem
from mct.models import NOTES_LIMIT, REMARK_LIMIT, Case, CaseCode, CodeRequest, TimelineEntry
from mct.moves import IllegalMove, SomeoneWasFaster, lock_case, move_case, note, relink, settle
from mct.searching import index_case

LONGEST = 48 * 3600
_STILL_MOVING = frozenset({CaseState.LINKING, CaseState.DECLARING})


class SomethingIsUnderWay(Exception):
    """A code of one of the cases is being read, or a declaration is on its way, being withdrawn, or undecided."""


class DeclaredTheOther(Exception):
    """Only the duplicate has declared something: it is the one to keep."""


class TwoRegions(Exception):
    """What is in a case is read by the people of its region: none goes to another region's case by a merge."""


class TwoPlacesDeclared(Exception):
    """Both have declared hours of different codes: they are two places, not one."""


class HoursWouldBeLost(Exception):
    """The case to keep is declared, so its hours stay, and nobody has declared some of the duplicate's. ``args``: the first."""


def merge(*, case: Case, duplicate: Case, by: User, seen: tuple[datetime, datetime] | None = None) -> None:
    """Make ``duplicate`` a part of ``case``, and close it.

    Hours become those of both together where these are at most LONGEST seconds. Where nothing is declared, the case is then
    linked anew; where something is, that covers them, and were it withdrawn, they would be declared again. ``seen``:
    ``state_changed_at`` of the two that the person looked at. Raises SomeoneWasFaster, SomethingIsUnderWay, DeclaredTheOther,
    TwoPlacesDeclared, HoursWouldBeLost, TwoRegions, IllegalMove for closed cases, or for one and the same.
    """
    now = timezone.now()
    with transaction.atomic():
        case, duplicate = _lock(case, duplicate)
        if seen is not None and seen != (case.state_changed_at, duplicate.state_changed_at):
            raise SomeoneWasFaster
        _check(case, duplicate)
        was = {"start": duplicate.exposure_start.isoformat(), "end": duplicate.exposure_end.isoformat()}
        is_declared = case.declarations.filter(state__in=IN_FORCE).exists()
        codes_before = case.codes.count()
        _take_evidence(case, duplicate, now=now)
        _take_declarations(case, duplicate)
        _take_persons(case, duplicate)
        changes = _together(case, duplicate)
        note(case, Entry.MERGED, by=by, remark=_other_reference(case, duplicate), other=str(duplicate.uuid), **was)
        _take_timeline(case, duplicate)
        _take_notes(case, duplicate, changes, by=by)
        _close(duplicate, case, by=by, now=now)
        Case.objects.filter(pk=case.pk).update(**changes)
        for name, value in changes.items():
            setattr(case, name, value)
        index_case(case)
        hours_change = bool({"exposure_start", "exposure_end"} & set(changes))
        if is_declared:
            settle(case)
        elif hours_change or case.codes.count() != codes_before:
            _link_anew(case, by=by)


def _lock(case: Case, duplicate: Case) -> tuple[Case, Case]:
    """Both, and all cases of a dossier that will be joined to another. A dossier comes before its cases, cases in order."""
    pair = [case.pk, duplicate.pk]
    before = dict(Case.objects.filter(pk__in=pair).values_list("pk", "dossier"))
    dossiers = {pk for pk in before.values() if pk}
    list(Dossier.objects.select_for_update().filter(pk__in=dossiers).order_by("pk"))
    concerned = Q(pk__in=pair) | Q(dossier=before[duplicate.pk]) if len(dossiers) > 1 else Q(pk__in=pair)
    list(Case.objects.select_for_update().filter(concerned).order_by("pk"))
    case, duplicate = lock_case(case.pk), lock_case(duplicate.pk)
    if before != {case.pk: case.dossier_id, duplicate.pk: duplicate.dossier_id}:
        raise SomeoneWasFaster
    return case, duplicate


def _check(case: Case, duplicate: Case) -> None:
    both = (case, duplicate)
    if case.pk == duplicate.pk or CaseState.CLOSED in {each.state for each in both}:
        raise IllegalMove
    if case.region_id != duplicate.region_id:
        raise TwoRegions
    if any(_is_under_way(each) for each in both):
        raise SomethingIsUnderWay
    mine, theirs = (set(each.declarations.filter(state__in=IN_FORCE).values_list("ltid", flat=True)) for each in both)
    if theirs and not mine:
        raise DeclaredTheOther
    if theirs - mine:
        raise TwoPlacesDeclared
    if mine:
        standing = [row for each in both for row in each.declarations.filter(state__in=IN_FORCE)]
        covered = [(row.start, row.end) for row in standing] + [(case.exposure_start, case.exposure_end)]
        if lost := uncovered(start=duplicate.exposure_start, end=duplicate.exposure_end, covered=covered):
            raise HoursWouldBeLost(*lost[0])


def _is_under_way(case: Case) -> bool:
    return (
        case.state in _STILL_MOVING
        or case.problem == Problem.UNKNOWN_OUTCOME
        or case.declarations.filter(state__in=UNFINISHED | {DeclarationState.UNKNOWN}).exists()
        or case.pictures.filter(state__in=[PictureState.WAITING, PictureState.READING]).exists()
    )


def _take_evidence(case: Case, duplicate: Case, *, now: datetime) -> None:
    """Pictures and register pages go on counting where the case's own end; of the links, one goes on working."""
    for theirs, last in ((duplicate.pictures, _last(case.pictures)), (duplicate.register_pages, _last(case.register_pages))):
        theirs.update(case=case, number=F("number") + last)
    if case.contact_links.filter(ended_at=None, expires_at__gt=now).exists():
        end_links(duplicate, LinkEnding.CASE_CLOSED, now=now)
    elif duplicate.contact_links.filter(ended_at=None).exists():
        # One that is too old and has not been ended yet would stand in its way.
        end_links(case, LinkEnding.EXPIRED, now=now)
    duplicate.contact_links.update(case=case)
    requests = CodeRequest.objects.filter(case__in=[case, duplicate], expires_at__gt=now)
    kept = sorted(requests, key=lambda request: request.case_id != case.pk)[:1]
    CodeRequest.objects.filter(case__in=[case, duplicate]).exclude(pk__in=[request.pk for request in kept]).delete()
    CodeRequest.objects.filter(case=duplicate).update(case=case)
    known = set(case.codes.values_list("ltid", "lsp_type"))
    for code in duplicate.codes.order_by("pk"):
        if (code.ltid, code.lsp_type) not in known:
            CaseCode.objects.create(**{name: getattr(code, name) for name in _CODE_FIELDS}, case=case)


_CODE_FIELDS = ("deep_link", "ltid", "lsp_type", "country_id", "host", "starts_at", "visit_duration", "created_at")


def _last(rows: Any) -> int:
    return int(rows.aggregate(last=Max("number"))["last"] or 0)


def _take_declarations(case: Case, duplicate: Case) -> None:
    """Those that stand at a server. What was refused or withdrawn says nothing of what comes next, and stays where it was."""
    standing = list(duplicate.declarations.filter(state__in=IN_FORCE))
    case.declarations.add(*standing)
    duplicate.declarations.remove(*standing)


def _take_persons(case: Case, duplicate: Case) -> None:
    """Being one case, they are of one person, as are the other places of both; what was told apart from one is from both."""
    if duplicate.dossier_id and case.dossier_id is None:
        Case.objects.filter(pk=case.pk).update(dossier=duplicate.dossier, place=duplicate.place)
    elif duplicate.dossier_id and duplicate.dossier_id != case.dossier_id:
        last = Case.objects.filter(dossier=case.dossier_id).aggregate(last=Max("place"))["last"]
        Case.objects.filter(dossier=duplicate.dossier_id).update(dossier=case.dossier, place=F("place") + last)
    pairs = list(DistinctPair.objects.filter(Q(first=duplicate) | Q(second=duplicate)))
    for pair in pairs:
        third = pair.second_id if pair.first_id == duplicate.pk else pair.first_id
        if third != case.pk:
            first, second = sorted((case.pk, third))
            kept = {"created_by": pair.created_by, "created_at": pair.created_at}
            DistinctPair.objects.get_or_create(first_id=first, second_id=second, defaults=kept)
    DistinctPair.objects.filter(pk__in=[pair.pk for pair in pairs]).delete()


def _together(case: Case, duplicate: Case) -> dict[str, Any]:
    """The fields of the case that change. What the duplicate had instead stands in the timeline."""
    changes: dict[str, Any] = {"infected_count": max(case.infected_count, duplicate.infected_count)}
    changes["reference"] = case.reference or duplicate.reference
    changes["venue_type"] = case.venue_type or duplicate.venue_type
    if not (case.assignee_id or case.team_id):
        changes |= {"assignee_id": duplicate.assignee_id, "team_id": duplicate.team_id}
    changes["follow_up_on"] = min(filter(None, (case.follow_up_on, duplicate.follow_up_on)), default=None)
    start = min(case.exposure_start, duplicate.exposure_start)
    end = max(case.exposure_end, duplicate.exposure_end)
    if can_span(case, duplicate):
        changes |= {"exposure_start": start, "exposure_end": end}
    changes = {name: value for name, value in changes.items() if value != getattr(case, name)}
    if {"assignee_id", "team_id"} & set(changes):
        changes["assignments"] = case.assignments + 1
    return changes


def _other_reference(case: Case, duplicate: Case) -> str:
    return duplicate.reference if case.reference and case.reference != duplicate.reference else ""


def can_span(case: Case, duplicate: Case) -> bool:
    """Whether the hours of both together are those of one case: they touch, and are not too long."""
    start = min(case.exposure_start, duplicate.exposure_start)
    end = max(case.exposure_end, duplicate.exposure_end)
    touch = case.exposure_start <= duplicate.exposure_end and duplicate.exposure_start <= case.exposure_end
    return touch and (end - start).total_seconds() <= LONGEST


def _take_timeline(case: Case, duplicate: Case) -> None:
    """Copied, each line with the number of the case that it was of first."""
    copies = [
        TimelineEntry(
            case=case,
            at=entry.at,
            actor_id=entry.actor_id,
            entry=entry.entry,
            params={"of": str(duplicate.uuid)[:8]} | entry.params,
            remark=entry.remark,
        )
        for entry in duplicate.timeline.order_by("at", "pk")
    ]
    TimelineEntry.objects.bulk_create(copies, batch_size=500)


def _take_notes(case: Case, duplicate: Case, changes: dict[str, Any], *, by: User) -> None:
    """Below the case's own, or, where that gets too long, as notes in the timeline."""
    if not duplicate.notes or duplicate.notes == case.notes:
        return
    together = f"{case.notes}\n\n{duplicate.notes}" if case.notes else duplicate.notes
    if len(together) <= NOTES_LIMIT:
        changes["notes"] = together
        return
    for piece in _pieces(duplicate.notes):
        note(case, Entry.NOTED, by=by, remark=piece, of=str(duplicate.uuid)[:8])


def _pieces(text: str) -> Iterable[str]:
    return (text[start : start + REMARK_LIMIT] for start in range(0, len(text), REMARK_LIMIT))


def _close(duplicate: Case, case: Case, *, by: User, now: datetime) -> None:
    note(duplicate, Entry.MERGED_INTO, by=by, other=str(case.uuid))
    move_case(
        duplicate,
        CaseState.CLOSED,
        by=by,
        closing_reason=ClosingReason.DUPLICATE.value,
        merged_into=case,
    )


def _link_anew(case: Case, *, by: User) -> None:
    """What a colleague was to approve is not the same any more."""
    if case.state == CaseState.AWAITING_APPROVAL:
        note(case, Entry.SENT_BACK, by=by)
        move_case(case, CaseState.READY, by=by, proposed_by=None)
    if case.state == CaseState.DRAFT and not case.codes.exists():
        return
    relink(case, by=by)

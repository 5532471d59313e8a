"""Several places, spans and codes of one infected person: each is a case, and a dossier holds them together.

A dossier is locked before its cases, and cases in the order of their numbers, so that no two verbs wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from clea_portal.accounts.models import User
from clea_portal.accounts.roles import lock_person
from mct.dossier_models import Dossier
from mct.enums import CaseState, Entry
from mct.models import Case, CaseCode
from mct.moves import IllegalMove, SomeoneWasFaster, lock_case, note, relink
from mct.searching import index_case

# As many as one press declares or assigns.
MOST_CASES = 50


class TooManyCases(ValueError):
    """A dossier takes MOST_CASES cases."""


class OtherPerson(ValueError):
    """Both cases are of a dossier already, of two different ones."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where in a dossier a case stands; ``place`` counts the person's places from 1."""

    dossier: Dossier
    place: int


def take_spot(beside: Case, *, same_place: bool, count: int = 1) -> Spot:
    """Room for ``count`` more cases beside one that is locked by this: at its own place, or at a place of its person's own.

    In the caller's transaction. A case that stood alone gets a dossier. Raises SomeoneWasFaster where the case has changed
    dossiers meanwhile, IllegalMove for one that was merged into another, TooManyCases.
    """
    before = Case.objects.values_list("dossier", flat=True).get(pk=beside.pk)
    dossier = Dossier.objects.select_for_update().filter(pk=before).first()
    case = lock_case(beside.pk)
    if case.dossier_id != before:
        raise SomeoneWasFaster
    if case.merged_into_id:
        raise IllegalMove
    if dossier is None:
        dossier = Dossier.objects.create(created_by=beside.created_by)
        _put(case, Spot(dossier=dossier, place=1))
    if dossier.cases.count() + count > MOST_CASES:
        raise TooManyCases
    assert case.place is not None
    return Spot(dossier=dossier, place=case.place if same_place else _last_place(dossier) + 1)


def _last_place(dossier: Dossier) -> int:
    return int(dossier.cases.aggregate(last=Max("place"))["last"] or 0)


def _put(case: Case, spot: Spot | None) -> None:
    case.dossier, case.place = (spot.dossier, spot.place) if spot else (None, None)
    Case.objects.filter(pk=case.pk).update(dossier=case.dossier, place=case.place)


def split_codes(*, case: Case, codes: Sequence[CaseCode], by: User) -> list[Case]:
    """The person was at several of the codes of a case: the first stays with it, each other gets a case of its own beside it.

    The new cases have the same hours, region, reference and people; they are corrected one by one. Codes of one LTId are one.
    Raises IllegalMove where nothing is to be chosen, TooManyCases, SomeoneWasFaster.
    """
    chosen = list({code.ltid: code for code in codes}.values())
    with transaction.atomic():
        had_it = case.assignee_id
        lock_person(had_it)
        spot = take_spot(case, same_place=True, count=len(chosen) - 1)
        case = lock_case(case.pk)
        if case.assignee_id not in (None, had_it):
            raise SomeoneWasFaster
        if case.state not in (CaseState.NEEDS_ATTENTION, CaseState.READY) or {code.case_id for code in chosen} != {case.pk}:
            raise IllegalMove
        note(case, Entry.SPLIT, by=by, cases=len(chosen))
        new = [_split_off(case, code, spot=spot, by=by) for code in chosen[1:]]
        relink(case, by=by, code=chosen[0])
        index_case(case)
    return new


def _split_off(case: Case, code: CaseCode, *, spot: Spot, by: User) -> Case:
    copied = (
        "region_id",
        "exposure_start",
        "exposure_end",
        "infected_count",
        "reference",
        "venue_type",
        "assignee_id",
        "team_id",
    )
    new = Case.objects.create(
        **{name: getattr(case, name) for name in copied}, created_by=by, dossier=spot.dossier, place=spot.place
    )
    note(new, Entry.REGISTERED, by=by)
    note(new, Entry.BESIDE, by=by, other=str(case.uuid))
    case.codes.filter(ltid=code.ltid).update(case=new)
    index_case(new)
    relink(new, by=by, code=code)
    return new


def put_together(*, case: Case, other: Case, by: User) -> None:
    """Say that two cases are two places of one person; where one has a dossier already, the other becomes its next place.

    Doing so twice changes nothing. Raises OtherPerson, TooManyCases, SomeoneWasFaster, IllegalMove for a merged case.
    """
    with transaction.atomic():
        pair = sorted((case.pk, other.pk))
        before = dict(Case.objects.filter(pk__in=pair).values_list("pk", "dossier"))
        dossiers = list(Dossier.objects.select_for_update().filter(pk__in=before.values()).order_by("pk"))
        locked = {pk: lock_case(pk) for pk in pair}
        if any(locked[pk].dossier_id != before[pk] for pk in pair):
            raise SomeoneWasFaster
        if len(pair) != len(locked) or any(each.merged_into_id for each in locked.values()):
            raise IllegalMove
        if len(dossiers) > 1:
            raise OtherPerson
        alone = [locked[pk] for pk in pair if locked[pk].dossier_id is None]
        if not alone:
            return
        dossier = dossiers[0] if dossiers else Dossier.objects.create(created_by=by)
        if dossier.cases.count() + len(alone) > MOST_CASES:
            raise TooManyCases
        for each in alone:
            _put(each, Spot(dossier=dossier, place=_last_place(dossier) + 1))
        first, second = (locked[pk] for pk in pair)
        note(first, Entry.SAME_PERSON, by=by, other=str(second.uuid))
        note(second, Entry.SAME_PERSON, by=by, other=str(first.uuid))


def take_out(*, case: Case, by: User) -> None:
    """The case is of somebody else after all: it stands alone again. Doing so twice changes nothing."""
    with transaction.atomic():
        before = Case.objects.values_list("dossier", flat=True).get(pk=case.pk)
        list(Dossier.objects.select_for_update().filter(pk=before))
        case = lock_case(case.pk)
        if case.dossier_id is None:
            return
        if case.dossier_id != before:
            raise SomeoneWasFaster
        _put(case, None)
        note(case, Entry.TAKEN_OUT, by=by)

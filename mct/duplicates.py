"""Which open cases look like the same as one, in what two are the same and differ, and which somebody told apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.accounts.roles import roles_of
from mct.dossier_models import DistinctPair
from mct.enums import IN_FORCE, CaseState, Entry
from mct.models import Case, CaseCode
from mct.moves import IllegalMove, lock_case, note
from mct.searching import cases_with_reference, same_reference
from mct.words import hours, short_day

MOST_SHOWN = 5
# Of cases whose reference begins alike, so many are decrypted to be compared.
_COMPARED = 100


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing in which two cases are compared."""

    label: str
    mine: Any
    theirs: Any
    same: bool


@dataclass(frozen=True, kw_only=True)
class Candidate:
    case: Case
    rows: Sequence[Row]

    @property
    def same(self) -> list[str]:
        return [row.label for row in self.rows if row.same]

    @property
    def different(self) -> list[Row]:
        return [row for row in self.rows if not row.same]


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """``apart``: cases of the person's own regions of which somebody said that they are not the same."""

    candidates: Sequence[Candidate]
    apart: Sequence[Case]

    @classmethod
    def read(cls, case: Case, codes: Sequence[CaseCode], *, by: User) -> "Likeness":
        """Open cases that may be the same: of the same code at overlapping hours, or of the same reference.

        Neither those of the same dossier nor those told apart. At most four queries, none for a closed case.
        """
        if case.state == CaseState.CLOSED:
            return cls(candidates=[], apart=[])
        regions = roles_of(by).regions
        apart = told_apart(case)
        found = {other.pk: other for other in _alike(case, codes, regions) if other.pk not in {each.pk for each in apart}}
        return cls(
            candidates=[Candidate(case=other, rows=compare(case, other)) for other in found.values()][:MOST_SHOWN],
            apart=[other for other in apart if other.region_id in regions],
        )

    @property
    def version(self) -> list[Any]:
        """Changes when anything that is shown does."""
        return [[each.case.pk for each in self.candidates], [each.pk for each in self.apart]]


def _alike(case: Case, codes: Sequence[CaseCode], regions: frozenset[int]) -> Iterator[Case]:
    """By number first: lists of these, an index has, where one condition over all might read every case of a region."""
    by_code: set[int] = set()
    if codes:
        same_code = CaseCode.objects.filter(ltid__in={code.ltid for code in codes}).order_by("-case")
        by_code = set(same_code.values_list("case", flat=True)[:_COMPARED])
    by_reference = set(cases_with_reference(case.reference, regions=regions, most=_COMPARED)) if case.reference else set()
    for other in _possible(case, regions).filter(pk__in=(by_code | by_reference) - {case.pk}):
        overlap = other.exposure_start < case.exposure_end and other.exposure_end > case.exposure_start
        if (other.pk in by_code and overlap) or (other.pk in by_reference and same_reference(case.reference, other.reference)):
            yield other


def _possible(case: Case, regions: frozenset[int]) -> "QuerySet[Case]":
    others = Case.objects.in_regions(regions).exclude(pk=case.pk).exclude(state=CaseState.CLOSED)
    if case.dossier_id:
        others = others.filter(~Q(dossier=case.dossier_id) | Q(dossier=None))
    others = others.filter(region__country=case.region.country_id)
    return others.select_related("region", "code", "assignee", "team").defer("notes", "code__deep_link").order_by("-pk")


def told_apart(case: Case) -> list[Case]:
    """Those of which somebody said that they are not the same as this one, whatever their regions."""
    pairs = DistinctPair.objects.filter(Q(first=case) | Q(second=case)).select_related("first", "second")
    pairs = pairs.defer("first__notes", "second__notes").order_by("-pk")
    return [pair.second if pair.first_id == case.pk else pair.first for pair in pairs]


def compare(case: Case, other: Case) -> list[Row]:
    """Without a query where ``code``, ``region`` and who has them are loaded."""

    def code_of(each: Case) -> str:
        return each.code.check_code if each.code else _("none yet")

    same_day = localtime(case.exposure_start).date() == localtime(other.exposure_start).date()
    times = [(each.exposure_start, each.exposure_end) for each in (case, other)]
    rows = [
        (_("code"), code_of(case), code_of(other), case.code is not None and _same_code(case, other)),
        (_("day"), short_day(case.exposure_start), short_day(other.exposure_start), same_day),
        (_("hours"), hours(*times[0]), hours(*times[1]), times[0] == times[1]),
        (_("reference"), case.reference or "–", other.reference or "–", same_reference(case.reference, other.reference)),
        (_("infected people"), case.infected_count, other.infected_count, case.infected_count == other.infected_count),
        (_("region"), case.region, other.region, case.region_id == other.region_id),
    ]
    return [Row(label=label, mine=mine, theirs=theirs, same=same) for label, mine, theirs, same in rows]


def _same_code(case: Case, other: Case) -> bool:
    return bool(case.code and other.code and case.code.ltid == other.code.ltid)


def to_keep(case: Case, other: Case) -> Case:
    """Of two that may be merged, the one that stays: what is declared, else what has a code, else what was registered first."""

    def rank(each: Case) -> tuple[bool, bool, int]:
        return (not each.declarations.filter(state__in=IN_FORCE).exists(), each.code_id is None, each.pk)

    return min((case, other), key=rank)


def keep_apart(*, case: Case, other: Case, by: User) -> None:
    """Remember of two cases that they are not the same. Twice changes nothing. Raises IllegalMove for one and the same."""
    first, second = sorted((case, other), key=lambda each: each.pk)
    if first.pk == second.pk:
        raise IllegalMove
    with transaction.atomic():
        # In order, as every verb that takes two.
        for each in (first, second):
            lock_case(each.pk)
        if DistinctPair.objects.get_or_create(first=first, second=second, defaults={"created_by": by})[1]:
            note(first, Entry.DISTINCT, by=by, other=str(second.uuid))
            note(second, Entry.DISTINCT, by=by, other=str(first.uuid))


def no_longer_apart(*, case: Case, other: Case, by: User) -> None:
    """Have two cases proposed as the same again, if they look like it. Doing so twice changes nothing."""
    first, second = sorted((case, other), key=lambda each: each.pk)
    with transaction.atomic():
        for each in (first, second):
            lock_case(each.pk)
        if DistinctPair.objects.filter(first=first, second=second).delete()[0]:
            note(first, Entry.DISTINCT_REVOKED, by=by, other=str(second.uuid))
            note(second, Entry.DISTINCT_REVOKED, by=by, other=str(first.uuid))

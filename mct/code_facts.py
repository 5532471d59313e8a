"""What a case's codes say in clear, and what to be careful of, in words."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from clea_portal.protocol.lsp import LspType
from mct.linking import fits
from mct.models import Case, CaseCode
from mct.preview import Noticed
from mct.words import clock, day


def kind_of(code: CaseCode) -> str:
    if code.lsp_type == LspType.ASYNCHRONOUS:
        return _("asynchronous: of invitations or tickets")
    return _("of invitations or tickets") if code.starts_at else _("synchronous: of a poster or screen")


def country_of(code: CaseCode) -> str:
    return code.country.name if code.country else code.host


def time_of(code: CaseCode) -> str:
    return f"{day(code.starts_at)}, {clock(code.starts_at)}" if code.starts_at else ""


def facts_of(case: Case, code: CaseCode) -> list[dict[str, Any]]:
    """For components/facts.html. Whether a code renews or is for staff is encrypted for the cluster server; that is said."""
    facts: list[dict[str, Any]] = [{"label": _("Kind"), "value": kind_of(code), "note": _kind_note(code)}]
    if code.starts_at:
        # A link's parameter t is not covered by the encryption's integrity check.
        altered = _("It stands in the link outside of what is protected: anybody could have changed it.")
        facts.append(
            {
                "label": _("Time written in it"),
                "value": time_of(code),
                "note": "" if code.lsp_type == LspType.ASYNCHRONOUS else altered,
            }
        )
        if code.visit_duration:
            facts.append({"label": _("Duration written in it"), "value": _("%(hours)d h") % {"hours": code.visit_duration}})
    facts += [
        {"label": _("Hours of the case"), "value": _fit(case, code)},
        {"label": _("Country"), "value": country_of(code)},
        {
            "label": _("LTId"),
            "value": code.ltid,
            "note": _("The place's number in this period. It says nothing of who or where."),
        },
    ]
    return facts


def _kind_note(code: CaseCode) -> str:
    if code.lsp_type == LspType.ASYNCHRONOUS:
        return ""
    return _("Whether it is for one day, renews by itself or is for staff, only the cluster server can read.")


def _fit(case: Case, code: CaseCode) -> str:
    if code.starts_at is None:
        return _("No time can be read in this code: compare its check code with the poster of that day.")
    return _("The time written in it fits.") if fits(case, code) else _("The time written in it does not fit.")


def warn(case: Case, codes: Sequence[CaseCode], *, regions: frozenset[int]) -> dict[int, list[Noticed]]:
    """By code, what to be careful of. One query. ``regions``: those of the person; of cases elsewhere only the region is told."""
    others = (
        CaseCode.objects.filter(ltid__in={code.ltid for code in codes}, case__merged_into=None)
        .exclude(case=case)
        .select_related("case__region")
        .order_by("-case__created_at", "-case_id")
    )
    rows = list(others[:200]) if codes else []
    return {code.pk: [*_of_country(code), *_of_others(code, rows, regions)] for code in codes}


def _of_country(code: CaseCode) -> Iterator[Noticed]:
    if code.country is None:
        yield Noticed(icon="globe", text=_("%(host)s is the address of no country that this portal knows.") % {"host": code.host})


def _of_others(code: CaseCode, rows: Sequence[CaseCode], regions: frozenset[int]) -> Iterator[Noticed]:
    cases = {row.case_id: row.case for row in rows if row.ltid == code.ltid}
    for other in cases.values():
        if other.region_id in regions:
            yield Noticed(
                icon="cases", text=_("Another case of your region has the same code: %(case)s") % {"case": other}, case=other
            )
    for name in sorted({other.region.name for other in cases.values() if other.region_id not in regions}):
        yield Noticed(icon="cases", text=_("A case in another region has the same code: %(region)s.") % {"region": name})

"""Everything that a case's page shows, and what can be done from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.accounts.roles import roles_of
from clea_portal.authorities.enums import ServerKind
from clea_portal.scanning.advice import explain
from clea_portal.scanning.results import Advice
from mct.assigning import key_of
from mct.code_facts import country_of, facts_of, kind_of, time_of, warn
from mct.contact_panel import Contact
from mct.declaring import is_withdrawable
from mct.dossier_forms import numbered
from mct.dossier_page import Siblings
from mct.duplicates import Likeness
from mct.enums import CASE_MOVES, IN_FORCE, UNFINISHED, CaseState, ClosingReason, DeclarationState, PictureState, Problem
from mct.forms import EvidenceForm
from mct.linking import fits
from mct.models import Case, CaseCode, Declaration, Picture
from mct.preview import Noticed, deleted_on, preview
from mct.readers import readers_of
from mct.timeline import tell
from mct.venue_types import type_label
from mct.withdrawing import can_be_taken_back
from mct.words import clock, countdown, day, moment, span, story

_WITH_FORM = frozenset({"draft", Problem.NO_CODE, Problem.TYPE_REFUSED})
# Why a case in this situation is most often closed.
_LIKELY = {
    "published": ClosingReason.WARNED,
    "declared": ClosingReason.WARNED,
    "draft": ClosingReason.NO_CODE,
    Problem.NO_CODE: ClosingReason.NO_CODE,
    Problem.TOO_OLD: ClosingReason.TOO_LATE,
}
_CODE_PROBLEMS = frozenset(Problem) - {Problem.REFUSED, Problem.UNKNOWN_OUTCOME}


@dataclass(frozen=True, kw_only=True)
class Acts:
    """What can be done with the case now; the verbs decide it again when it is done."""

    retry: bool
    withdraw: bool
    take_back: bool
    close: bool
    choose: bool
    add_evidence: bool
    correct: bool
    correct_hours: bool
    hand_over: bool


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """A case with its rows, read once. ``now``: the moment at which the page is true."""

    case: Case
    user: User
    now: datetime
    pictures: Sequence[Picture]
    codes: Sequence[CaseCode]
    declarations: Sequence[Declaration]
    contact: Contact
    siblings: Siblings

    @classmethod
    def read(cls, case: Case, *, user: User, now: datetime) -> "CasePage":
        return cls(
            case=case,
            user=user,
            now=now,
            pictures=list(case.pictures.defer("content")),
            codes=list(case.codes.select_related("country")),
            declarations=list(case.declarations.select_related("server").defer("deep_link")),
            contact=Contact.read(case, now=now),
            siblings=Siblings.read(case, user=user),
        )

    @property
    def code(self) -> CaseCode | None:
        return next((code for code in self.codes if code.pk == self.case.code_id), None)

    @property
    def situation(self) -> str:
        """Names the template of what is to be done next."""
        state = CaseState(self.case.state)
        if state == CaseState.NEEDS_ATTENTION:
            return self.case.problem
        if state == CaseState.DECLARING and self.held:
            return "held"
        if state in (CaseState.DECLARED, CaseState.PUBLISHED) and self.is_being_withdrawn:
            return "withdrawing"
        return str(state.value)

    @property
    def is_being_withdrawn(self) -> bool:
        return any(declaration.state == DeclarationState.WITHDRAWING for declaration in self.declarations)

    @property
    def stays_withdrawable(self) -> bool:
        """Whether what is held can be withdrawn at its server too, once it has left."""
        return all(declaration.server.kind == ServerKind.API for declaration in self.held)

    @property
    def held(self) -> list[Declaration]:
        return [declaration for declaration in self.declarations if is_withdrawable(declaration)]

    @property
    def is_under_way(self) -> bool:
        """Whether the worker or the cluster server will change something soon."""
        waiting = self.case.state in (CaseState.LINKING, CaseState.DECLARING, CaseState.DECLARED)
        return waiting or self.is_being_withdrawn

    @property
    def version(self) -> str:
        """Changes when anything that the page shows does, except the time that is left."""
        shown = [
            (self.case.state, self.case.problem, self.case.code_id, self.case.state_changed_at),
            (self.case.assignments, self.case.follow_up_on),
            [(picture.pk, picture.state) for picture in self.pictures],
            [code.pk for code in self.codes],
            [
                (row.pk, row.state, row.attempts, row.reason, row.withdrawal_reason, row.next_attempt_at)
                for row in self.declarations
            ],
            self.contact.version,
            self.siblings.version,
        ]
        return sha256(repr(shown).encode()).hexdigest()[:16]

    @property
    def time_left(self) -> str:
        """Until the first of what is held leaves; empty where nothing is held."""
        return countdown(min(row.hold_until for row in self.held), now=self.now) if self.held else ""

    @property
    def acts(self) -> Acts:
        state, states = self.case.state, {row.state for row in self.declarations}
        in_force, on_its_way, unknown = states & IN_FORCE, states & UNFINISHED, DeclarationState.UNKNOWN in states
        open_to_change = state in (CaseState.NEEDS_ATTENTION, CaseState.READY) and not in_force
        early = state in (CaseState.DRAFT, CaseState.LINKING)
        return Acts(
            retry=state == CaseState.NEEDS_ATTENTION and not on_its_way and not unknown,
            withdraw=bool(self.held),
            take_back=state != CaseState.CLOSED and any(can_be_taken_back(row) for row in self.declarations),
            close=CaseState.CLOSED in CASE_MOVES[state] and not on_its_way and self.case.problem != Problem.UNKNOWN_OUTCOME,
            choose=open_to_change and len({code.ltid for code in self.codes}) > 1,
            add_evidence=open_to_change or early,
            correct=state != CaseState.CLOSED,
            correct_hours=open_to_change or early,
            hand_over=state != CaseState.CLOSED and self.case.region_id in roles_of(self.user).led,
        )


def context(page: CasePage) -> dict[str, Any]:
    """What the templates of mct/case.html need. Some sixteen queries with those of ``CasePage.read``, whatever is on the page."""
    case = page.case
    situation, shown = page.situation, _preview(page)
    noticed = warn(case, page.codes, regions=roles_of(page.user).regions)
    return {
        "case": case,
        "page": page,
        "title": str(case) if case.reference else _("Case %(number)s") % {"number": case},
        "situation": situation,
        "next_template": f"mct/next/{situation}.html",
        "acts": page.acts,
        "seconds": 5 if case.state == CaseState.DECLARED else 2,
        "steps": _steps(page),
        "hours": span(case.exposure_start, case.exposure_end),
        "facts": _facts(case),
        "code_facts": facts_of(case, page.code) if page.code else [],
        # What the preview of a declaration says already is not said twice.
        "code_noticed": noticed[page.code.pk] if page.code and shown is None else [],
        "cards": [_card(code, page, noticed[code.pk]) for code in page.codes],
        "pictures": [_picture(picture) for picture in page.pictures],
        "pictures_read": sum(picture.state in (PictureState.READ, PictureState.UNREADABLE) for picture in page.pictures),
        "declarations": [_declaration(row, page) for row in page.declarations],
        "preview": shown,
        "proposed_by_me": case.proposed_by_id == page.user.pk,
        "assigned_to_me": case.assignee_id == page.user.pk,
        "me": key_of(page.user),
        "closing_reasons": ClosingReason.choices,
        "likely_reason": _LIKELY.get(situation, ""),
        "evidence_form": EvidenceForm() if situation in _WITH_FORM else None,
        "deleted_on": deleted_on(case),
        "merged_into": _merged_into(page),
        "likeness": Likeness.read(case, page.codes, by=page.user),
        "timeline": tell(case),
        "readers": readers_of(case, by=page.user),
    }


def _preview(page: CasePage) -> Any:
    if page.case.state not in (CaseState.READY, CaseState.AWAITING_APPROVAL) or page.code is None:
        return None
    return preview(page.case, page.code, regions=roles_of(page.user).regions, now=page.now)


def _merged_into(page: CasePage) -> dict[str, str]:
    """Which case this one is a part of now. ``url`` is empty where that has been handed to another region since."""
    kept = page.case.merged_into
    if kept is None:
        return {}
    if kept.region_id not in roles_of(page.user).regions:
        return {"text": _("a case that is another region's now"), "url": ""}
    return {"text": numbered(kept), "url": reverse("mct:case", args=[kept.uuid])}


def _steps(page: CasePage) -> list[dict[str, Any]]:
    state, problem = CaseState(page.case.state), page.case.problem
    states = {row.state for row in page.declarations}
    published = state == CaseState.PUBLISHED or DeclarationState.PUBLISHED in states
    declared = published or DeclarationState.ACCEPTED in states
    if problem in _CODE_PROBLEMS:
        code = "problem"
    elif state in (CaseState.DRAFT, CaseState.LINKING):
        code = "current"
    else:
        code = "done" if page.code else "todo"
    if problem and code != "problem":
        declaration = "problem"
    elif state in (CaseState.READY, CaseState.AWAITING_APPROVAL, CaseState.DECLARING):
        declaration = "current"
    else:
        declaration = "done" if declared else "todo"
    publication = "done" if published else "current" if state == CaseState.DECLARED else "todo"
    labels = (_("Registered"), _("Code recognised"), _("Declared"), _("Published"))
    return [{"label": label, "state": step} for label, step in zip(labels, ("done", code, declaration, publication), strict=True)]


def _facts(case: Case) -> list[dict[str, Any]]:
    registered = f"{day(case.created_at)}, {clock(case.created_at)}"
    follow_up = date_format(case.follow_up_on, "l j F Y") if case.follow_up_on else ""
    facts: list[dict[str, Any]] = [
        {"label": _("Exposure"), "value": span(case.exposure_start, case.exposure_end), "note": _zone()},
        {"label": _("Infected people"), "value": case.infected_count},
        {"label": _("Region"), "value": case.region},
        {"label": _("Type of place"), "value": type_label(case.region.country_id, case.venue_type)},
        {"label": _("Your reference"), "value": case.reference},
        {"label": _("Registered"), "value": registered, "note": case.created_by},
        {"label": _("Assigned to"), "value": case.assignee or case.team or _("nobody")},
        {"label": _("Follow-up"), "value": follow_up},
    ]
    if case.closing_reason:
        facts.append({"label": _("Closed because"), "value": case.get_closing_reason_display()})
    return facts


def _zone() -> str:
    return _("Time zone: %(zone)s") % {"zone": timezone.get_current_timezone_name()}


def _card(code: CaseCode, page: CasePage, noticed: Sequence[Noticed]) -> dict[str, Any]:
    return {
        "code": code,
        "kind": kind_of(code),
        "country": country_of(code),
        "time": time_of(code),
        "fits": not code.starts_at or fits(page.case, code),
        "noticed": noticed,
        "chosen": code.pk == page.case.code_id,
    }


def _picture(picture: Picture) -> dict[str, Any]:
    tones = {
        PictureState.WAITING: ("neutral", "clock"),
        PictureState.READING: ("info", "hourglass"),
        PictureState.READ: ("success", "check-circle"),
        PictureState.UNREADABLE: ("warning", "warning"),
    }
    tone, icon = tones[PictureState(picture.state)]
    return {
        "picture": picture,
        "tone": tone,
        "icon": icon,
        "advice": explain(Advice(picture.advice)) if picture.advice else "",
    }


def _declaration(row: Declaration, page: CasePage) -> dict[str, Any]:
    what, then = story(row, now=page.now)
    return {
        "row": row,
        "hours": span(row.start, row.end),
        "instant": clock(row.instant) if row.instant else "",
        "what": what,
        "next": then,
        "sent": moment(row.accepted_at, now=page.now) if row.accepted_at else "",
        "published": moment(row.published_at, now=page.now) if row.published_at else "",
    }

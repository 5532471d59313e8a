"""Links a case to the LTId of its code, or says what stands in the way."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from clea_portal.accounts.models import User
from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import Country, ServerAuthority
from clea_portal.protocol.lsp import LspType
from mct.enums import CaseState, Entry, PictureState, Problem
from mct.models import Case, CaseCode
from mct.moves import Gone, IllegalMove, lock_case, move_case, note, relink


def link_case(case_id: int) -> None:
    """Bring a case in ``linking`` to ``ready`` or ``needs_attention``, once all its pictures are read. Safe to run twice."""
    with suppress(Gone), transaction.atomic():
        case = lock_case(case_id)
        if case.state != CaseState.LINKING:
            return
        if case.pictures.filter(state__in=[PictureState.WAITING, PictureState.READING]).exists():
            return
        _find_countries(case)
        # Entrance code and invitation of one event share an LTId: one place, and the type that every server takes comes first.
        codes = list(case.codes.select_related("country").order_by("lsp_type", "pk"))
        only = codes[0] if len({code.ltid for code in codes}) == 1 else None
        code = next((code for code in codes if code.pk == case.code_id), only)
        if not codes:
            move_case(case, CaseState.NEEDS_ATTENTION, problem=Problem.NO_CODE)
        elif code is None:
            move_case(case, CaseState.NEEDS_ATTENTION, problem=Problem.SEVERAL_CODES)
        elif problem := obstacle(case, code, now=timezone.now()):
            move_case(case, CaseState.NEEDS_ATTENTION, problem=problem, code=code)
        else:
            move_case(case, CaseState.READY, code=code)


def _find_countries(case: Case) -> None:
    """A country that was added since the code came in is its country now."""
    for code in case.codes.filter(country=None):
        country = Country.objects.filter(host=code.host).first()
        if country is not None:
            case.codes.filter(pk=code.pk).update(country=country)


def obstacle(case: Case, code: CaseCode, *, now: datetime) -> Problem | None:
    """What keeps this code from being declared for this case's hours, or None."""
    server = ServerAuthority.objects.filter(country=code.country).first() if code.country else None
    return obstacle_at(server, case, code, now=now)


def obstacle_at(server: ServerAuthority | None, case: Case, code: CaseCode, *, now: datetime) -> Problem | None:
    """Without a query. ``server``: that of the code's country."""
    if code.country is None:
        return Problem.UNKNOWN_COUNTRY
    if server is None or (server.kind == ServerKind.API and not server.has_credentials):
        return Problem.NO_SERVER
    if code.lsp_type == LspType.ASYNCHRONOUS and not server.accepts_type_1:
        return Problem.TYPE_REFUSED
    if case.exposure_end <= now - timedelta(days=code.country.horizon_days):
        return Problem.TOO_OLD
    if code.starts_at is not None and not fits(case, code):
        return Problem.OTHER_TIME
    return None


def fits(case: Case, code: CaseCode) -> bool:
    """Whether the case's hours and those written in the code have a moment in common. An unknown duration counts as 24 hours."""
    assert code.starts_at is not None
    ends_at = code.starts_at + timedelta(hours=code.visit_duration or 24)
    return case.exposure_start < ends_at and case.exposure_end > code.starts_at


def choose_code(*, case: Case, code: CaseCode, by: User) -> None:
    """Say which of several codes is the right one. Raises IllegalMove where nothing is to be chosen."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if case.state not in (CaseState.NEEDS_ATTENTION, CaseState.READY) or code.case_id != case.pk:
            raise IllegalMove
        note(case, Entry.CODE_CHOSEN, by=by, code=str(code.uuid))
        relink(case, by=by, code=code)

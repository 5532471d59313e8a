"""A place's manager gives a case the code of one day, of their own will.

The agent says a number on the phone, or sends a link; the manager, signed in, picks place and day. What reaches the case is
the code and the day: who gave it stands nowhere on this side, so nothing leads from the case's LTId to the place.
"""

import secrets
from datetime import date, datetime, timedelta

from django.db import models, transaction
from django.utils.crypto import salted_hmac

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.authorities.enums import Deployment
from mct.enums import IN_FORCE, CaseState, Entry
from mct.intake import keep_link, open_link
from mct.models import Case, CodeRequest
from mct.moves import IllegalMove, SomeoneWasFaster, lock_case, note, relink

NUMBER_DIGITS = 8
NUMBER_LIFE = timedelta(minutes=10)
LINK_LIFE = timedelta(hours=48)


def can_be_asked_for(case: Case) -> bool:
    """Whether a code could still be added to the case."""
    if case.state in (CaseState.DRAFT, CaseState.LINKING):
        return True
    open_to_change = case.state in (CaseState.NEEDS_ATTENTION, CaseState.READY)
    return open_to_change and not case.declarations.filter(state__in=IN_FORCE).exists()


def ask_for_code(*, case: Case, by: User, now: datetime) -> CodeRequest:
    """A new number (10 minutes) and link (48 hours) for the case; those before no longer work. Raises IllegalMove."""
    number = f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}}"
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        case = lock_case(case.pk)
        if not can_be_asked_for(case):
            raise IllegalMove
        CodeRequest.objects.filter(case=case).delete()
        request = CodeRequest.objects.create(
            case=case,
            number=number,
            number_digest=_digest(number),
            token=token,
            token_digest=_digest(token),
            created_by=by,
            created_at=now,
            number_expires_at=now + NUMBER_LIFE,
            expires_at=now + LINK_LIFE,
        )
        note(case, Entry.CODE_ASKED_FOR, by=by)
    return request


def find_by_number(text: str, *, now: datetime) -> CodeRequest | None:
    """The request whose number somebody typed, with or without blanks, within its ten minutes."""
    digits = "".join(text.split())
    return _answering(now).filter(number_digest=_digest(digits), number_expires_at__gt=now).first()


def find_by_token(token: str, *, now: datetime) -> CodeRequest | None:
    return _answering(now).filter(token_digest=_digest(token)).first()


def still_open(uuid: str | None, *, now: datetime) -> CodeRequest | None:
    """A request that was found before, if it still waits."""
    return _answering(now).filter(uuid=uuid).first() if uuid else None


@transaction.atomic
def call_off(*, case: Case, by: User) -> None:
    """Number and link stop working. Calling off twice changes nothing."""
    if CodeRequest.objects.filter(case=case).delete()[0]:
        record_act(actor=by, verb="code_request_called_off", on=case)


def give_code(request: CodeRequest, *, link: str, day: date) -> None:
    """Put the code on the request's case and have it linked; the request is used up.

    Raises SomeoneWasFaster when the request was used, replaced or called off meanwhile, IllegalMove when the case no longer
    takes codes, NotALink.
    """
    header = open_link(link)[1]
    with transaction.atomic():
        case = lock_case(request.case_id)
        # By a merge, a request becomes another case's.
        if not CodeRequest.objects.filter(pk=request.pk, case=case).delete()[0]:
            raise SomeoneWasFaster
        if not can_be_asked_for(case):
            raise IllegalMove
        before = set(case.codes.values_list("ltid", flat=True))
        keep_link(case, link)
        record_act(actor=None, verb=Entry.CODE_SHARED.value, on=case, day=day.isoformat())
        # By nobody: the manager's name must not stand beside the LTId.
        note(case, Entry.CODE_SHARED, by=None, day=day.isoformat(), matches=header.ltid in before if before else None)
        code = case.codes.filter(ltid=header.ltid).order_by("lsp_type").first()
        relink(case, by=None, code=code)


def _answering(now: datetime) -> "models.QuerySet[CodeRequest]":
    requests = CodeRequest.objects.open(now).exclude(case__region__country__deployment=Deployment.NONE)
    return requests.select_related("case__region__country")


def _digest(secret: str) -> str:
    return salted_hmac("mct.sharing", secret, algorithm="sha256").hexdigest()

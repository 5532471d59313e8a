"""A place's contact sends a case the day's code and the register, by a one-time link, without an account.

Whoever holds the link may send, and learns nothing of the case. An opening is one browser's session, however often it loads the
page; the programs that look at links in messages open nothing, since an opening takes the press of a button.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from clea_portal.accounts.models import User
from clea_portal.audit.models import AuditSide
from clea_portal.audit.trail import record_act
from clea_portal.authorities.enums import Deployment
from clea_portal.protocol.check_code import CHECK_CODE_ALPHABET
from mct.contact_models import MOST_OPENINGS, ContactLink
from mct.enums import CaseState, Entry, LinkEnding
from mct.intake import TooManyPictures, add_evidence
from mct.models import Case
from mct.moves import IllegalMove, SomeoneWasFaster, lock_case, note

LINK_LIFE = timedelta(hours=48)
# 128 bits: short enough for a text message.
TOKEN_BYTES = 16
RECEIPT_LENGTH = 8
# Those that cannot be read included: a case forgets these, a stranger's link does not.
MOST_PICTURES = 20


class TooManyOpenings(Exception):
    """The link has been opened MOST_OPENINGS times."""


class NothingSent(ValueError):
    """There is nothing to give a receipt for."""


def make_link(*, case: Case, by: User, now: datetime) -> ContactLink:
    """A new link for the case; the one before no longer works. Raises IllegalMove for a closed case."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        case = lock_case(case.pk)
        if case.state == CaseState.CLOSED:
            raise IllegalMove
        end_links(case, LinkEnding.REPLACED, now=now)
        link = ContactLink.objects.create(
            case=case, token=token, token_digest=_digest(token), created_by=by, created_at=now, expires_at=now + LINK_LIFE
        )
        note(case, Entry.CONTACT_ASKED, by=by)
    return link


def revoke_link(*, case: Case, by: User, now: datetime) -> None:
    """The case's link stops working. Doing so twice changes nothing."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if end_links(case, LinkEnding.REVOKED, now=now):
            note(case, Entry.CONTACT_REVOKED, by=by)


def end_links(case: Case, ending: LinkEnding, *, now: datetime) -> bool:
    """Have the link of a locked case no longer work; whether there was one."""
    return bool(_unended(case).update(ended_at=now, ending=ending, token=""))


def end_expired(*, now: datetime) -> int:
    """Forget the tokens of links that are too old; how many."""
    expired = ContactLink.objects.filter(ended_at=None, expires_at__lte=now)
    return expired.update(ended_at=F("expires_at"), ending=LinkEnding.EXPIRED, token="")


def find_by_token(token: str, *, now: datetime) -> ContactLink | None:
    return _answering(now).filter(token_digest=_digest(token)).first()


def still_open(uuid: str, *, now: datetime) -> ContactLink | None:
    """A link that was found before, if it still works."""
    return _answering(now).filter(uuid=uuid).first()


def open_anew(link: ContactLink, *, now: datetime) -> None:
    """Count one more browser. Raises TooManyOpenings, SomeoneWasFaster when the link no longer works."""
    with transaction.atomic():
        case, _ = lock(link, now=now)
        if not ContactLink.objects.filter(pk=link.pk, openings__lt=MOST_OPENINGS).update(openings=F("openings") + 1):
            raise TooManyOpenings
        link.refresh_from_db(fields=["openings"])
        _note(case, Entry.CONTACT_OPENED, number=link.openings, most=MOST_OPENINGS)


def send_codes(link: ContactLink, *, pictures: Sequence[bytes], read: Sequence[str] = (), now: datetime) -> None:
    """Pictures of the day's code, which are read like an agent's; ``read``: links that the phone's camera has read already.

    Raises TooManyPictures, NotALink, IllegalMove when the case takes no more codes, SomeoneWasFaster when the link no longer
    works.
    """
    with transaction.atomic():
        case, link = lock(link, now=now)
        if link.codes_sent + len(pictures) + len(read) > MOST_PICTURES:
            raise TooManyPictures
        if read:
            _note(case, Entry.CONTACT_CAMERA)
            ContactLink.objects.filter(pk=link.pk).update(codes_read=F("codes_read") + len(read))
        added = add_evidence(case=case, pictures=pictures, links=read, by=None, entry=Entry.CONTACT_CODES)
        if added:
            link.pictures.add(*added)
            _record(case, Entry.CONTACT_CODES, count=len(pictures))


def finish(link: ContactLink, *, now: datetime) -> str:
    """Use the link up; the receipt. Raises NothingSent, SomeoneWasFaster when the link no longer works."""
    receipt = "".join(secrets.choice(CHECK_CODE_ALPHABET) for _ in range(RECEIPT_LENGTH))
    receipt = f"{receipt[:4]}-{receipt[4:]}"
    with transaction.atomic():
        case, link = lock(link, now=now)
        if not link.codes_sent and not link.register_pages.exists():
            raise NothingSent
        _unended(case).update(ended_at=now, ending=LinkEnding.DONE, token="", receipt=receipt)
        _note(case, Entry.CONTACT_DONE, receipt=receipt)
    return receipt


def lock(link: ContactLink, *, now: datetime) -> tuple[Case, ContactLink]:
    """The link's case, locked, and the link as it is now. Raises SomeoneWasFaster when it no longer works."""
    case = lock_case(link.case_id)
    # By a merge, a link becomes another case's.
    fresh = _answering(now).filter(pk=link.pk, case=case).first()
    if fresh is None:
        raise SomeoneWasFaster
    return case, fresh


def _unended(case: Case) -> "models.QuerySet[ContactLink]":
    return ContactLink.objects.filter(case=case, ended_at=None)


def _answering(now: datetime) -> "models.QuerySet[ContactLink]":
    # A closed case has no link that has not ended; one that got closed by another way is not answered either.
    links = ContactLink.objects.open(now).exclude(case__state=CaseState.CLOSED)
    return links.exclude(case__region__country__deployment=Deployment.NONE).select_related("case__region__country")


def _note(case: Case, entry: Entry, **params: Any) -> None:
    note(case, entry, by=None, **params)
    _record(case, entry, **params)


def _record(case: Case, entry: Entry, **params: Any) -> None:
    record_act(actor=None, side=AuditSide.LINK, verb=entry.value, on=case, **params)


def _digest(token: str) -> str:
    return salted_hmac("mct.contact_links", token, algorithm="sha256").hexdigest()

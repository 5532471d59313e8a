"""Pages of a place's visitors' register: sealed for the authority as they come in, shown only within their case, then deleted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from clea_portal.accounts.models import User
from clea_portal.audit.models import AuditSide
from clea_portal.audit.trail import record_act, record_read
from clea_portal.authorities.envelopes import seal, unseal
from clea_portal.authorities.keys import tracing_key
from clea_portal.scanning.files import kind_of
from clea_portal.scanning.results import MAX_PAGES
from clea_portal.scanning.viewing import draw_sheet
from mct.contact_links import lock
from mct.contact_models import ContactLink, RegisterPage
from mct.enums import Entry
from mct.models import TimelineEntry
from mct.moves import lock_case, note

MOST_FILES = 20


class TooManyFiles(ValueError):
    """A link takes MOST_FILES files of a register."""


class NotAPage(ValueError):
    """Neither a picture nor a PDF that could ever be shown."""


class NoSuchSheet(LookupError):
    """The file has fewer sheets."""


def keep_pages(link: ContactLink, *, contents: Sequence[bytes], now: datetime) -> None:
    """Seal files and keep them with the link's case.

    Raises TooManyFiles, NotAPage, NoKey, SomeoneWasFaster when the link no longer works.
    """
    country = link.case.region.country
    key = tracing_key(country, at=now)
    expires_at = now + timedelta(days=country.register_page_retention_days)
    with transaction.atomic():
        case, link = lock(link, now=now)
        if link.register_pages.count() + len(contents) > MOST_FILES:
            raise TooManyFiles
        last = case.register_pages.aggregate(last=Max("number"))["last"] or 0
        for number, content in enumerate(contents, start=last + 1):
            kind, uuid = kind_of(content), uuid4()
            if kind is None:
                raise NotAPage
            RegisterPage.objects.create(
                uuid=uuid,
                case=case,
                link=link,
                number=number,
                envelope=seal(content, key=key, belongs_to=uuid.bytes),
                key=key,
                kind=kind.value,
                size=len(content),
                created_at=now,
                expires_at=expires_at,
            )
        note(case, Entry.REGISTER_SENT, by=None, count=len(contents))
        record_act(actor=None, side=AuditSide.LINK, verb=Entry.REGISTER_SENT.value, on=case, count=len(contents))


def count_sheets(page: RegisterPage) -> int:
    """How many sheets the file has, found out once. Raises RefusedError with advice, Unopenable."""
    if page.sheets is None:
        page.sheets = draw_sheet(_open(page), sheet=0, memory=settings.READING_MEMORY_BYTES).count
        # Conditional: its time may run out while it is looked at.
        RegisterPage.objects.filter(pk=page.pk).update(sheets=page.sheets)
    return page.sheets


def show_sheet(page: RegisterPage, *, sheet: int, by: User) -> bytes:
    """One sheet as a clean JPEG, for somebody who may see the case; noted in its timeline and in the audit trail.

    Raises NoSuchSheet, RefusedError with advice, Unopenable, Gone.
    """
    if not 1 <= sheet <= MAX_PAGES:
        raise NoSuchSheet
    jpeg = draw_sheet(_open(page), sheet=sheet, memory=settings.READING_MEMORY_BYTES).jpeg
    if not jpeg:
        raise NoSuchSheet
    with transaction.atomic():
        lock_case(page.case_id)
        TimelineEntry.objects.create(
            case_id=page.case_id, entry=Entry.REGISTER_OPENED, actor=by, params={"number": page.number, "sheet": sheet}
        )
        record_read(actor=by, verb=Entry.REGISTER_OPENED.value, on=page.case, page=str(page.uuid), sheet=sheet)
    return jpeg


def _open(page: RegisterPage) -> bytes:
    return unseal(bytes(page.envelope), key=page.key, belongs_to=page.uuid.bytes)

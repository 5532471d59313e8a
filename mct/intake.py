"""Codes come in: pictures wait for the worker, links are read at once, and only deep links stay."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from clea_portal.accounts.models import User
from clea_portal.authorities.models import Country
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.links import DeepLink, parse_link
from clea_portal.protocol.lsp import Header, decode_header
from clea_portal.protocol.ntp import from_ntp
from clea_portal.scanning.isolated import read_isolated
from clea_portal.scanning.results import Advice, Reading
from mct.enums import Entry, PictureState
from mct.models import Case, CaseCode, Picture
from mct.moves import Gone, lock_case, note, relink
from mct.searching import index_code
from mct.waking import LINK_CASE, READ_PICTURE, wake

logger = structlog.get_logger(__name__)

MAX_PICTURES = 10
MAX_ATTEMPTS = 3
READING_SECONDS = 20
LEASE = timedelta(seconds=READING_SECONDS + 40)


class TooManyPictures(ValueError):
    """A case takes MAX_PICTURES pictures; those that could not be read do not count."""


class NotALink(ValueError):
    """The pasted text is not the link of a CLÉA code. ``args[0]`` says what is wrong with it."""


def add_evidence(
    *, case: Case, pictures: Sequence[bytes], links: Sequence[str], by: User | None, entry: Entry = Entry.PICTURES_ADDED
) -> list[Picture]:
    """Add pictures (contents of files) and links to a case and have it linked; the new rows of the pictures.

    ``entry``: how the timeline tells of the pictures. Raises TooManyPictures, NotALink, IllegalMove.
    """
    added = []
    with transaction.atomic():
        case = lock_case(case.pk)
        if case.pictures.exclude(state=PictureState.UNREADABLE).count() + len(pictures) > MAX_PICTURES:
            raise TooManyPictures
        last = case.pictures.aggregate(last=Max("number"))["last"] or 0
        for link in links:
            keep_link(case, link)
            note(case, Entry.LINK_ADDED, by=by)
        for number, content in enumerate(pictures, start=last + 1):
            picture = Picture.objects.create(case=case, number=number, content=content)
            added.append(picture)
            wake(READ_PICTURE, picture.pk)
        if pictures:
            note(case, entry, by=by, count=len(pictures))
        if pictures or links:
            relink(case, by=by, code=None)
    return added


def open_link(link: str) -> tuple[DeepLink, Header]:
    """A link's parts, and what its clear part says. Raises NotALink."""
    try:
        parsed = parse_link(link)
        if parsed.prefix is None:
            raise NotALink("no_prefix")
        return parsed, decode_header(parsed.lsp)
    except ProtocolError as error:
        raise NotALink(error.code) from error


def keep_link(case: Case, link: str) -> None:
    """Keep a code of a case with what its clear part says; the same code again replaces its link. Raises NotALink."""
    parsed, header = open_link(link)
    host = parsed.host or ""
    starts_at = None
    if header.t_event is not None:
        starts_at = from_ntp(header.t_event)
    elif parsed.t is not None:
        starts_at = datetime.fromtimestamp(parsed.t, UTC)
    CaseCode.objects.update_or_create(
        case=case,
        ltid=header.ltid,
        lsp_type=header.lsp_type,
        defaults={
            "deep_link": link.strip(),
            "country": Country.objects.filter(host=host).first(),
            "host": host[:120],
            "starts_at": starts_at,
            "visit_duration": header.visit_duration,
        },
    )
    index_code(case, header.ltid)


def read_picture(picture_id: int) -> None:
    """Read one waiting picture in a child process, keep the links, erase the picture. Safe to run twice."""
    now = timezone.now()
    claimed = Picture.objects.filter(
        pk=picture_id, state__in=[PictureState.WAITING, PictureState.READING], leased_until__lte=now
    ).update(state=PictureState.READING, leased_until=now + LEASE, attempts=F("attempts") + 1)
    if not claimed:
        return
    picture = Picture.objects.filter(pk=picture_id).first()
    if picture is None:
        return
    if picture.attempts > MAX_ATTEMPTS:
        # It took the worker down with it each time it was tried.
        reading = Reading(links=(), advice=Advice.TIMED_OUT, milliseconds=0, pages=0)
    else:
        assert picture.content is not None
        reading = read_isolated(picture.content, seconds=READING_SECONDS, memory=settings.READING_MEMORY_BYTES)
    with suppress(Gone), transaction.atomic():
        case = lock_case(picture.case_id)
        done = Picture.objects.filter(pk=picture_id, state=PictureState.READING, attempts=picture.attempts).update(
            state=PictureState.READ if reading.links else PictureState.UNREADABLE,
            advice=reading.advice.value if reading.advice and not reading.links else "",
            content=None,
        )
        if not done:
            return
        for link in reading.links:
            keep_link(case, link)
        entry = Entry.PICTURE_READ if reading.links else Entry.PICTURE_UNREADABLE
        note(case, entry, by=None, number=picture.number, codes=len(reading.links), milliseconds=reading.milliseconds)
        wake(LINK_CASE, case.pk)
    logger.info("picture read", picture=str(picture.uuid), codes=len(reading.links), milliseconds=reading.milliseconds)

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image

from clea_portal.audit.models import AuditEvent, AuditKind, AuditSide
from clea_portal.authorities.envelopes import Unopenable
from clea_portal.authorities.keys import NoKey
from clea_portal.authorities.models import Country, TracingKey
from clea_portal.protocol.keys import generate_private_key, private_key_hex, public_key_hex
from clea_portal.scanning.results import Advice, RefusedError
from mct import contact_links, register_pages
from mct.enums import Entry
from mct.models import Case, ContactLink, RegisterPage
from mct.moves import SomeoneWasFaster
from mct.register_pages import MOST_FILES, NoSuchSheet, NotAPage, TooManyFiles
from mct.retention import purge
from tests.clea_portal.scanning.files import make_pdf, save
from tests.factories import CaseFactory, contact_link, ready_country

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)
# What nobody may find: it stands in the file as it is, as a stranger's scanner might write it.
SECRET = b"Jeanne Dupont 0612345678"
PAGE = save(Image.new("L", (400, 500), 230), "JPEG", comment=SECRET)


@pytest.fixture
def link(woken):
    ready_country(register_page_retention_days=15)
    return contact_link(CaseFactory())


def keep(link, *contents):
    register_pages.keep_pages(link, contents=contents or [PAGE], now=NOW)
    return list(RegisterPage.objects.all())


def whole_database():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield from (bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row)


def test_page_is_kept_sealed_and_told_of(link):
    (page,) = keep(link)
    assert (page.case, page.link, page.number, page.kind, page.size) == (link.case, link, 1, "jpeg", len(PAGE))
    assert (page.key, page.sheets, page.expires_at) == (TracingKey.objects.get(), None, NOW + 15 * DAY)
    entry = link.case.timeline.get(entry=Entry.REGISTER_SENT)
    assert (entry.actor, entry.params) == (None, {"count": 1})
    event = AuditEvent.objects.get(verb="register_sent")
    assert (event.actor, event.side, event.subject_uuid, event.details) == (None, AuditSide.LINK, link.case.uuid, {"count": 1})


def test_nothing_of_a_page_can_be_read_in_the_database(link):
    assert SECRET in PAGE
    keep(link)
    values = list(whole_database())
    assert [value for value in values if SECRET in value or b"JFIF" in value or SECRET.hex().encode() in value] == []
    assert any(len(value) > len(PAGE) for value in values)


def test_pages_are_numbered_through_the_case(link):
    keep(link, PAGE, make_pdf(2))
    other = contact_link(link.case)
    assert [(page.number, page.kind, page.link) for page in keep(other, PAGE)] == [
        (1, "jpeg", link),
        (2, "pdf", link),
        (3, "jpeg", other),
    ]


def test_sheet_is_shown_clean_and_noted(link, agent):
    (page,) = keep(link, save(Image.new("L", (400, 500), 230), "JPEG", comment=SECRET))
    jpeg = register_pages.show_sheet(page, sheet=1, by=agent)
    assert (Image.open(BytesIO(jpeg)).size, SECRET in jpeg) == ((400, 500), False)
    entry = link.case.timeline.get(entry=Entry.REGISTER_OPENED)
    assert (entry.actor, entry.params) == (agent, {"number": 1, "sheet": 1})
    event = AuditEvent.objects.get(verb="register_opened")
    assert (event.kind, event.actor, event.subject_uuid) == (AuditKind.READ, agent, link.case.uuid)
    assert event.details == {"page": str(page.uuid), "sheet": 1}


def test_sheets_are_counted_once(link, monkeypatch):
    (page,) = keep(link, make_pdf(3))
    assert (register_pages.count_sheets(page), RegisterPage.objects.get().sheets) == (3, 3)
    monkeypatch.setattr(register_pages, "draw_sheet", None)
    assert register_pages.count_sheets(RegisterPage.objects.get()) == 3


@pytest.mark.parametrize("sheet", [0, 2, 51, 100_000])
def test_there_is_no_sheet_beyond(link, agent, sheet):
    (page,) = keep(link)
    with pytest.raises(NoSuchSheet):
        register_pages.show_sheet(page, sheet=sheet, by=agent)
    assert not link.case.timeline.filter(entry=Entry.REGISTER_OPENED).exists()


def test_damaged_page_says_so(link, agent):
    (page,) = keep(link, PAGE[:200])
    with pytest.raises(RefusedError) as refusal:
        register_pages.count_sheets(page)
    assert refusal.value.advice == Advice.DAMAGED


def test_page_is_opened_by_the_generation_that_sealed_it(link, agent):
    (old,) = keep(link)
    pair = generate_private_key()
    new = TracingKey.objects.create(
        authority=old.key.authority,
        public_key=public_key_hex(pair.public_key()),
        private_key=private_key_hex(pair),
        valid_from=NOW - DAY,
    )
    pages = keep(link, PAGE)
    assert [page.key for page in pages] == [old.key, new]
    assert all(register_pages.show_sheet(page, sheet=1, by=agent) for page in pages)


def test_envelope_opens_only_in_its_own_row(link, agent):
    first, second = keep(link, PAGE, PAGE)
    RegisterPage.objects.filter(pk=first.pk).update(envelope=second.envelope)
    first.refresh_from_db()
    with pytest.raises(Unopenable):
        register_pages.show_sheet(first, sheet=1, by=agent)


def test_link_takes_so_many_files(link):
    keep(link, *[PAGE] * MOST_FILES)
    with pytest.raises(TooManyFiles):
        keep(link)
    assert RegisterPage.objects.count() == MOST_FILES


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a text document", b"<svg onload='x'/>"])
def test_what_can_never_be_shown_is_not_kept(link, content):
    with pytest.raises(NotAPage):
        keep(link, PAGE, content)
    assert not RegisterPage.objects.exists()


def test_without_a_key_nothing_is_kept(link):
    TracingKey.objects.update(valid_from=NOW + DAY)
    with pytest.raises(NoKey):
        keep(link)
    assert not RegisterPage.objects.exists()


def test_link_that_ended_takes_no_page(link):
    ContactLink.objects.update(expires_at=NOW - DAY)
    with pytest.raises(SomeoneWasFaster):
        keep(link)
    assert not RegisterPage.objects.exists()


def test_register_alone_is_worth_a_receipt(link):
    keep(link)
    assert contact_links.finish(link, now=NOW)


def test_pages_are_deleted_after_the_countrys_retention(link):
    Country.objects.update(register_page_retention_days=3)
    contact_links.end_links(link.case, "revoked", now=NOW)
    link = contact_link(Case.objects.select_related("region__country").get())
    keep(link)
    contact_links.end_links(link.case, "revoked", now=NOW)
    assert (purge(now=NOW + 2 * DAY), purge(now=NOW + 4 * DAY)) == (0, 1)
    assert not RegisterPage.objects.exists()


def test_page_goes_with_its_case(link):
    keep(link)
    Case.objects.all().delete()
    assert (RegisterPage.objects.count(), ContactLink.objects.count()) == (0, 0)

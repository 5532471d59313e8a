"""The key is rotated in the middle of everything, and nothing is unreadable afterwards."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from clea_portal.authorities.models import TracingKey
from clea_portal.jobs.models import Job
from clea_portal.protocol.keys import parse_private_key, public_key_hex
from mct.declaring import declare
from mct.enums import CaseState
from mct.messages.decrypting import decrypt_message
from mct.messages.enums import MessageState
from mct.messages.models import ContactMessage
from mct.messages.receiving import receive
from mct.models import Declaration
from mct.register_pages import count_sheets, keep_pages
from mct.sending import send_declaration
from tests.clea_portal.administration.scenes import contact_in, received, rotated
from tests.clea_portal.codes.printing.orders import choices, links_of
from tests.clea_portal.scanning.files import make_pdf
from tests.factories import CaseFactory, TeamMembershipFactory, VenueFactory, contact_link, linked_case
from tests.mct.conftest import sandbox, shared_sandbox, woken
from tests.mct.test_race import at_once
from tests.members import member, organisation_with_choices, signed_in
from tests.venues.making import opened_venue, rotating
from venues.codes import issue_code
from venues.jobs import bundle
from venues.models import VenueCode
from venues.packs import make_pack, refresh_pack
from venues.printing import of_pack

__all__ = ["sandbox", "shared_sandbox", "woken"]
PHONE = "33465710038"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def organisation(db):
    return organisation_with_choices()


def content_of(file):
    with file:
        return file.read()


def generations_used(codes):
    return [code.tracing_key_id for code in codes.order_by("valid_from", "pk")]


def all_readable(country, links):
    return {(message.state, message.phone) for message in (received(country, link) for link in links)}


@pytest.mark.django_db
def test_rotation_in_the_middle_of_a_bundle(organisation, now, monkeypatch):
    """Between two pages of a pack's bundle: what is printed is what was issued, whichever key that carries."""
    country, owner = organisation.country, member(organisation)
    venue = rotating(opened_venue(organisation, now=now), now=now)
    today = now.astimezone(venue.zone).date()
    pack = make_pack(venue=venue, first_day=today, last_day=today + timedelta(days=3), by=owner, now=now)
    sent = choices(of_pack(pack), first_day=str(pack.first_day), last_day=str(pack.last_day), act="bundle_pdf")
    signed_in(owner).post(reverse("venues:print_pack", args=[pack.uuid]), sent)
    seen = []

    def report(done, total):
        if len(seen) == 1:
            rotated(country, now=now)
        seen.append(done)

    content = content_of(bundle(json.loads(Job.objects.get().arguments), by=owner, report=report).file)
    assert (len(seen) > 2, TracingKey.objects.count()) == (True, 2)
    printed = {link for page in links_of(content) for link in page}
    assert printed == {printable.code.deep_link for printable in of_pack(pack).printables}
    assert all_readable(country, printed) == {(MessageState.OPEN, PHONE)}


@pytest.mark.django_db
def test_rotation_in_the_middle_of_a_pack(organisation, now):
    """The days that are there keep their key, those that are made later have the new one, and all can be read."""
    country, owner = organisation.country, member(organisation)
    venue = rotating(opened_venue(organisation, now=now), now=now)
    old, today = country.tracing.keys.get(), now.astimezone(venue.zone).date()
    days = {"venue": venue, "first_day": today + timedelta(days=1), "by": owner, "now": now}
    make_pack(last_day=today + timedelta(days=2), **days)
    new = rotated(country, now=now)
    pack = make_pack(last_day=today + timedelta(days=4), **days)
    codes = VenueCode.objects.filter(packs=pack)
    assert generations_used(codes) == [old.pk] * 2 + [new.pk] * 2
    assert refresh_pack(pack, by=owner, now=now) == 0
    assert all_readable(country, [code.deep_link for code in codes]) == {(MessageState.OPEN, PHONE)}


@pytest.mark.django_db
def test_rotation_between_ordering_and_sending_a_declaration(sandbox, country, now, woken):
    """The server reads the code as it hangs on the wall, and sends a contact message for the old key."""
    agent, server = TeamMembershipFactory().user, parse_private_key(sandbox.sk_sa)
    country.server.keys.update(public_key=public_key_hex(server.public_key()))
    fields = {"base_url": sandbox.base_url, "list_url": sandbox.list_url, "client_key": sandbox.client_key}
    type(country.server).objects.update(**fields)
    code = issue_code(venue=VenueFactory(), by=agent, now=now - timedelta(days=7))
    case = linked_case(state=CaseState.READY, code={"deep_link": code.deep_link})
    declare(case=case, by=agent)
    rotated(country, now=now)
    declaration = Declaration.objects.get()
    send_declaration(declaration.pk)
    declaration.refresh_from_db()
    assert (declaration.state, declaration.reason, declaration.deep_link) == ("accepted", "accepted", code.deep_link)
    assert received(country, code.deep_link, server=server).phone == "33476123456"


@pytest.mark.django_db
def test_rotation_between_two_register_pages(country, now, woken):
    link = contact_link(CaseFactory())
    keep_pages(link, contents=[make_pdf(1)], now=now)
    new = rotated(country, now=now)
    keep_pages(link, contents=[make_pdf(2)], now=now)
    pages = list(link.case.register_pages.all())
    assert [count_sheets(page) for page in pages] == [1, 2]
    assert (pages[0].key != new, pages[1].key) == (True, new)


@pytest.mark.django_db(transaction=True)
def test_rotation_while_messages_come_in_and_codes_are_made(transactional_db, now, woken):
    """Codes are made, messages taken in and decrypted, and keys added, all at once."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")
    organisation = organisation_with_choices()
    country = organisation.country
    venues = [opened_venue(organisation, now=now) for _ in range(4)]

    def come_in(venue):
        code = VenueCode.objects.get(venue=venue)
        message = receive(
            server=country.server,
            number=uuid4(),
            encrypted_contact=contact_in(code.deep_link),
            ltid=uuid4(),
            start=now,
            seconds=1800,
            risk=3.0,
            now=now,
        )
        decrypt_message(message.pk)

    acts = [lambda venue=venue: come_in(venue) for venue in venues]
    acts += [lambda: opened_venue(organisation, now=timezone.now()) for _ in range(4)]
    acts += [lambda: rotated(country, now=timezone.now()) for _ in range(3)]
    assert at_once(*acts) == ["done"] * len(acts)
    assert set(ContactMessage.objects.values_list("state", flat=True)) == {MessageState.OPEN}
    assert (TracingKey.objects.count(), VenueCode.objects.count()) == (4, 8)
    by_key = {key.pk: key for key in TracingKey.objects.all()}
    for code in VenueCode.objects.all():
        # What the row says of its key is what opens it, with no other key's help.
        TracingKey.objects.exclude(pk=code.tracing_key_id).update(private_key=None, destroyed_at=now)
        assert received(country, code.deep_link).phone == PHONE
        for key in by_key.values():
            key.save()

"""The files of a code by e-mail, of venues and of events."""

import uuid
from io import BytesIO

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError
from pypdf import PdfReader

import events.mailing
import venues.mailing
from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Membership
from clea_portal.audit.models import AuditEvent
from clea_portal.scanning.reading import read_content
from events.slots import add_slot
from tests.events.making import coming_event
from tests.factories import MembershipFactory
from tests.members import member, organisation_with_choices, signed_in
from tests.venues.making import opened_venue

KINDS = pytest.mark.parametrize("kind", ["venue", "event"])
WORK = {"venue": venues.mailing.mail_code, "event": events.mailing.mail_code}


@pytest.fixture
def organisation(db):
    return organisation_with_choices()


@pytest.fixture
def codes(organisation):
    event = coming_event(organisation)
    return {"venue": opened_venue(organisation).codes.get(), "event": event.codes.get(kind="asynchronous")}


@pytest.fixture
def ordered(monkeypatch):
    """Tasks that were given to the worker."""
    tasks = []
    monkeypatch.setattr("clea_portal.codes.mailing.app.send_task", lambda name, *, args, retry: tasks.append((name, args)))
    return tasks


def place_of(kind, code):
    return getattr(code, kind)


def press(user, kind, code):
    return signed_in(user).post(reverse(f"{kind}-mail:mail", args=[code.uuid]), follow=True).content.decode()


@KINDS
def test_mail_carries_the_poster_and_the_code(organisation, codes, kind):
    user, code = member(organisation), codes[kind]
    assert WORK[kind](code.pk, user.pk) is True
    (sent,) = mail.outbox
    assert (sent.to, code.check_code in sent.subject) == ([user.email], True)
    (pdf_name, pdf, pdf_kind), (png_name, png, png_kind) = sent.attachments
    assert (pdf_name, pdf_kind) == (f"clea-{code.check_code}.pdf", "application/pdf")
    assert (png_name, png_kind) == (f"clea-{code.check_code}.png", "image/png")
    assert len(PdfReader(BytesIO(pdf)).pages) == 1
    assert read_content(png).links == (code.deep_link,)


@KINDS
def test_button_orders_a_mail_by_ids_only(organisation, codes, kind, ordered):
    user, code = member(organisation), codes[kind]
    assert f"The poster and the code are on their way to {user.email}." in press(user, kind, code)
    assert ordered == [(f"{kind}s.mail_code", [code.pk, user.pk])]
    act = AuditEvent.objects.get(verb="mailed")
    assert (act.actor, act.subject_uuid, act.details) == (user, place_of(kind, code).uuid, {"code": str(code.uuid)})


@KINDS
def test_person_who_has_left_gets_nothing(organisation, codes, kind):
    user = member(organisation)
    Membership.objects.filter(user=user).delete()
    assert WORK[kind](codes[kind].pk, user.pk) is False
    assert WORK[kind](codes[kind].pk, 0) is False
    assert mail.outbox == []


@KINDS
@pytest.mark.parametrize("past", ["replaced", "archived"])
def test_code_that_no_longer_counts_is_not_sent(organisation, codes, kind, past, ordered):
    user, code = member(organisation), codes[kind]
    row = code if past == "replaced" else place_of(kind, code)
    setattr(row, f"{past}_at", timezone.now())
    row.save()
    press(user, kind, code)
    assert (ordered, WORK[kind](code.pk, user.pk), mail.outbox) == ([], False, [])


def test_address_must_be_proven(organisation, codes, ordered):
    user = member(organisation)
    EmailAddress.objects.filter(user=user).update(verified=False)
    assert "Your e-mail address is not confirmed yet." in press(user, "venue", codes["venue"])
    assert (ordered, WORK["venue"](codes["venue"].pk, user.pk)) == ([], False)


def test_number_of_mails_is_limited(organisation, codes, ordered, monkeypatch):
    monkeypatch.setattr("clea_portal.limits.time.time", lambda: 1_800_000_000.0)
    monkeypatch.setattr("clea_portal.codes.mailing.MAILS_PER_HOUR", 1)
    user = member(organisation)
    press(user, "venue", codes["venue"])
    assert "You can have 1 code an hour mailed to you. Try again in 60 minutes." in press(user, "event", codes["event"])
    assert len(ordered) == 1


def test_broker_that_is_down_is_told(organisation, codes, monkeypatch):
    def down(*_args, **_more):
        raise OperationalError

    monkeypatch.setattr("clea_portal.codes.mailing.app.send_task", down)
    assert "The mail could not be sent. Download the files instead" in press(member(organisation), "venue", codes["venue"])
    assert not AuditEvent.objects.filter(verb="mailed").exists()


def test_mail_of_a_slot_leads_back_to_it(organisation, ordered):
    event, user = coming_event(organisation), member(organisation)
    slot = add_slot(event=event, name="", start=event.start, end=event.end, by=user, now=timezone.now())
    answer = signed_in(user).post(reverse("event-mail:mail", args=[slot.issued[0].uuid]))
    assert answer["Location"] == reverse("events:slot", args=[slot.uuid])


@KINDS
def test_ladder(organisation, codes, kind, ordered):
    where = reverse(f"{kind}-mail:mail", args=[codes[kind].uuid])
    members = [member(organisation, role) for role in (MemberRole.OWNER, MemberRole.EDITOR, MemberRole.READER)]
    assert [signed_in(user).post(where).status_code for user in members] == [302, 302, 302]
    assert signed_in(MembershipFactory().user).post(where).status_code == 404
    assert Client().post(where)["Location"].startswith("/account/login/")
    assert [getattr(signed_in(members[0]), method)(where).status_code for method in ("get", "put")] == [405, 405]
    assert signed_in(members[0]).post(reverse(f"{kind}-mail:mail", args=[uuid.uuid4()])).status_code == 404
    assert len(ordered) == 3

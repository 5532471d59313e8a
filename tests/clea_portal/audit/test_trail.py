from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from clea_portal.audit.models import AuditEvent, AuditKind
from clea_portal.audit.retention import RETENTION, purge
from clea_portal.audit.trail import record_act, record_read
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_act_and_read_are_kept_with_who_what_and_which():
    user, organisation = UserFactory(), OrganisationFactory()
    record_act(actor=user, verb="renamed", on=organisation, count=2)
    record_read(actor=user, verb="opened", on=organisation)
    rows = AuditEvent.objects.order_by("pk").values_list("kind", "actor", "verb", "subject", "subject_uuid", "details")
    assert list(rows) == [
        ("act", user.pk, "renamed", "accounts.organisation", organisation.uuid, {"count": 2}),
        ("read", user.pk, "opened", "accounts.organisation", organisation.uuid, {}),
    ]


def test_system_and_anonymous_have_no_actor():
    organisation = OrganisationFactory()
    record_act(actor=None, verb="purged", on=organisation)
    record_read(actor=AnonymousUser(), verb="opened", on=organisation)
    assert list(AuditEvent.objects.values_list("actor", flat=True)) == [None, None]


def test_event_outlives_its_actor():
    user = UserFactory()
    record_act(actor=user, verb="renamed", on=OrganisationFactory())
    user.delete()
    assert AuditEvent.objects.get().actor is None


def test_purge_deletes_what_is_past_the_retention():
    now = timezone.now()
    for age in (RETENTION + timedelta(seconds=1), RETENTION - timedelta(seconds=1)):
        AuditEvent.objects.create(at=now - age, kind=AuditKind.ACT, verb="renamed", subject="accounts.organisation")
    assert purge(now=now) == 1
    assert AuditEvent.objects.get().at == now - RETENTION + timedelta(seconds=1)

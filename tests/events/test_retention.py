from datetime import timedelta

import pytest

from events.codes import renew_codes
from events.models import Event, EventCode, EventSecret
from events.retention import purge
from tests.events.making import END, NOW, planned_event
from tests.factories import UserFactory
from tests.members import organisation_with_choices

pytestmark = pytest.mark.django_db


def test_purge_deletes_an_event_with_everything_after_the_country_s_days():
    planned_event(organisation_with_choices(code_retention_days=15))
    assert purge(now=END + timedelta(days=15, seconds=-1)) == 0
    assert purge(now=END + timedelta(days=15)) == 4
    assert (Event.objects.count(), EventCode.objects.count(), EventSecret.objects.count()) == (0, 0, 0)


def test_purge_deletes_replaced_codes_before_that():
    event = planned_event(organisation_with_choices(code_retention_days=2))
    new = renew_codes(event.codes.first(), by=UserFactory(), now=NOW)
    assert purge(now=NOW + timedelta(days=2, seconds=-1)) == 0
    assert purge(now=NOW + timedelta(days=2)) == 3
    assert (set(EventCode.objects.all()), EventSecret.objects.get(), Event.objects.get()) == (set(new), new[0].secret, event)

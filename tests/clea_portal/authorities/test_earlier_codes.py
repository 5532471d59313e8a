"""What migrations tell codes that were made before codes knew their generation."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from clea_portal.authorities.models import TracingKey
from events.models import EventCode
from tests.clea_portal.administration.scenes import rotated
from tests.events.making import coming_event
from tests.factories import ready_country
from tests.members import organisation_with_choices
from tests.venues.making import opened_venue
from venues.models import VenueCode

pytestmark = pytest.mark.django_db
MIGRATIONS = {
    VenueCode: "venues.migrations.0004_earlier_codes_know_their_key",
    EventCode: "events.migrations.0005_earlier_codes_know_their_key",
}


@pytest.mark.parametrize("model", MIGRATIONS, ids=lambda model: model.__name__)
def test_codes_get_the_newest_generation_of_their_time_batch_by_batch(model, monkeypatch):
    now, organisation = timezone.now(), organisation_with_choices()
    ready_country(code="BE", prefix="https://clea.example.be#", host="clea.example.be")
    old = TracingKey.objects.get(authority__country=organisation.country)
    new = rotated(organisation.country, now=now - timedelta(days=5))
    for _ in range(5):
        if model is VenueCode:
            opened_venue(organisation)
        else:
            coming_event(organisation)
    codes = list(model.objects.order_by("pk"))
    expected = {}
    for number, code in enumerate(codes):
        before = old.valid_from - timedelta(days=1)
        made, key = [(old.valid_from, old), (new.valid_from, new), (before, None)][number % 3]
        model.objects.filter(pk=code.pk).update(created_at=made, tracing_key=None)
        expected[code.pk] = key and key.pk
    migration = import_module(MIGRATIONS[model])
    monkeypatch.setattr(migration, "BATCH", 2)
    assert migration.Migration.atomic is False
    for _ in range(2):
        migration.note_generations(apps, None)
        assert dict(model.objects.values_list("pk", "tracing_key")) == expected

from datetime import timedelta

import pytest

from tests.members import member, organisation_with_choices
from tests.venues.making import NOW, opened_venue
from venues.codes import renew_code
from venues.managing import archive_venue
from venues.models import Venue, VenueCode, VenueSecret
from venues.retention import ARCHIVE_RETENTION, purge

pytestmark = pytest.mark.django_db


def test_purge_deletes_replaced_codes_and_their_secrets_after_the_country_s_days():
    venue = opened_venue(organisation_with_choices(code_retention_days=15))
    new = renew_code(venue.codes.get(), by=member(venue.organisation), now=NOW)
    assert purge(now=NOW + timedelta(days=15, seconds=-1)) == 0
    assert purge(now=NOW + timedelta(days=15)) == 2
    assert (VenueCode.objects.get(), VenueSecret.objects.get(), Venue.objects.get()) == (new, new.secret, venue)


def test_purge_keeps_current_codes_whatever_their_age():
    venue = opened_venue()
    assert purge(now=NOW + timedelta(days=2000)) == 0
    assert venue.codes.get().is_current


def test_purge_deletes_venues_that_were_archived_for_a_year():
    venue = opened_venue()
    kept = opened_venue(venue.organisation)
    archive_venue(venue, by=member(venue.organisation), now=NOW)
    assert purge(now=NOW + ARCHIVE_RETENTION - timedelta(seconds=1)) == 0
    assert purge(now=NOW + ARCHIVE_RETENTION) == 3
    assert (Venue.objects.get(), VenueCode.objects.get().venue, VenueSecret.objects.get().venue) == (kept, kept, kept)

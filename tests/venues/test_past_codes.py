from datetime import UTC, datetime, timedelta

import pytest

from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import NEVER_RENEWED, decode_header, decrypt_message
from tests.factories import SK_SA
from tests.members import member
from tests.venues.making import NOW, opened_venue
from venues.codes import renew_code
from venues.models import DerivationProfile, Venue
from venues.past_codes import codes_between
from venues.rotations import link_at, set_rotation

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def venue(db):
    return Venue.objects.with_country().get(pk=opened_venue().pk)


def ltid_in(link):
    return decode_header(parse_link(link).lsp).ltid


def test_static_code_counts_from_its_hour_until_it_is_renewed(venue):
    old = venue.codes.get()
    later = NOW + 3 * DAY
    new = renew_code(old, by=member(venue.organisation), now=later)
    assert codes_between(venue, NOW - DAY, NOW - HOUR, now=later) == []
    (first,) = codes_between(venue, NOW, NOW + DAY, now=later)
    assert (first.key, first.valid_from, first.valid_until) == (f"code-{old.uuid}", old.valid_from, None)
    assert first.make_link() == old.deep_link
    both = codes_between(venue, NOW, later + DAY, now=later + DAY)
    assert [code.make_link() for code in both] == [old.deep_link, new.deep_link]


@pytest.mark.parametrize("profile", DerivationProfile.values)
def test_what_a_display_showed_is_made_again_for_its_whole_period(venue, profile):
    rotation = set_rotation(
        venue=venue, renewal_hours=["04:00", "16:00"], profile=profile, by=member(venue.organisation), now=NOW
    )
    moment = datetime(2026, 6, 5, 12, tzinfo=UTC)
    static, shown = codes_between(venue, moment, moment + HOUR, now=moment + 9 * DAY)
    assert static.key.startswith("code-")
    assert (shown.valid_from, shown.valid_until) == (datetime(2026, 6, 5, 2, tzinfo=UTC), datetime(2026, 6, 5, 14, tzinfo=UTC))
    # Another link than any display showed, with the same pseudonym; and one that counts for all of its hours.
    link = shown.make_link()
    assert ltid_in(link) == shown.ltid == ltid_in(link_at(rotation, moment))
    message = decrypt_message(parse_link(link).lsp, SK_SA)
    assert (message.cri_exp, message.period_duration, message.staff) == (NEVER_RENEWED, 12, False)


def test_nothing_is_made_for_times_before_the_first_rotation(venue):
    set_rotation(venue=venue, renewal_hours=["04:00"], by=member(venue.organisation), now=NOW + 5 * DAY)
    assert [code.key[:4] for code in codes_between(venue, NOW, NOW + 2 * DAY, now=NOW + 6 * DAY)] == ["code"]

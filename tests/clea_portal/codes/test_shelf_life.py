from datetime import UTC, datetime, timedelta

import pytest

from clea_portal.authorities.models import Country
from clea_portal.codes.shelf_life import CodeState, state_of
from venues.models import VenueCode

NOW = datetime(2026, 6, 3, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"created_at": NOW}, CodeState.CURRENT),
        ({"created_at": NOW - WEEK + timedelta(seconds=1)}, CodeState.CURRENT),
        ({"created_at": NOW - WEEK}, CodeState.RENEWAL_ADVISED),
        ({"created_at": NOW - WEEK, "valid_until": NOW + WEEK}, CodeState.CURRENT),
        ({"created_at": NOW - WEEK, "edited_since": ["pin"]}, CodeState.LEFT_BEHIND),
        ({"created_at": NOW - WEEK, "edited_since": ["pin"], "replaced_at": NOW}, CodeState.REPLACED),
    ],
)
def test_state_of_a_code(fields, state):
    assert state_of(VenueCode(**fields), country=Country(renewal_days=7), now=NOW) == state

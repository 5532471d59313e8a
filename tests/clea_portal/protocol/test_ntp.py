from datetime import UTC, datetime, timedelta, timezone

import pytest

from clea_portal.protocol.errors import BadValue
from clea_portal.protocol.ntp import NTP_OFFSET, from_ntp, round_to_hour, to_ntp

LAST = datetime(2036, 2, 7, 6, 28, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        (datetime(1900, 1, 1, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, tzinfo=UTC), NTP_OFFSET),
        (datetime(2021, 6, 12, 18, 0, tzinfo=UTC), 1_623_520_800 + 2_208_988_800),
        (datetime(2021, 6, 12, 20, 0, tzinfo=timezone(timedelta(hours=2))), 3_832_509_600),
        (datetime(2021, 6, 12, 18, 0, 0, 999_999, tzinfo=UTC), 3_832_509_600),
        (datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC), NTP_OFFSET - 1),
        (LAST, 2**32 - 1),
    ],
)
def test_to_ntp(moment: datetime, seconds: int) -> None:
    assert to_ntp(moment) == seconds


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2021, 6, 12, 18, 0),  # noqa: DTZ001
        datetime(1899, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        LAST + timedelta(seconds=1),
    ],
)
def test_to_ntp_refuses_what_has_no_such_time(moment: datetime) -> None:
    with pytest.raises(BadValue):
        to_ntp(moment)


def test_from_ntp() -> None:
    assert from_ntp(2**32 - 1) == LAST
    assert from_ntp(3_832_509_600).isoformat() == "2021-06-12T18:00:00+00:00"


@pytest.mark.parametrize("seconds", [-1, 2**32, pytest.param(10**5000, id="huge"), True, 1.0])
def test_from_ntp_refuses_what_is_no_such_time(seconds: int) -> None:
    with pytest.raises(BadValue):
        from_ntp(seconds)


@pytest.mark.parametrize(
    ("seconds", "hour"),
    [
        (0, 0),
        (1800, 0),
        (1801, 3600),
        (3600, 3600),
        (4 * 3600 - 12, 4 * 3600),
        (4 * 3600 + 31, 4 * 3600),
        (2**32 - 1, 4_294_965_600),
    ],
)
def test_round_to_hour(seconds: int, hour: int) -> None:
    assert round_to_hour(seconds) == hour


def test_round_to_hour_refuses_negative() -> None:
    with pytest.raises(BadValue):
        round_to_hour(-1)

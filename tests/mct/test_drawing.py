from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from clea_portal.cluster_server.exposure import Call
from mct.drawing import WIDTH, Bar, draw

HOUR = timedelta(hours=1)


def drawing(start, end, *, calls=(), joined=(), zone="Europe/Paris"):
    """Of a case between two moments; calls and joined declarations as pairs of moments."""
    planned = SimpleNamespace(
        calls=[Call(None, *each) for each in calls], joined=[SimpleNamespace(start=left, end=right) for left, right in joined]
    )
    with timezone.override(zone):
        return draw(SimpleNamespace(exposure_start=start, exposure_end=end), planned)


NOON = datetime(2026, 6, 12, 10, 0, tzinfo=UTC)  # 12:00 in Paris


def test_bars_stand_to_scale_above_the_hours_of_the_case():
    drawn = drawing(NOON, NOON + 2 * HOUR, calls=[(NOON, NOON + HOUR)], joined=[(NOON + HOUR, NOON + 2 * HOUR)])
    # Three hours with the edges: 360 units.
    assert list(drawn.bars) == [
        Bar(look="case", left=60, width=240, hours="Friday 12 June 2026, 12:00 – 14:00"),
        Bar(look="declared", left=180, width=120, hours="Friday 12 June 2026, 13:00 – 14:00"),
        Bar(look="flagged", left=60, width=120, hours="Friday 12 June 2026, 12:00 – 13:00"),
    ]
    assert [(tick.at, tick.label) for tick in drawn.ticks] == [(60, "12:00"), (180, "13:00"), (300, "14:00")]
    assert drawn.has_declared


def test_a_minute_is_still_seen():
    drawn = drawing(NOON, NOON + 10 * HOUR, calls=[(NOON, NOON + timedelta(minutes=1))])
    assert [bar.width for bar in drawn.bars if bar.look == "flagged"] == [2]


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (8 * HOUR, ["12:00", "14:00", "16:00", "18:00", "20:00"]),
        (20 * HOUR, ["12:00", "15:00", "18:00", "21:00", "Sat 13 June 2026", "03:00", "06:00"]),
        (72 * HOUR, ["12:00", "Sat 13 June 2026", "12:00", "Sun 14 June 2026", "12:00", "Mon 15 June 2026", "12:00"]),
    ],
)
def test_ticks_leave_each_other_room(length, labels):
    drawn = drawing(NOON, NOON + length, calls=[(NOON, NOON + length)])
    assert [tick.label for tick in drawn.ticks] == labels
    assert not drawn.has_declared


@pytest.mark.parametrize("days", [5, 14])
def test_no_more_ticks_on_many_days(days):
    drawn = drawing(NOON, NOON + days * 24 * HOUR, calls=[(NOON, NOON + HOUR)])
    assert 3 <= len(drawn.ticks) <= 8
    assert all(0 < tick.at < WIDTH for tick in drawn.ticks)


@pytest.mark.parametrize(
    ("zone", "night", "labels"),
    [
        # 26 October 2025: 02:00 comes twice. 29 March 2026: never.
        ("Europe/Paris", datetime(2025, 10, 25, 22, 0, tzinfo=UTC), ["Sun 26 Oct. 2025", "01:00", "02:00", "02:00", "03:00"]),
        ("Europe/Paris", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), ["Sun 29 March 2026", "01:00", "03:00", "04:00", "05:00"]),
        ("Asia/Kolkata", datetime(2026, 6, 12, 6, 30, tzinfo=UTC), ["12:00", "13:00", "14:00", "15:00", "16:00"]),
    ],
)
def test_hours_of_odd_nights_and_zones(zone, night, labels):
    drawn = drawing(night, night + 4 * HOUR, calls=[(night, night + HOUR)], zone=zone)
    assert [tick.label for tick in drawn.ticks] == labels

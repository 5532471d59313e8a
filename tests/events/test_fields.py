from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.fields import LocalMomentField
from tests.events.making import PARIS


@pytest.fixture(autouse=True)
def _in_paris():
    with timezone.override(PARIS):
        yield


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-20T15:10", datetime(2026, 6, 20, 13, 10, tzinfo=UTC)),
        ("2026-12-20T15:10", datetime(2026, 12, 20, 14, 10, tzinfo=UTC)),
        ("2026-06-20 15:10", datetime(2026, 6, 20, 13, 10, tzinfo=UTC)),
        ("2026-06-20T15:10:45", datetime(2026, 6, 20, 13, 10, tzinfo=UTC)),
    ],
)
def test_moment_is_read_in_the_active_zone(text, moment):
    assert LocalMomentField().clean(text) == moment


def test_moment_that_comes_twice_is_the_earlier_for_a_start_and_the_later_for_an_end():
    text = "2026-10-25T02:30"
    assert LocalMomentField().clean(text) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert LocalMomentField(later=True).clean(text) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_moment_that_comes_twice_survives_a_form_that_changes_nothing():
    field = LocalMomentField(later=True)
    moment = field.clean("2026-10-25T02:30")
    shown = field.widget.format_value(field.prepare_value(moment))
    assert (shown, field.clean(shown)) == ("2026-10-25T02:30", moment)


def test_moment_that_the_clocks_skip_is_refused():
    with pytest.raises(ValidationError) as caught:
        LocalMomentField().clean("2026-03-29T02:30")
    assert caught.value.messages == ["The clocks skip this time: they go forward that night. Give an hour earlier or later."]


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "2026-06-20",
        "2026-06-31T10:00",
        "2026-06-20T15:10Z",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "2036-01-01T00:00",
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValidationError) as caught:
        LocalMomentField().clean(text)
    assert caught.value.messages == ["Give a day and a time, for instance 2026-06-20 15:00."]

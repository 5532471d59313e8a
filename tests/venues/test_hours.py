from django.utils import translation

from venues.hours import when_open
from venues.opening_hours import Span

EVENINGS = [Span(day=day, open="19:00", close="23:00") for day in (1, 2, 3)] + [Span(day=4, open="23:00", close="07:00")]


def test_opening_hours_in_words():
    assert when_open(EVENINGS) == "Tuesday to Thursday 19:00–23:00; Friday 23:00–07:00"
    with translation.override("fr"):
        assert when_open(EVENINGS) == "mardi à jeudi 19:00–23:00\N{NO-BREAK SPACE}; vendredi 23:00–07:00"


def test_week_of_the_same_hours_is_said_once():
    assert when_open(Span(day=day, open="10:00", close="18:00") for day in range(7)) == "every day 10:00–18:00"

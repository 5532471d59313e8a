from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from events.slot_lines import Reason, repeat_lines, understand_slots
from events.slots import MOST_AT_ONCE, SlotDetails

PARIS = ZoneInfo("Europe/Paris")
NOUMEA = ZoneInfo("Pacific/Noumea")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def read(text, *, zone=PARIS, **others):
    return understand_slots(text, zone=zone, now=NOW, **others)


def local(*moment):
    return datetime(*moment, tzinfo=PARIS)


@pytest.mark.parametrize(
    "line",
    [
        "2026-06-20 15:00-17:00 Les Enfants du paradis",
        "  2026-06-20   15:00 – 17:00   Les Enfants du paradis  ",
        "2026-06-20T15:00 to 17:00: Les Enfants du paradis",
        "20/06/2026 15h-17h Les Enfants du paradis",
        "20.06.2026 15h00 à 17h00 – Les Enfants du paradis",
        "2026-06-20\t15:00\t17:00\tLes Enfants du paradis",
        "2026-06-20;15:00;17:00;Les Enfants du paradis",
        "20/06/2026, 15.00, 17.00, Les Enfants du paradis",
        "2026-06-20 15:00 - 2026-06-20 17:00 Les Enfants du paradis",
    ],
)
def test_one_slot_is_understood_however_it_is_written(line):
    understood = read(line)
    assert understood.misread == ()
    assert understood.slots == (
        SlotDetails(start=local(2026, 6, 20, 15), end=local(2026, 6, 20, 17), name="Les Enfants du paradis"),
    )


@pytest.mark.parametrize(
    ("line", "end", "name"),
    [
        ("2026-06-20 22:00-01:30", local(2026, 6, 21, 1, 30), ""),
        ("2026-06-20 22:00-24:00 12 hommes en colère", local(2026, 6, 21), "12 hommes en colère"),
        ("2026-06-20 22:00-2026-06-22 08:00 Stage", local(2026, 6, 22, 8), "Stage"),
        ("2026-06-20 22:00-23:00 Nuit - blanche", local(2026, 6, 20, 23), "Nuit - blanche"),
        ("2026-06-20 22:00-23:00 ليلة", local(2026, 6, 20, 23), "ليلة"),
    ],
)
def test_end_and_name_of_a_slot(line, end, name):
    assert read(line).slots == (SlotDetails(start=local(2026, 6, 20, 22), end=end, name=name),)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Matinée", Reason.FORM),
        ("2026-06-20 15:00", Reason.FORM),
        ("2026-06-20 15:00 Matinée", Reason.FORM),
        ("2026-06-31 15:00-17:00", Reason.DAY),
        ("2026-06-20 15:60-17:00", Reason.DAY),
        ("2026-06-20 25:00-26:00", Reason.DAY),
        ("2040-06-20 15:00-17:00", Reason.DAY),
        ("2027-03-28 02:30-05:00", Reason.SKIPPED),
        ("2026-06-20 15:00-2026-06-19 17:00", Reason.BACKWARDS),
        ("2026-06-20 15:00-2026-07-20 17:00", Reason.TOO_LONG),
        ("2025-06-20 15:00-17:00", Reason.OVER),
        ("2031-06-20 15:00-17:00", Reason.FAR),
        (f"2026-06-20 15:00-17:00 {'n' * 121}", Reason.NAME),
    ],
)
def test_line_that_is_no_slot_is_named_with_its_number(line, reason):
    understood = read(f"2026-06-20 10:00-11:00\n\n{line}\n2026-06-20 12:00-13:00")
    assert [(found.line, found.reason) for found in understood.misread] == [(3, reason)]
    assert line.startswith(understood.misread[0].text.rstrip("…"))
    assert "%(" not in understood.misread[0].why
    assert len(understood.slots) == 2


def test_slot_is_added_once():
    line = "2026-06-20 15:00-17:00 Matinée"
    (slot,) = read(line).slots
    assert [found.reason for found in read(f"{line}\n{line}").misread] == [Reason.TWICE]
    assert [found.reason for found in read(line, there=[slot]).misread] == [Reason.TWICE]
    assert read("2026-06-20 15:00-17:00 Autre salle", there=[slot]).misread == ()


def test_slots_beyond_the_limit_are_named():
    lines = [f"2026-06-20 15:00-17:00 {number}" for number in range(MOST_AT_ONCE + 2)]
    understood = read("\n".join(lines))
    assert len(understood.slots) == MOST_AT_ONCE
    assert [(found.line, found.reason) for found in understood.misread] == [(101, Reason.TOO_MANY), (102, Reason.TOO_MANY)]
    assert understood.misread[0].why == "is more than the 100 slots that are added in one go: add them afterwards"


@pytest.mark.parametrize(
    ("line", "hours"),
    [("2026-10-25 02:30-02:45", 1.25), ("2026-10-24 22:00-05:00", 8), ("2027-03-27 22:00-05:00", 6)],
)
def test_slots_of_nights_on_which_the_clocks_change_have_their_real_hours(line, hours):
    (slot,) = read(line).slots
    assert slot.end - slot.start == timedelta(hours=hours)


def test_times_are_those_of_the_event_s_zone():
    (slot,) = read("2026-06-20 15:00-17:00", zone=NOUMEA).slots
    assert (slot.start, slot.end) == (datetime(2026, 6, 20, 4, tzinfo=UTC), datetime(2026, 6, 20, 6, tzinfo=UTC))


def test_times_are_repeated_on_each_day():
    days = [date(2026, 6, 20), date(2026, 6, 21)]
    assert repeat_lines("15:00-17:00 Matinée\n20h30 - 22h", days=days).splitlines() == [
        "2026-06-20 15:00-17:00 Matinée",
        "2026-06-20 20h30-22h",
        "2026-06-21 15:00-17:00 Matinée",
        "2026-06-21 20h30-22h",
    ]


def test_times_that_are_not_understood_or_too_many_are_refused():
    with pytest.raises(ValidationError) as refused:
        repeat_lines("15:00-17:00\nsoir\n2026-06-20 15:00-17:00", days=[date(2026, 6, 20)] * 50)
    assert refused.value.messages == [
        "Line 2, “soir”, is not understood: write the start, the end and the name, like 15:00-17:00 Matinée.",
        "Line 3, “2026-06-20 15:00-17:00”, is not understood: write the start, the end and the name, like 15:00-17:00 Matinée.",
        "These would be 150 slots, and at most 100 are added in one go. Choose fewer days at a time.",
    ]


@pytest.mark.parametrize("text", ["0" * 30_000, "2026-06-20 " * 2_500, " ,;" * 10_000, "1:00-" * 6_000])
def test_hostile_lines_take_no_long_time(text):
    started = datetime.now(tz=UTC)
    assert read(text).slots == ()
    assert datetime.now(tz=UTC) - started < timedelta(seconds=2)

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from clea_portal.calendars.writing import LINE_OCTETS, Entry, write_calendar

START = datetime(2026, 6, 20, 18, 0, tzinfo=ZoneInfo("Europe/Paris"))


def entry(**changes):
    words = {
        "uid": "1@clea.example",
        "start": START,
        "end": START + timedelta(hours=2),
        "summary": "Hamlet",
        "created": datetime(2026, 6, 1, tzinfo=UTC),
        "modified": datetime(2026, 6, 2, tzinfo=UTC),
    }
    return Entry(**(words | changes))


def unfolded(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def value(content: bytes, name: str) -> str:
    (line,) = [line for line in unfolded(content) if line.startswith(f"{name}:")]
    return line.partition(":")[2]


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def test_whole_file():
    content = write_calendar([entry(description="Code", url="https://x.example?v=0#a,b;c", sequence=7)], name="Théâtre")
    assert content.decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//CLEA portal//EN",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Théâtre",
        "BEGIN:VEVENT",
        "UID:1@clea.example",
        "DTSTAMP:20260602T000000Z",
        "CREATED:20260601T000000Z",
        "LAST-MODIFIED:20260602T000000Z",
        "SEQUENCE:7",
        "DTSTART:20260620T160000Z",
        "DTEND:20260620T180000Z",
        "SUMMARY:Hamlet",
        "DESCRIPTION:Code",
        "URL:https://x.example?v=0#a,b;c",
        "TRANSP:TRANSPARENT",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_feed_says_how_often_to_look_again():
    lines = unfolded(write_calendar([], name="a", refresh_minutes=60))
    assert lines[-3:] == ["REFRESH-INTERVAL;VALUE=DURATION:PT60M", "X-PUBLISHED-TTL:PT60M", "END:VCALENDAR"]


def test_text_is_escaped():
    content = write_calendar([entry(summary="a\\b; c, d\r\ne\x00\tf")], name="a")
    assert value(content, "SUMMARY") == "a\\\\b\\; c\\, d\\nef"


@given(st.text(max_size=300))
def test_any_text_comes_back_and_no_line_is_too_long(text):
    content = write_calendar([entry(summary=text)], name="a")
    assert all(len(line) <= LINE_OCTETS for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    kept = text.replace("\r\n", "\n").replace("\r", "\n").encode(errors="replace").decode()
    assert unescaped(value(content, "SUMMARY")) == re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", "", kept)

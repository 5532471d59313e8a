from datetime import UTC, datetime
from typing import Any

import pytest

from clea_portal.posters.poster import PosterKind
from clea_portal.posters.wording import Step, word
from tests.clea_portal.posters.making import PARIS, make_poster


def in_english(**changes: Any) -> Any:
    return word(make_poster(**changes), "en")


def test_static_poster() -> None:
    wording = in_english(name="Bar\nNord")
    assert wording.title == "Bar Nord: code to scan with TousAntiCovid"
    assert wording.headline == "Scan this code when you arrive"
    assert wording.picture == "QR code to scan with TousAntiCovid or with the camera of a phone. Check code: K 7 P Q 3 M."
    assert wording.steps == (
        Step("Scan the code", "Use TousAntiCovid or the camera of your phone, each time you come."),
        Step("Open the application", "TousAntiCovid keeps your visit on your phone, and nowhere else."),
        Step("Be warned", "If there was a risk of infection while you were here, your phone tells you."),
    )
    assert (wording.created, wording.validity) == ("Created on 1 June 2027.", "Valid until it is replaced.")


@pytest.mark.parametrize(
    ("days", "advice"),
    [
        (1, "Advice to the place: put up a new code every day."),
        (7, "Advice to the place: put up a new code once a week."),
        (10, "Advice to the place: put up a new code every 10 days."),
    ],
)
def test_advice_to_renew(days: int, advice: str) -> None:
    assert in_english(renewal_days=days).advice == advice


def test_entrance_poster_says_not_to_scan_earlier() -> None:
    wording = in_english(kind=PosterKind.ENTRANCE)
    assert wording.steps[0].text == "Use TousAntiCovid or the camera of your phone. Not earlier: your visit starts when you scan."
    assert (wording.headline, wording.advice) == ("Scan this code when you come in", "")


def test_asynchronous_poster_says_that_any_time_will_do() -> None:
    wording = in_english(kind=PosterKind.ASYNCHRONOUS)
    assert wording.headline == "Scan this code before, during or after"
    assert wording.steps[1].text == "TousAntiCovid keeps the time written in the code, not the time when you scan."


@pytest.mark.parametrize(
    ("kind", "start", "end", "validity"),
    [
        (
            PosterKind.ENTRANCE,
            datetime(2027, 6, 12, 20, tzinfo=PARIS),
            datetime(2027, 6, 13, 2, 30, tzinfo=PARIS),
            "Valid: 20:00 – Sun 13 June, 02:30 (local time, Europe/\u2060Paris)",
        ),
        (
            PosterKind.ENTRANCE,
            datetime(2027, 6, 12, 9, tzinfo=PARIS),
            datetime(2027, 6, 12, 18, tzinfo=PARIS),
            "Valid: 09:00 – 18:00 (local time, Europe/\u2060Paris)",
        ),
        (
            PosterKind.ASYNCHRONOUS,
            datetime(2027, 6, 12, 20, tzinfo=PARIS),
            datetime(2027, 6, 13, 2, tzinfo=PARIS),
            "Counts for: 20:00 – Sun 13 June, 02:00 (local time, Europe/\u2060Paris)",
        ),
        (
            PosterKind.ASYNCHRONOUS,
            datetime(2027, 6, 12, 9, tzinfo=PARIS),
            datetime(2027, 6, 12, 18, tzinfo=PARIS),
            "Counts for: 09:00 – 18:00 (local time, Europe/\u2060Paris)",
        ),
        (
            PosterKind.ASYNCHRONOUS,
            datetime(2027, 6, 12, 9, tzinfo=UTC),
            None,
            "Counts for: 09:00 (time zone UTC)",
        ),
    ],
)
def test_validity_in_the_time_of_the_place(kind: PosterKind, start: datetime, end: datetime | None, validity: str) -> None:
    assert in_english(kind=kind, valid_from=start, valid_until=end).validity == validity


def test_purpose_of_the_application() -> None:
    assert in_english().purpose == "warns you when you may have been infected"
    assert in_english(application_purpose="tells you in time").purpose == "tells you in time"

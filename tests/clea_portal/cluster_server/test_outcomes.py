from datetime import UTC, datetime

import pytest

from clea_portal.cluster_server.explanations import EXPLANATIONS, explain
from clea_portal.cluster_server.outcomes import Reason, plain_detail, read_retry_after

NOW = datetime(2021, 6, 12, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("99999999", 21600.0),
        ("9" * 400, None),
        ("Sat, 12 Jun 2021 12:02:00 GMT", 120.0),
        ("Sat, 12 Jun 2021 12:02:00 -0000", 120.0),
        ("Sat, 12 Jun 2021 11:00:00 GMT", 0.0),
        ("Sat, 12 Jun 2121 11:00:00 GMT", 21600.0),
        ("Sat, 99 Jun 2021 11:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_capped(value, seconds):
    assert read_retry_after(value, now=NOW) == seconds


def test_plain_detail_is_one_line_without_control_characters():
    assert plain_detail("  Le code\n\t n’est\x00 pas \x1b[31m valide\u200b ") == "Le code n’est pas [31m valide"


def test_plain_detail_is_cut_to_300_characters():
    assert plain_detail("a" * 301) == "a" * 299 + "…"
    assert plain_detail("a" * 300) == "a" * 300


def test_plain_detail_hides_what_the_server_echoes():
    assert plain_detail("bad code AbC-_9 in link", secrets=("", "AbC-_9")) == "bad code … in link"


def test_every_reason_has_its_explanation():
    assert set(EXPLANATIONS) == set(Reason)
    assert all(explain(reason.value).endswith(".") for reason in Reason)


def test_explain_unknown_reason_is_an_error():
    with pytest.raises(ValueError, match="nonsense"):
        explain("nonsense")


def test_retry_after_in_a_year_that_no_calendar_has_says_nothing() -> None:
    text = "Fri, 31 Dec 99999999999999999999 23:59:59 GMT"
    assert read_retry_after(text, now=datetime(2026, 6, 12, tzinfo=UTC)) is None

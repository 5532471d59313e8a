from datetime import UTC, datetime, timedelta

import pytest

from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import ServerAuthority
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp
from mct.preview import preview
from tests.factories import declaration_of, linked_case, new_code

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
NOON = datetime(2026, 6, 12, 10, 0, tzinfo=UTC)  # 12:00 in Paris
HOUR = timedelta(hours=1)


def seen(case, *, now=NOW):
    return preview(case, case.code, regions=frozenset(), now=now)


def of(start=NOON, end=NOON + 2 * HOUR, **code):
    return linked_case(exposure_start=start, exposure_end=end, code=code)


def test_visitors_are_told_what_their_phones_will_say():
    shown = seen(of())
    assert shown.visitors == (
        "A phone that scanned the code at 13:00 will warn its owner as soon as it has read the public list.",
        "One that scanned it before 12:00 or after 14:00 will say nothing.",
    )
    assert [(bar.look, bar.hours) for bar in shown.drawing.bars] == [
        ("case", "Friday 12 June 2026, 12:00 – 14:00"),
        ("flagged", "Friday 12 June 2026, 12:00 – 14:00"),
    ]


def test_slots_of_a_form_server_are_what_visitors_are_told_of():
    case = of(start=NOON + timedelta(minutes=10), end=NOON + timedelta(minutes=20))
    ServerAuthority.objects.update(kind=ServerKind.FORM, slots_before=2, slots_after=2)
    assert seen(case).visitors[1] == "One that scanned it before 11:00 or after 13:30 will say nothing."


def test_server_whose_slots_depend_on_the_type_of_place_says_how_much_it_flags_at_most():
    case = of(start=NOON + timedelta(minutes=10), end=NOON + timedelta(minutes=20))
    ServerAuthority.objects.update(kind=ServerKind.FORM, slots_before=2, slots_after=2)
    ServerAuthority.objects.get().exposures.create(venue_type=3, slots_before=1, slots_after=6)
    said = [str(noticed.text) for noticed in seen(case).noticed if "depends on the type" in str(noticed.text)]
    (sentence,) = said
    assert sentence.endswith(" At least the hours above, at most Friday 12 June 2026, 11:00 – 15:30.")


def test_hours_across_midnight_name_the_other_day():
    assert seen(of(start=NOON, end=NOON + 14 * HOUR)).visitors[1] == (
        "One that scanned it before 12:00 or after Sat 13 June 2026 02:00 will say nothing."
    )


def test_what_is_declared_already_is_drawn_and_counts_for_visitors():
    case, other = of(), of(end=NOON + HOUR)
    declaration_of(other, ltid=case.code.ltid, start=NOON, end=NOON + HOUR)
    shown = seen(case)
    assert [bar.look for bar in shown.drawing.bars] == ["case", "declared", "flagged"]
    assert shown.visitors == (
        "A phone that scanned the code at 13:30 will warn its owner as soon as it has read the public list.",
        "One that scanned it before 12:00 or after 14:00 will say nothing.",
    )


def test_phones_that_scanned_an_invitation_noted_another_time():
    """The sentence about the time written in the code says it; nothing is said of scanning."""
    code = new_code(lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(NOON), visit_duration=2)
    case = of(deep_link=code.deep_link)
    ServerAuthority.objects.update(accepts_type_1=True)
    shown = seen(case)
    assert (shown.visitors, [each.icon for each in shown.noticed]) == ((), ["ticket"])


def test_hours_to_come_are_left_out_and_it_says_so():
    shown = seen(of(), now=NOON + timedelta(minutes=30))
    assert [each.text for each in shown.noticed] == [
        "Servers take nothing of the future: what comes after 12:30 is left out. Declare it when it is over."
    ]

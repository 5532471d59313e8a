from datetime import UTC, datetime, timedelta

import pytest

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import AsynchronousStyle, Deployment
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.errors import AlreadyRenewed, Archived
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp
from events.codes import renew_codes
from events.errors import EventOver
from events.models import EventCode, EventSecret
from events.planning import archive_event
from tests.events.making import END, NOW, START, planned_event
from tests.members import member, organisation_with_choices
from tests.opening import open_code

pytestmark = pytest.mark.django_db
PERIOD_START, PERIOD_END = datetime(2026, 6, 20, 12, tzinfo=UTC), datetime(2026, 6, 21, 1, tzinfo=UTC)


def both(event):
    return event.codes.current().get(kind="entrance"), event.codes.current().get(kind="asynchronous")


def test_both_codes_of_an_event_carry_one_ltid_and_one_period():
    event = planned_event()
    entrance, asynchronous = (open_code(code.deep_link) for code in both(event))
    assert entrance.header.ltid == asynchronous.header.ltid
    assert entrance.message.lt_key == asynchronous.message.lt_key
    for opened in (entrance, asynchronous):
        message = opened.message
        assert (message.t_period_start, message.t_qr_start) == (to_ntp(PERIOD_START), to_ntp(PERIOD_START))
        assert (message.period_duration, message.cri_exp, message.staff) == (13, 31, False)
        assert (message.venue_type, message.venue_category1, message.venue_category2) == (1, 4, 2)
        assert opened.contact is not None
        assert (opened.contact.phone, opened.contact.region, opened.contact.pin) == ("33465710038", 38, "380038")
    assert len({code.check_code for code in both(event)}) == 1
    assert EventSecret.objects.count() == 1


def test_entrance_code_is_of_type_0_and_valid_for_its_period():
    code, _ = both(planned_event())
    opened = open_code(code.deep_link)
    assert (opened.header.lsp_type, opened.link.t) == (LspType.SYNCHRONOUS, None)
    assert (code.valid_from, code.valid_until) == (PERIOD_START, PERIOD_END)


def test_asynchronous_code_is_of_type_1_and_counts_for_the_event():
    _, code = both(planned_event())
    opened = open_code(code.deep_link)
    assert (opened.header.lsp_type, opened.header.t_event, opened.header.visit_duration) == (
        LspType.ASYNCHRONOUS,
        to_ntp(START),
        12,
    )
    assert (opened.link.t, code.valid_from, code.valid_until) == (None, START, END)


def test_asynchronous_code_by_parameter_where_the_country_says_so():
    event = planned_event(organisation_with_choices(asynchronous_style=AsynchronousStyle.PARAMETER))
    entrance, asynchronous = (open_code(code.deep_link) for code in both(event))
    assert (asynchronous.header.lsp_type, asynchronous.link.t) == (LspType.SYNCHRONOUS, int(START.timestamp()))
    assert asynchronous.link.prefix == entrance.link.prefix
    assert asynchronous.header.ltid == entrance.header.ltid
    assert f"&t={int(START.timestamp())}#" in both(event)[1].deep_link


def test_codes_without_contact_tracing_carry_no_contact():
    event = planned_event(organisation_with_choices(deployment=Deployment.NONE))
    assert [open_code(code.deep_link).contact for code in both(event)] == [None, None]


def test_renew_codes_replaces_both_by_codes_of_one_new_secret():
    event = planned_event()
    old, by, later = both(event), member(event.organisation), NOW + timedelta(days=1)
    new = renew_codes(old[1], by=by, now=later)
    assert set(both(event)) == set(new)
    assert set(event.codes.exclude(pk__in=[code.pk for code in new]).values_list("pk", "replaced_at")) == {
        (code.pk, later) for code in old
    }
    assert len({code.secret_id for code in new}) == 1
    ltids = [open_code(code.deep_link).header.ltid for code in (*old, *new)]
    assert (ltids[0] == ltids[1], ltids[2] == ltids[3], ltids[0] == ltids[2]) == (True, True, False)
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["created", "issued", "replaced", "issued"]


@pytest.mark.parametrize("second_kind", ["entrance", "asynchronous"])
def test_renew_codes_from_two_tabs_renews_once(second_kind):
    event = planned_event()
    by = member(event.organisation)
    first_tab, second_tab = event.codes.get(kind="entrance"), event.codes.get(kind=second_kind)
    renew_codes(first_tab, by=by, now=NOW)
    with pytest.raises(AlreadyRenewed):
        renew_codes(second_tab, by=by, now=NOW)
    assert (EventCode.objects.count(), EventCode.objects.current().count(), EventSecret.objects.count()) == (4, 2, 2)


def test_renew_codes_of_an_archived_event_changes_nothing():
    event = planned_event()
    archive_event(event, by=member(event.organisation), now=NOW)
    with pytest.raises(Archived):
        renew_codes(both(event)[0], by=member(event.organisation), now=NOW)
    assert EventCode.objects.current().count() == 2


def test_renew_codes_of_an_event_that_is_over_changes_nothing():
    event = planned_event()
    with pytest.raises(EventOver):
        renew_codes(both(event)[0], by=member(event.organisation), now=END)
    assert EventCode.objects.current().count() == 2


def test_renew_codes_without_keys_keeps_the_old_ones_current():
    event = planned_event()
    event.organisation.country.server.keys.all().delete()
    with pytest.raises(NoKey):
        renew_codes(both(event)[0], by=member(event.organisation), now=NOW)
    assert (EventCode.objects.current().count(), EventSecret.objects.count()) == (2, 1)

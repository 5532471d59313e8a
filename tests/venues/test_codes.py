from datetime import UTC, datetime, timedelta

import pytest

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.errors import AlreadyRenewed, Archived
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.derivation import derive_lt_key
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp
from tests.members import member, organisation_with_choices
from tests.opening import open_code
from tests.venues.making import NOW, opened_venue
from venues.codes import renew_code
from venues.managing import archive_venue
from venues.models import Venue, VenueCode

pytestmark = pytest.mark.django_db
PERIOD_START = datetime(2026, 6, 3, 14, tzinfo=UTC)


def test_first_code_says_what_the_venue_says():
    code = opened_venue().codes.get()
    opened = open_code(code.deep_link)
    assert (opened.link.prefix, opened.link.t) == ("https://tac.gouv.fr?v=0#", None)
    assert opened.header.lsp_type is LspType.SYNCHRONOUS
    message = opened.message
    assert (message.staff, message.cri_exp, message.period_duration) == (False, 31, 255)
    assert (message.venue_type, message.venue_category1, message.venue_category2) == (1, 4, 2)
    assert (message.t_period_start, message.t_qr_start) == (to_ntp(PERIOD_START), to_ntp(PERIOD_START))
    assert opened.contact is not None
    assert (opened.contact.phone, opened.contact.region, opened.contact.pin) == ("33465710038", 38, "380038")
    assert (code.valid_from, code.valid_until) == (PERIOD_START, None)
    assert code.check_code == check_code(opened.header.ltid)


def test_code_comes_from_the_stored_secret():
    code = opened_venue().codes.select_related("secret").get()
    secret = bytes.fromhex(code.secret.sk_l)
    assert len(secret) == 51
    assert open_code(code.deep_link).message.lt_key == derive_lt_key(secret, to_ntp(PERIOD_START))


def test_code_without_contact_tracing_carries_no_contact():
    code = opened_venue(organisation_with_choices(deployment=Deployment.NONE)).codes.get()
    assert open_code(code.deep_link).contact is None


def test_renew_code_replaces_it_by_one_with_another_secret():
    venue = opened_venue()
    old = venue.codes.get()
    by, later = member(venue.organisation), NOW + timedelta(days=7)
    new = renew_code(old, by=by, now=later)
    assert set(venue.codes.values_list("uuid", "replaced_at", "created_at")) == {
        (old.uuid, later, NOW),
        (new.uuid, None, later),
    }
    assert new.secret_id != old.secret_id
    assert open_code(new.deep_link).header.ltid != open_code(old.deep_link).header.ltid
    assert VenueCode.objects.get(pk=old.pk).deep_link == old.deep_link
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", "details"))[2:] == [
        ("replaced", {"code": str(old.uuid)}),
        ("issued", {"code": str(new.uuid)}),
    ]


def test_renew_code_from_two_tabs_renews_once():
    venue = opened_venue()
    by = member(venue.organisation)
    first_tab, second_tab = venue.codes.get(), venue.codes.get()
    new = renew_code(first_tab, by=by, now=NOW + timedelta(days=7))
    with pytest.raises(AlreadyRenewed):
        renew_code(second_tab, by=by, now=NOW + timedelta(days=7))
    assert VenueCode.objects.current().get() == new
    assert (venue.codes.count(), venue.secrets.count()) == (2, 2)


def test_renew_code_of_an_archived_venue_changes_nothing():
    venue = opened_venue()
    by = member(venue.organisation)
    archive_venue(venue, by=by, now=NOW)
    with pytest.raises(Archived):
        renew_code(venue.codes.get(), by=by, now=NOW)
    assert venue.codes.get().replaced_at is None


def test_renew_code_without_keys_keeps_the_old_one_current():
    venue = opened_venue()
    venue.organisation.country.server.keys.all().delete()
    with pytest.raises(NoKey):
        renew_code(venue.codes.get(), by=member(venue.organisation), now=NOW)
    assert (venue.codes.get().replaced_at, venue.secrets.count()) == (None, 1)


def test_renewed_code_carries_the_details_of_now():
    venue = opened_venue()
    Venue.objects.filter(pk=venue.pk).update(pin="999999")
    new = renew_code(venue.codes.get(), by=member(venue.organisation), now=NOW)
    opened = open_code(new.deep_link)
    assert opened.contact is not None
    assert (opened.contact.pin, new.edited_since) == ("999999", [])

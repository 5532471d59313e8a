from datetime import timedelta

import pytest

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.places import WrongCountry
from tests.factories import CountryFactory, RegionFactory, VenueTypeFactory
from tests.members import member, organisation_with_choices
from tests.venues.making import NOW, details_of, opened_venue
from venues.managing import archive_venue, bring_back_venue, change_venue, open_venue
from venues.models import Venue, VenueCode, VenueSecret

pytestmark = pytest.mark.django_db


def acts(venue):
    return list(AuditEvent.objects.filter(subject_uuid=venue.uuid).order_by("pk").values_list("verb", "actor"))


def test_open_venue_stores_the_details_and_issues_one_code():
    organisation = organisation_with_choices()
    by = member(organisation)
    venue = Venue.objects.get(
        pk=open_venue(by=by, organisation=organisation, details=details_of(organisation), now=NOW).pk,
    )
    assert (venue.name, venue.phone, venue.pin, venue.venue_type.number, venue.region.number) == (
        "La Table du Drac",
        "33465710038",
        "380038",
        1,
        38,
    )
    assert (venue.venue_category1, venue.venue_category2, venue.created_at, venue.archived_at) == (4, 2, NOW, None)
    code = venue.codes.get()
    assert (code.created_by, code.created_at, code.replaced_at, code.edited_since) == (by, NOW, None, [])
    assert acts(venue) == [("created", by.pk), ("issued", by.pk)]


def test_open_venue_without_keys_makes_nothing():
    organisation = organisation_with_choices()
    organisation.country.server.keys.all().delete()
    with pytest.raises(NoKey):
        open_venue(by=member(organisation), organisation=organisation, details=details_of(organisation), now=NOW)
    assert (Venue.objects.count(), VenueCode.objects.count(), VenueSecret.objects.count()) == (0, 0, 0)
    assert AuditEvent.objects.count() == 0


def test_open_venue_in_a_country_that_issues_no_codes_makes_nothing():
    organisation = organisation_with_choices(issues_codes=False)
    with pytest.raises(NoKey):
        open_venue(by=member(organisation), organisation=organisation, details=details_of(organisation), now=NOW)
    assert Venue.objects.count() == 0


@pytest.mark.parametrize("field", ["region", "venue_type"])
def test_open_venue_with_another_country_s_choice_makes_nothing(field):
    organisation = organisation_with_choices()
    elsewhere = CountryFactory(code="BE", prefix="https://clea.example.be?v=0#", host="clea.example.be")
    choice = RegionFactory(country=elsewhere) if field == "region" else VenueTypeFactory(country=elsewhere)
    with pytest.raises(WrongCountry):
        open_venue(
            by=member(organisation), organisation=organisation, details=details_of(organisation, **{field: choice}), now=NOW
        )
    assert Venue.objects.count() == 0


def test_open_venue_without_contact_tracing_stores_neither_phone_nor_pin():
    venue = opened_venue(organisation_with_choices(deployment=Deployment.NONE))
    assert (venue.phone, venue.pin) == ("", "")


def test_change_venue_of_the_name_leaves_the_code_current():
    venue = opened_venue()
    link = venue.codes.get().deep_link
    by = member(venue.organisation)
    assert change_venue(venue, by=by, details=details_of(venue.organisation, name="Chez Camille")) == ["name"]
    assert Venue.objects.get().name == "Chez Camille"
    code = venue.codes.get()
    assert (code.deep_link, code.edited_since) == (link, [])
    assert AuditEvent.objects.filter(verb="changed").values_list("actor", "details").get() == (by.pk, {"fields": ["name"]})


def test_change_venue_of_what_the_code_carries_leaves_it_behind():
    venue = opened_venue()
    link = venue.codes.get().deep_link
    by = member(venue.organisation)
    change_venue(venue, by=by, details=details_of(venue.organisation, pin="111111", phone="33465710039"))
    change_venue(venue, by=by, details=details_of(venue.organisation, pin="111111", phone="33465710039", venue_category1=5))
    code = venue.codes.get()
    assert (code.deep_link, code.edited_since) == (link, ["phone", "pin", "venue_category1"])
    assert list(AuditEvent.objects.filter(verb="changed").order_by("pk").values_list("details", flat=True)) == [
        {"fields": ["phone", "pin"]},
        {"fields": ["venue_category1"]},
    ]


def test_change_venue_to_the_same_records_nothing():
    venue = opened_venue()
    assert change_venue(venue, by=member(venue.organisation), details=details_of(venue.organisation)) == []
    assert not AuditEvent.objects.filter(verb="changed").exists()


def test_change_venue_after_contact_tracing_was_switched_off_forgets_the_contact():
    venue = opened_venue()
    venue.organisation.country.deployment = Deployment.NONE
    venue.organisation.country.save()
    venue = Venue.objects.get()
    assert change_venue(venue, by=member(venue.organisation), details=details_of(venue.organisation)) == ["phone", "pin"]
    assert Venue.objects.values_list("phone", "pin").get() == ("", "")


def test_archive_venue_and_bring_it_back_keep_the_code():
    venue = opened_venue()
    by, later = member(venue.organisation), NOW + timedelta(days=1)
    link = venue.codes.get().deep_link
    archive_venue(venue, by=by, now=later)
    archive_venue(venue, by=by, now=later + timedelta(days=1))
    assert Venue.objects.get().archived_at == later
    bring_back_venue(venue, by=by)
    bring_back_venue(venue, by=by)
    assert Venue.objects.get().archived_at is None
    assert venue.codes.get().deep_link == link
    assert acts(venue)[2:] == [("archived", by.pk), ("brought_back", by.pk)]

"""Where people land after signing in."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.models import Membership
from tests.factories import EventFactory, VenueFactory
from tests.members import member, organisation_with_choices, signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kinds", "page"),
    [
        ([], "venues:list"),
        ([VenueFactory], "venues:list"),
        ([EventFactory], "events:list"),
        ([VenueFactory, EventFactory], "venues:list"),
    ],
)
def test_people_land_where_something_of_theirs_is(kinds, page):
    organisation = organisation_with_choices()
    for make in kinds:
        make(organisation=organisation)
    assert signed_in(member(organisation)).get(reverse("start"))["Location"] == reverse(page)


def test_what_is_archived_or_of_others_leads_nobody():
    organisation = organisation_with_choices()
    VenueFactory(organisation=organisation, archived_at=timezone.now())
    EventFactory(organisation=organisation)
    user = member(organisation)
    VenueFactory()
    assert signed_in(user).get(reverse("start"))["Location"] == reverse("events:list")
    Membership.objects.filter(user=user).delete()
    assert signed_in(user).get(reverse("start"))["Location"] == reverse("venues:list")

from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.accounts.demonstration import MANAGER
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decrypt_message
from clea_portal.protocol.ntp import from_ntp
from tests.factories import SK_SA
from venues.models import Venue


@pytest.mark.usefixtures("demonstration")
def test_demonstration_has_a_restaurant_with_its_code():
    venue = Venue.objects.get()
    assert (venue.name, str(venue.region), venue.venue_type.letters) == ("La Table du Drac", "38 Isère", "N")
    assert [member.user.email for member in venue.organisation.memberships.all()] == [MANAGER]
    message = decrypt_message(parse_link(venue.codes.get().deep_link).lsp, SK_SA)
    assert message.venue_type == 1
    assert from_ntp(message.t_period_start) < timezone.now() - timedelta(days=4)

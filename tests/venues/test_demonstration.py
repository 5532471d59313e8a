import pytest

from clea_portal.accounts.demonstration import MANAGER
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decrypt_message
from tests.factories import SK_SA
from venues.models import Venue


@pytest.mark.usefixtures("demonstration")
def test_demonstration_has_a_restaurant_with_its_code():
    venue = Venue.objects.get()
    assert (venue.name, str(venue.region), venue.venue_type.letters) == ("La Table du Drac", "38 Isère", "N")
    assert [member.user.email for member in venue.organisation.memberships.all()] == [MANAGER]
    assert decrypt_message(parse_link(venue.codes.get().deep_link).lsp, SK_SA).venue_type == 1

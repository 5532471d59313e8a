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
    venue = Venue.objects.earliest("pk")
    assert (venue.name, str(venue.region), venue.venue_type.letters) == ("La Table du Drac", "38 Isère", "N")
    assert [member.user.email for member in venue.organisation.memberships.all()] == [MANAGER]
    message = decrypt_message(parse_link(venue.codes.get().deep_link).lsp, SK_SA)
    assert message.venue_type == 1
    assert from_ntp(message.t_period_start) < timezone.now() - timedelta(days=4)


@pytest.mark.usefixtures("demonstration")
def test_demonstration_has_a_climbing_hall_with_rooms_and_day_codes():
    venue = Venue.objects.latest("pk")
    assert (venue.name, len(venue.opening_hours)) == ("Escalade du Granier", 7)
    assert [(room.name, room.independent, len(room.table_labels)) for room in venue.rooms.all()] == [
        ("Salle de bloc", True, 0),
        ("Bar", False, 8),
    ]
    pack = venue.packs.get()
    assert {(code.kind, code.room_id) for code in pack.codes.all()} == {("dated", pack.room_id), ("staff", pack.room_id)}
    assert pack.codes.count() == 2 * 14
    # On no wall hang two codes.
    assert not venue.codes.static().current().filter(room=pack.room, valid_until=None).exists()

import pytest
from django.utils import timezone

from clea_portal.accounts.demonstration import HOST
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header
from events.models import Event


@pytest.mark.usefixtures("demonstration")
def test_demonstration_has_a_wedding_next_saturday_with_both_codes():
    event = Event.objects.earliest("pk")
    start = event.start.astimezone(event.zone)
    assert (start.weekday(), start.hour) == (5, 15)
    assert 0 < (start.date() - timezone.now().astimezone(event.zone).date()).days <= 7
    assert [member.user.email for member in event.organisation.memberships.all()] == [HOST]
    ltids = {decode_header(parse_link(code.deep_link).lsp).ltid for code in event.codes.all()}
    assert (event.codes.count(), len(ltids)) == (2, 1)


@pytest.mark.usefixtures("demonstration")
def test_demonstration_has_a_film_club_with_codes_for_each_screening():
    event = Event.objects.latest("pk")
    assert [slot.name for slot in event.slots.all()] == [
        "Films muets",
        "Polars",
        "Dessins animés",
        "Westerns",
        "Essais",
        "Palmarès",
    ]
    ltids = {decode_header(parse_link(code.deep_link).lsp).ltid for code in event.codes.all()}
    assert (event.codes.count(), len(ltids)) == (12, 6)

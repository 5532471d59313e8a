"""What a thief of the database finds of venues and events without the encryption keys: nothing that says which is which."""

import base64
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from clea_portal.codes.models import IssuedCode
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header
from events.models import Event, EventCode, EventSecret
from tests.events.test_views import sent as sent_event
from tests.factories import UserFactory
from tests.members import organisation_with_choices, signed_in
from tests.venues.test_views import sent as sent_venue
from venues.models import Venue, VenueCode, VenueSecret

# A whole second, so that no digits of a time can look like a PIN.
NOW = datetime(2026, 6, 3, 14, 35, 20, tzinfo=UTC)
TYPED = {"name": "Chez Zébulon", "phone": "04 65 71 00 38", "pin": "380038"}
TIMES = {"start": "2026-06-20T15:00", "end": "2026-06-20T23:30"}


def every_row() -> str:
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            texts += [_text(value) for row in cursor.fetchall() for value in row if value is not None]
    return "\n".join(texts).lower()


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        raw = bytes(value)
        return f"{raw.decode('latin-1')} {raw.hex()} {base64.b64encode(raw).decode()}"
    return str(value)


def traces_of(code: IssuedCode, sk_l: str) -> set[str]:
    """A code's secrets in every form in which they could have been stored."""
    lsp = parse_link(code.deep_link).lsp
    ltid = decode_header(lsp).ltid
    secrets = [ltid.bytes, lsp, bytes.fromhex(sk_l)]
    encoded = {form(secret).decode().rstrip("=") for secret in secrets for form in (base64.b64encode, base64.urlsafe_b64encode)}
    return {str(ltid), code.deep_link, check_code(ltid), *encoded, *(secret.hex() for secret in secrets)}


@pytest.fixture
def _stored(db):
    """A person's way through everything that stores something."""
    organisation = organisation_with_choices()
    user = UserFactory()
    with time_machine.travel(NOW, tick=False):
        browser = signed_in(user)
        browser.post(reverse("organisations:create"), {"name": "Zébulon & Cie"})
        for app, typed in (("venues", sent_venue(organisation, **TYPED)), ("events", sent_event(organisation, **TYPED, **TIMES))):
            created = browser.post(reverse(f"{app}:create"), typed)
            uuid = created.headers["Location"].split("/")[2]
            browser.post(reverse(f"{app}:edit", args=[uuid]), typed | {"pin": "380039"})
            model = VenueCode if app == "venues" else EventCode
            browser.post(reverse(f"{app}:renew", args=[model.objects.current().first().uuid]))
            browser.get(reverse(f"{app}:detail", args=[uuid]))
            browser.get(reverse(f"{app}:poster", args=[model.objects.current().first().uuid]))
            browser.post(reverse(f"{app}:archive", args=[uuid]))


@pytest.mark.usefixtures("_stored")
def test_no_column_holds_what_leads_to_a_place():
    codes = [*VenueCode.objects.select_related("secret"), *EventCode.objects.select_related("secret")]
    assert (len(codes), VenueSecret.objects.count(), EventSecret.objects.count()) == (6, 2, 2)
    stored = every_row()
    # The search itself works: these stand there in clear.
    assert "replaced" in stored
    assert NOW.strftime("%Y-%m-%d %H:%M:%S") in stored
    traces = {"zébulon", "zebulon", "z\\u00e9bulon", "33465710038", "04 65 71 00 38", "0465710038", "380038", "380039"}
    for code in codes:
        traces |= {trace.lower() for trace in traces_of(code, code.secret.sk_l)}
    assert {trace for trace in traces if trace in stored} == set()


@pytest.mark.usefixtures("_stored")
def test_what_is_stored_can_be_read_back():
    for model in (Venue, Event):
        assert model.objects.values_list("name", "phone", "pin").get() == ("Chez Zébulon", "33465710038", "380039")

"""Generations of PK_SA: which is used when, and what can no longer be undone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.administration.servers import Refused, add_server_key, withdraw_server_key
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.keys import issuing_keys
from clea_portal.authorities.models import ServerKey
from clea_portal.protocol.keys import fingerprint, generate_private_key, private_key_hex, public_key_hex
from tests.factories import SK_SA, ServerAuthorityFactory

DAY = timedelta(days=1)


@pytest.fixture
def browser(desk, administrator):
    return desk(administrator)


@pytest.fixture
def page(country):
    return reverse("administration:server_keys", args=[country.code])


def local(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def test_new_generation_is_used_from_now_on(browser, page, country):
    key = generate_private_key().public_key()
    response = browser.post(page, {"pasted": public_key_hex(key)}, follow=True)
    assert issuing_keys(country, at=timezone.now()).pk_sa == key
    grouped = " ".join(fingerprint(key)[start : start + 4] for start in range(0, 64, 4))
    assert grouped in response.content.decode()
    event = AuditEvent.objects.get()
    assert (event.verb, event.details["after"]["fingerprint"]) == ("server_key_added", fingerprint(key))


def test_planned_rotation_begins_at_its_date(browser, page, country):
    key = generate_private_key().public_key()
    browser.post(page, {"pasted": public_key_hex(key), "valid_from": local(timezone.now() + DAY)})
    assert issuing_keys(country, at=timezone.now()).pk_sa == SK_SA.public_key()
    assert issuing_keys(country, at=timezone.now() + 2 * DAY).pk_sa == key
    planned = ServerKey.objects.latest("valid_from")
    browser.post(reverse("administration:server_key_withdraw", args=[country.code, planned.pk]))
    assert [row.fingerprint for row in ServerKey.objects.all()] == [fingerprint(SK_SA.public_key())]
    assert AuditEvent.objects.latest("pk").verb == "server_key_withdrawn"


def test_key_in_force_or_replaced_stays(country):
    old = country.server.keys.get()
    add_server_key(server=country.server, key=generate_private_key().public_key(), valid_from=None, by=None)
    for key in (old, country.server.keys.first()):
        with pytest.raises(Refused):
            withdraw_server_key(key=key, by=None)
    assert country.server.keys.count() == 2


def test_past_date_while_another_key_is_in_force(browser, page, country):
    response = browser.post(
        page, {"pasted": public_key_hex(generate_private_key().public_key()), "valid_from": local(timezone.now() - DAY)}
    )
    assert response.context["form"].non_field_errors() == [
        "Another key is in force, and codes may have been made with it since then: choose a date to come, or none."
    ]
    assert country.server.keys.count() == 1


def test_first_key_may_begin_in_the_past(db):
    server = ServerAuthorityFactory()
    begin = timezone.now() - DAY
    assert add_server_key(server=server, key=SK_SA.public_key(), valid_from=begin, by=None).valid_from == begin


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"pasted": public_key_hex(SK_SA.public_key())}, "__all__", "This key is already there."),
        ({"pasted": private_key_hex(SK_SA)}, "pasted", "This is a private key. It may now be known to others"),
        ({"pasted": "04" + "00" * 64}, "pasted", "This is not a point of the curve P-256"),
        ({"valid_from": "0001-01-01T00:00"}, "valid_from", "Choose a date within ten years of today."),
        ({"valid_from": "9999-12-31T23:59"}, "valid_from", "Choose a date within ten years of today."),
        ({"valid_from": "tomorrow"}, "valid_from", "Enter a valid date/time."),
    ],
)
def test_bad_key_or_date(browser, page, country, given, field, sentence):
    fresh = {"pasted": public_key_hex(generate_private_key().public_key())}
    errors = browser.post(page, fresh | given).context["form"].errors
    assert (list(errors), errors[field][0][: len(sentence)]) == ([field], sentence)
    assert country.server.keys.count() == 1

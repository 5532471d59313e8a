from clea_portal.administration.changes import facts_of, record_change
from clea_portal.audit.models import AuditEvent, AuditSide
from tests.factories import SK_CLIENT, SK_MCTA, private_key_hex


def test_change_is_noted_with_what_was_before_and_after(country, administrator):
    before = facts_of(country)
    country.hold_seconds, country.four_eyes = 300, True
    country.save()
    record_change(actor=administrator, verb="country_changed", on=country, before=before)
    event = AuditEvent.objects.get()
    assert (event.actor, event.side, event.verb, event.subject, event.details) == (
        administrator,
        AuditSide.AUTHORITY,
        "country_changed",
        "authorities.country",
        {
            "pk": country.pk,
            "before": {"hold_seconds": 0, "four_eyes": False},
            "after": {"hold_seconds": 300, "four_eyes": True},
        },
    )


def test_new_row_is_noted_whole_and_secrets_by_fingerprint(country, administrator):
    record_change(actor=administrator, verb="server_added", on=country.server)
    details = AuditEvent.objects.get().details
    assert (details["before"], details["after"]["kind"], details["after"]["client_key"][:7]) == (None, "api", "sha256:")
    assert private_key_hex(SK_CLIENT) not in str(details)


def test_fingerprint_tells_two_secrets_apart(country):
    key = country.tracing.keys.get()
    first = facts_of(key)["private_key"]
    key.private_key = private_key_hex(SK_CLIENT)
    second = facts_of(key)["private_key"]
    assert (first == second, len(first), private_key_hex(SK_MCTA) in first) == (False, len("sha256:") + 16, False)


def test_change_by_a_command_has_no_actor(country):
    record_change(actor=None, verb="country_changed", on=country, before=facts_of(country))
    event = AuditEvent.objects.get()
    assert (event.actor, event.details) == (None, {"pk": country.pk, "before": {}, "after": {}})

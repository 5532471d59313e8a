"""What an unattended installation does by commands, with JSON in and out."""

import io
import json

import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.models import Administration, User
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.models import Country, ServerAuthority
from clea_portal.protocol.keys import fingerprint, generate_private_key, parse_private_key, public_key_hex
from tests.clea_portal.administration.test_profiles import empty_portal
from tests.factories import SK_SA, CountryFactory, ServerAuthorityFactory, UserFactory, VenueFactory, ready_country
from venues.codes import issue_code

BELGIUM = {
    "code": "BE",
    "name_fr": "Belgique",
    "name_en": "Belgium",
    "host": "clea.example.be",
    "prefix": "https://clea.example.be?v=0#",
    "time_zone": "Europe/Brussels",
    "other_time_zones": ["America/Bogota"],
}
SERVER = {
    "country": "FR",
    "name": "Serveur",
    "kind": "api",
    "base_url": "http://127.0.0.1:9",
    "list_url": "http://127.0.0.1:9/list",
    "accepts_type_1": True,
}


@pytest.fixture
def run(monkeypatch):
    """The command's JSON; what is given goes to standard input."""

    def run_one(name, *arguments, given=None):
        if given is not None:
            text = given if isinstance(given, str) else json.dumps(given)
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        out = io.StringIO()
        call_command(name, *arguments, stdout=out)
        return json.loads(out.getvalue())

    return run_one


def refusal(run, *arguments, **options):
    with pytest.raises(CommandError) as caught:
        run(*arguments, **options)
    return str(caught.value)


def test_an_installation_from_nothing(run, db):
    assert run("add_administrator", "First@Example.org") == {
        "email": "first@example.org",
        "country": None,
        "account_made": True,
        "set_password": "http://localhost:8000/account/password/reset/",
    }
    assert run("set_country", "-", given=BELGIUM) == {"code": "BE", "added": True, "changed": True}
    assert run("add_administrator", "first@example.org", "--country", "BE")["account_made"] is False
    described = run("set_server", "-", given=SERVER | {"country": "BE", "new_client_key": True})
    server = ServerAuthority.objects.get()
    key = parse_private_key(server.client_key).public_key()
    assert (described["client_key"]["hex"], described["has_credentials"]) == (public_key_hex(key), True)
    added = run("add_server_key", "-", "--country", "BE", given=public_key_hex(SK_SA.public_key()))
    assert added["fingerprint"] == fingerprint(SK_SA.public_key())
    tested = run("test_connection", "BE")
    assert (tested["good"], tested["steps"][3]["code"]) == (False, "no_connection")
    user = User.objects.get()
    assert (user.is_staff, user.has_usable_password(), Administration.objects.get().user) == (True, False, user)
    assert [(event.verb, event.actor) for event in AuditEvent.objects.order_by("pk")] == [
        ("country_added", None),
        ("administrator_added", None),
        ("server_added", None),
        ("server_changed", None),
        ("server_key_added", None),
    ]


def test_new_administrator_sets_a_password_by_mail(run, db):
    run("add_administrator", "first@example.org")
    Client().post(reverse("account_reset_password"), {"email": "first@example.org"})
    assert [message.to for message in mail.outbox] == [["first@example.org"]]


def test_administrator_twice(run, db):
    CountryFactory()
    UserFactory(email="person@example.org")
    for _ in range(2):
        run("add_administrator", "person@example.org", "--country", "FR")
    assert (Administration.objects.count(), User.objects.count()) == (1, 1)


def test_country_is_changed_where_it_is_named_and_stays_otherwise(run, db):
    country = CountryFactory(hold_seconds=60, languages=["fr", "de"])
    assert run("set_country", "-", given={"code": "FR", "four_eyes": True, "renewal_days": 3}) == {
        "code": "FR",
        "added": False,
        "changed": True,
    }
    country.refresh_from_db()
    assert (country.four_eyes, country.renewal_days, country.hold_seconds, country.languages) == (True, 3, 60, ["fr", "de"])
    assert run("set_country", "-", given={"code": "FR", "four_eyes": True})["changed"] is False
    run("set_country", "-", given={"code": "FR", "other_time_zones": ["Indian/Reunion", "Europe/Paris"]})
    country.refresh_from_db()
    assert country.time_zones == ["Europe/Paris", "Indian/Reunion"]


def test_what_touches_issued_codes_is_confirmed(run, db):
    ready_country()
    issue_code(venue=VenueFactory(), by=UserFactory(), now=timezone.now())
    given = {"code": "FR", "prefix": "https://tac.gouv.fr/2#"}
    assert refusal(run, "set_country", "-", given=given).startswith("1 code was issued and is still kept.")
    assert run("set_country", "-", "--confirm", given=given)["changed"] is True


def test_foreign_country(run, db):
    foreign = {name: value for name, value in BELGIUM.items() if "time_zone" not in name}
    run("set_country", "-", given=foreign | {"issues_codes": False})
    assert Country.objects.get().issues_codes is False
    assert refusal(run, "set_country", "-", given={"code": "BE", "hold_seconds": 3})[:30] == "'hold_seconds': unknown key. K"


@pytest.mark.parametrize(
    ("command", "given", "sentence"),
    [
        ("set_country", {}, "code: missing"),
        ("set_country", "[]", "The JSON must be an object: {...}"),
        ("set_country", BELGIUM | {"more": 1}, "'more': unknown key. Known are:"),
        ("set_country", BELGIUM | {"prefix": "https://clea.example.be"}, "prefix: A prefix ends with #"),
        ("set_country", BELGIUM | {"register_days": 2}, "register_days: 14 at least."),
        ("set_country", BELGIUM | {"other_time_zones": "UTC"}, "other_time_zones: must be a list"),
        ("set_country", BELGIUM | {"other_time_zones": ["Mars/Olympus"]}, "other_time_zones: There is no time zone named"),
        ("set_country", BELGIUM | {"languages": "fr"}, "languages: must be a list"),
        ("set_country", BELGIUM | {"languages": ["xx"]}, "languages: Select a valid choice."),
        ("set_country", BELGIUM | {"name_fr": ["x"]}, "name_fr: must be a text"),
        ("set_country", {"code": "FR", "issues_codes": False}, "issues_codes: cannot be changed any more"),
        ("set_server", {"country": "XX"}, "There is no country 'XX': add it with set_country."),
        ("set_server", {"country": "FR"}, "name: This field is required."),
        ("set_server", SERVER | {"kind": "ftp"}, "kind: Select a valid choice."),
        ("set_server", SERVER | {"base_url": "nothing"}, "base_url: This is not a web address"),
        ("set_server", SERVER | {"name": None}, "name: must be a text, a whole number, true or false"),
        ("set_server", SERVER | {"authentication": "basic", "password": "x"}, "user_name: Enter the user name."),
        ("set_server", SERVER | {"exposures": [1]}, "exposures: must be a list of objects"),
        ("set_server", SERVER | {"exposures": [{"venue_type": 99}]}, "venue_type: Select a valid choice."),
        ("import_profile", {"schema": 1}, "This is not a profile of a country"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(run, db, command, given, sentence):
    CountryFactory()
    assert refusal(run, command, "-", given=given)[: len(sentence)] == sentence
    assert (Country.objects.count(), ServerAuthority.objects.count()) == (1, 0)


def test_bad_key_and_date(run, db):
    ServerAuthorityFactory()
    key = public_key_hex(generate_private_key().public_key())
    arguments = ("add_server_key", "-", "--country", "FR")
    assert refusal(run, *arguments, given="11" * 32) == (
        "public key: this is a private key, which may now be known to others: have a new pair made, and give its public key"
    )
    assert refusal(run, *arguments, "--from", "tomorrow", given=key)[:24] == "--from: must look like 2"
    assert refusal(run, *arguments, "--from", "2026-06-12T10:00:00", given=key)[:22] == "--from: needs its time"
    assert refusal(run, "test_connection", "BE") == "There is no country 'BE': add it with set_country."
    assert refusal(run, "add_administrator", "nobody") == "'nobody' is no e-mail address."


def test_secrets_go_in_and_do_not_come_out(run, db):
    CountryFactory()
    out = run("set_server", "-", given=SERVER | {"authentication": "bearer", "bearer_token": "told-by-the-operator"})
    assert ServerAuthority.objects.get().bearer_token == "told-by-the-operator"
    assert "told-by-the-operator" not in json.dumps(out)
    assert "told-by-the-operator" not in str([event.details for event in AuditEvent.objects.all()])


def test_exposures(run, db):
    CountryFactory()
    rows = [{"venue_type": 3, "slots_before": 1, "slots_after": 6}]
    run("set_server", "-", given=SERVER | {"slot_minutes": 15, "slots_before": 4, "slots_after": 4, "exposures": rows})
    server = ServerAuthority.objects.get()
    assert (server.slot_seconds, server.slots_before) == (900, 4)
    assert list(server.exposures.values("venue_type", "slots_before", "slots_after")) == rows


def test_profile_from_one_portal_to_another(run, db):
    ready_country()
    exported = run("export_profile", "FR")
    empty_portal()
    shown = run("import_profile", "-", given=exported)
    assert (shown["taken_in"], shown["fingerprint"], Country.objects.count()) == (False, exported["fingerprint"], 0)
    spoken = " ".join(exported["fingerprint"][start : start + 4] for start in range(0, 64, 4)).upper()
    assert "it is not the one that was told" in refusal(run, "import_profile", "-", "--fingerprint", "00", given=exported)
    assert run("import_profile", "-", "--fingerprint", spoken, given=exported["profile"])["taken_in"] is True
    assert run("export_profile", "FR") == exported

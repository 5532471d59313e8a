import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from clea_portal.accounts.models import Administration, User
from clea_portal.administration.changes import facts_of
from clea_portal.audit.models import AuditEvent, AuditLink
from clea_portal.authorities.models import TracingKey
from clea_portal.protocol.key_sealing import seal_private_key
from clea_portal.protocol.keys import fingerprint, parse_private_key, private_key_hex, public_key_hex
from tests.clea_portal.administration.scenes import LONG, rotated
from tests.factories import SK_CLIENT, SK_MCTA, AdministrationFactory, CountryFactory, TeamMembershipFactory

KEY = parse_private_key("4d" * 32)


def run(*words):
    out = io.StringIO()
    call_command(*words, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def file(tmp_path):
    def write(content, name="key"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def test_pair_is_made_and_listed_without_its_private_half(country):
    made = run("add_tracing_key", "fr")
    key = TracingKey.objects.latest("pk")
    assert (made["fingerprint"], made["state"]) == (key.fingerprint, "in_use")
    listed = run("list_keys", "FR")["FR"]
    assert [each["state"] for each in listed["tracing_keys"]] == ["in_use", "reads"]
    assert len(listed["server_keys"]) == 1
    assert run("list_keys") == {"FR": listed}
    for secret in (key.private_key, private_key_hex(SK_MCTA), facts_of(key)["private_key"].removeprefix("sha256:")):
        assert secret not in json.dumps([made, listed])
    event = AuditEvent.objects.get()
    assert (event.actor, event.verb, event.country) == (None, "key_added", "FR")


def test_pair_for_a_date(country):
    at = (timezone.now() + timedelta(days=3)).replace(microsecond=0)
    made = run("add_tracing_key", "FR", "--valid-from", at.isoformat())
    assert (made["state"], made["valid_from"]) == ("planned", at.isoformat())


def test_imported_from_a_file_with_its_public_key_and_under_a_passphrase(country, file, monkeypatch):
    made = run("add_tracing_key", "FR", "--private-key", file(private_key_hex(KEY)))
    assert made["public_key"] == public_key_hex(KEY.public_key())
    pem, public = seal_private_key(SK_CLIENT, passphrase="words that are long"), public_key_hex(SK_CLIENT.public_key())
    words = ("add_tracing_key", "FR", "--private-key", file(pem), "--public-key", file(public, "public"))
    with pytest.raises(CommandError, match="is under another passphrase"):
        run(*words)
    monkeypatch.setenv("CLEA_KEY_PASSPHRASE", "words that are long")
    assert run(*words)["fingerprint"] == fingerprint(SK_CLIENT.public_key())


def test_imported_from_standard_input(country, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(private_key_hex(KEY).encode())))
    assert run("add_tracing_key", "FR", "--private-key", "-")["public_key"] == public_key_hex(KEY.public_key())


def test_bad_input_is_one_sentence(country, file):
    public = file(public_key_hex(SK_CLIENT.public_key()), "public")
    for words, sentence in [
        (("list_keys", "XX"), "is the code of no country here"),
        (("add_tracing_key", "FR", "--valid-from", "soon"), "is no time with a zone"),
        (("add_tracing_key", "FR", "--valid-from", "2026-01-01T00:00:00"), "is no time with a zone"),
        (("add_tracing_key", "FR", "--valid-from", "2020-01-01T00:00:00Z"), "Choose a date from now on"),
        (("add_tracing_key", "FR", "--private-key", "/nowhere"), "cannot be read"),
        (("add_tracing_key", "FR", "--private-key", public), "this is a public key"),
        (("add_tracing_key", "FR", "--private-key", file(private_key_hex(SK_MCTA), "known")), "This key is already there"),
        (("add_tracing_key", "FR", "--private-key", file(private_key_hex(KEY)), "--public-key", public), "are not a pair"),
        (("destroy_tracing_key", "FR", "00"), "no contact tracing key of this country has this fingerprint"),
    ]:
        with pytest.raises(CommandError, match=sentence):
            run(*words)
    assert TracingKey.objects.count() == 1


def named(*people):
    return [word for person in people for word in ("--administrator", person.email)]


def test_key_that_nothing_needs_is_destroyed_by_two(country):
    key, people = country.tracing.keys.get(), [AdministrationFactory(country=country).user for _ in range(2)]
    words = ("destroy_tracing_key", "FR", key.fingerprint, *named(*people))
    with pytest.raises(CommandError, match="Something still needs this key"):
        run(*words)
    rotated(country, now=timezone.now() - LONG)
    assert run(*words)["state"] == "destroyed"
    key.refresh_from_db()
    event = AuditEvent.objects.latest("pk")
    assert (key.private_key, event.verb, event.actor) == (None, "key_destroyed", None)
    assert event.details["administrators"] == sorted(str(person.uuid) for person in people)
    with pytest.raises(CommandError, match="was destroyed"):
        run(*words)


def test_key_is_not_destroyed_by_fewer_than_two_administrators(country):
    key = country.tracing.keys.get()
    rotated(country, now=timezone.now() - LONG)
    one, suspended, closed = (AdministrationFactory(country=country) for _ in range(3))
    Administration.objects.filter(pk=suspended.pk).update(suspended_at=timezone.now())
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    belgium = CountryFactory(code="BE", prefix="https://clea.example.be#", host="clea.example.be")
    elsewhere = AdministrationFactory(country=belgium)
    agent = TeamMembershipFactory(team__region__country=country)
    for others in ([], [one], [suspended], [closed], [elsewhere], [agent]):
        with pytest.raises(CommandError, match="takes two different administrators"):
            run("destroy_tracing_key", "FR", key.fingerprint, *named(one.user, *(other.user for other in others)))
    with pytest.raises(CommandError, match="takes two different administrators"):
        run("destroy_tracing_key", "FR", key.fingerprint)
    with pytest.raises(CommandError, match="is the address of no account here"):
        run("destroy_tracing_key", "FR", key.fingerprint, "--administrator", "nobody@example.org")
    key.refresh_from_db()
    assert key.private_key is not None


def test_chain_is_verified_and_says_where_it_breaks(country, capsys):
    for _ in range(3):
        run("add_tracing_key", "FR")
    answer = run("verify_audit_chain")
    head = str(AuditLink.objects.latest("position"))
    assert answer == {"ok": True, "sealed": 3, "unsealed": 0, "head": head, "broken_at": None, "why": ""}
    assert run("verify_audit_chain", "--head", head)["ok"] is True
    with pytest.raises(CommandError, match="a head is a position"):
        run("verify_audit_chain", "--head", "x")
    AuditLink.objects.filter(position=2).update(digest="0" * 64)
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit_chain", stdout=out)
    answer = json.loads(out.getvalue())
    assert (ended.value.code, answer["ok"], answer["broken_at"], answer["sealed"]) == (1, False, 2, 1)

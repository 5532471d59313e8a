"""Configurations of dedicated devices: sealed, logged, and in agreement with displays and paper."""

import json
import shutil
import subprocess
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from allauth.account.internal.flows.login import record_authentication
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import RequestFactory
from django.urls import reverse

from clea_portal.accounts.enums import MemberRole
from clea_portal.audit.models import AuditEvent
from clea_portal.codes.device_file import BadConfiguration, read
from clea_portal.codes.errors import Archived
from clea_portal.codes.jwe import open_with_key
from clea_portal.codes.sealing import unseal
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.derivation import Profile, derive_lt_key, derive_ltid
from clea_portal.protocol.keys import fingerprint, parse_private_key, private_key_hex, public_key_hex
from clea_portal.protocol.ntp import from_ntp
from tests.factories import SK_MCTA, SK_SA, MembershipFactory
from tests.members import member, organisation_with_choices, signed_in
from tests.opening import open_code
from tests.venues.display_making import added_display, anonymous
from tests.venues.making import NOW, added_room, opened_venue, rotating
from venues.device_views import configure
from venues.devices import OtherDerivation, Recipient, configure_device
from venues.display_codes import code_at
from venues.errors import CodesAhead
from venues.managing import archive_venue
from venues.models import Display, Rotation
from venues.packs import make_pack

pytestmark = pytest.mark.django_db
INSTALLER = parse_private_key("44" * 32)
PASSPHRASE = "tako-rizu-bono-kepa"


def in_clear(document):
    return json.dumps(document).encode()


def configuration(venue, **changes):
    wanted = {
        "venue": venue,
        "room": None,
        "profile": Profile.SPECIFICATION,
        "recipient": Recipient(seal=in_clear, name="test"),
        "may_change_codes": False,
        "by": member(venue.organisation),
        "now": NOW,
    }
    return json.loads(configure_device(**(wanted | changes)))


def test_configuration_holds_all_that_a_device_needs():
    venue = rotating(opened_venue(), renewal_hours=["05:00", "16:00"], cri_exp=8)
    document = configuration(venue)
    checked = document.pop("check_values")
    header = document.pop("c_header")
    assert document == {
        "format": "clea-device-configuration",
        "version": 1,
        "made_at": "2026-06-03T14:35:20+00:00",
        "place": "La Table du Drac",
        "room": "",
        "prefix": "https://tac.gouv.fr?v=0#",
        "derivation": "specification",
        "sk_l": Rotation.objects.get().secret.sk_l,
        "pk_sa": public_key_hex(SK_SA.public_key()),
        "pk_sa_fingerprint": fingerprint(SK_SA.public_key()),
        "pk_mcta": public_key_hex(SK_MCTA.public_key()),
        "pk_mcta_fingerprint": fingerprint(SK_MCTA.public_key()),
        "contact": {"phone": "33465710038", "region": 38, "pin": "380038"},
        "staff": False,
        "venue_type": 1,
        "venue_category1": 4,
        "venue_category2": 2,
        "cri_exp": 8,
        "time_zone": "Europe/Paris",
        "renewal_hours": [5, 16],
        "days_per_period": 1,
        "counted_from": "2026-06-03",
        "t_starts_at": document["t_starts_at"],
        "usual_period_durations": [11, 13],
    }
    assert from_ntp(document["t_starts_at"]) == Rotation.objects.get().starts_at
    assert [value["period_duration"] for value in checked] == [13, 11] * 3 + [13]
    assert "CLEA_SK_L" in header


@pytest.mark.parametrize("profile", Profile)
def test_check_values_are_those_of_displays_and_of_the_derivation_itself(profile):
    venue = rotating(opened_venue(), profile=profile.value)
    document = configuration(venue, profile=profile)
    secret = bytes.fromhex(Rotation.objects.get().secret.sk_l)
    added_display(venue)
    display = Display.objects.with_venue().get()
    assert len(document["check_values"]) == 7
    for value in document["check_values"]:
        ltid = derive_ltid(derive_lt_key(secret, value["t_period_start"], profile))
        assert (value["ltid"], value["check_code"]) == (str(ltid), check_code(ltid))
        shown = open_code(code_at(display, max(NOW, from_ntp(value["t_period_start"]))).deep_link)
        assert (shown.header.ltid, shown.message.period_duration) == (ltid, value["period_duration"])


def test_profiles_lead_to_different_codes():
    documents = [
        configuration(rotating(opened_venue()), profile=profile, may_change_codes=True)["check_values"] for profile in Profile
    ]
    assert documents[0] != documents[1]


def test_other_derivation_needs_agreement_and_then_the_place_follows():
    venue = rotating(opened_venue())
    with pytest.raises(OtherDerivation):
        configuration(venue, profile=Profile.REFERENCE_C)
    assert not AuditEvent.objects.filter(verb="device_configured").exists()
    document = configuration(venue, profile=Profile.REFERENCE_C, may_change_codes=True)
    assert Rotation.objects.current().get().profile == "reference_c"
    display = added_display(venue)[0]
    shown = open_code(code_at(display, NOW + timedelta(minutes=1)).deep_link)
    assert str(shown.header.ltid) == document["check_values"][0]["ltid"]


def test_printed_codes_of_coming_days_are_not_contradicted():
    venue = rotating(opened_venue())
    make_pack(
        venue=venue, room=None, first_day=NOW.date(), last_day=NOW.date() + timedelta(days=5), with_staff=False,
        by=member(venue.organisation), now=NOW,
    )  # fmt: skip
    with pytest.raises(CodesAhead):
        configuration(venue, profile=Profile.REFERENCE_C, may_change_codes=True)
    assert Rotation.objects.get().profile == "specification"


def test_room_has_its_own_secret_and_name():
    venue = rotating(opened_venue())
    room = added_room(venue, "Terrasse")
    of_room, of_place = configuration(venue, room=room), configuration(venue)
    assert (of_room["room"], of_place["room"]) == ("Terrasse", "")
    assert of_room["sk_l"] != of_place["sk_l"]


def test_country_without_tracing_gives_no_contact():
    document = configuration(opened_venue(organisation_with_choices(deployment=3)))
    assert (document["pk_mcta"], document["contact"]) == (None, None)
    assert "#define CLEA_HAS_CONTACT 0" in document["c_header"]


def test_archived_venue_configures_nothing():
    venue = opened_venue()
    archive_venue(venue, by=member(venue.organisation), now=NOW)
    with pytest.raises(Archived):
        configuration(venue)


def test_trail_says_who_got_it_and_holds_no_secret():
    venue = rotating(opened_venue())
    document = configuration(venue)
    event = AuditEvent.objects.get(verb="device_configured")
    assert event.details == {
        "room": None,
        "rotation": str(Rotation.objects.get().uuid),
        "profile": "specification",
        "sealed_for": "test",
    }
    assert document["sk_l"] not in str(AuditEvent.objects.values())


@pytest.mark.parametrize("change", [{"sk_l": "00" * 51}, {"derivation": "reference_c"}, {"check_values": [{}]}, {"version": 2}])
def test_altered_configuration_is_noticed(change):
    document = configuration(rotating(opened_venue()))
    assert read(json.dumps(document).encode()) == document
    with pytest.raises(BadConfiguration):
        read(json.dumps(document | change).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"null", b"\xff", b"[" * 5000])
def test_what_is_no_configuration_is_refused(content):
    with pytest.raises(BadConfiguration):
        read(content)


PROGRAM = r"""
#include <stdio.h>
#include "clea.h"
int main(void) {
  printf("%s|%d|%zu|%zu|%s|%d|%d|", CLEA_PLACE, CLEA_DERIVATION_REFERENCE_C, sizeof CLEA_SK_L, sizeof CLEA_PK_SA,
    CLEA_CONTACT_PHONE, CLEA_CRI_EXP, CLEA_RENEWALS);
  printf("%d|%d|", CLEA_HAS_PK_MCTA && sizeof CLEA_PK_MCTA == 65, CLEA_RENEWAL_HOURS[0] + CLEA_USUAL_PERIOD_DURATIONS[0]);
  for (int i = 0; i < CLEA_CHECKED_PERIODS; i++)
    printf("%u:%u:%02x:%s ", CLEA_CHECK_VALUES[i].t_period_start, CLEA_CHECK_VALUES[i].period_duration,
      CLEA_CHECK_VALUES[i].ltid[15], CLEA_CHECK_VALUES[i].check_code);
  for (size_t i = 0; i < sizeof CLEA_SK_L; i++) printf("%02x", CLEA_SK_L[i]);
  return 0;
}
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler (gcc) on this machine")
@pytest.mark.parametrize("name", ["La Table du Drac", 'A "quote" */ \\ ??/ é 🍕\n#define X'])
def test_header_compiles_and_says_the_same(name, tmp_path):
    venue = rotating(opened_venue(), profile="reference_c")
    type(venue).objects.filter(pk=venue.pk).update(name=name)
    document = configuration(venue, profile=Profile.REFERENCE_C)
    (tmp_path / "clea.h").write_text(document["c_header"])
    (tmp_path / "main.c").write_text(PROGRAM)
    strict = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"]
    subprocess.run(["gcc", *strict, "-o", tmp_path / "main", tmp_path / "main.c"], check=True, timeout=60)
    said = subprocess.run([tmp_path / "main"], check=True, capture_output=True, timeout=10).stdout.decode()
    values = " ".join(
        f"{value['t_period_start']}:{value['period_duration']}:{value['ltid'][-2:]}:{value['check_code']}"
        for value in document["check_values"]
    )
    assert said == f"{name}|1|51|65|33465710038|10|1|1|28|{values} {document['sk_l']}"


# --- The command ------------------------------------------------------------------------------------------------------------


def opened(path, *options, capsys):
    call_command("open_device_configuration", str(path), *options)
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def page():
    """A browser that has just proven who it is, and what it sends to the page."""
    venue = rotating(opened_venue())

    def make(role=MemberRole.OWNER, *, proven=True):
        user = member(venue.organisation, role)
        browser = signed_in(user)
        if proven:
            request = RequestFactory().get("/")
            request.session = browser.session
            record_authentication(request, user, method="password", reauthenticated=True)
            request.session.save()
        browser.send = partial(browser.post, reverse("devices:configure", args=[venue.uuid]))
        browser.look = partial(browser.get, reverse("devices:configure", args=[venue.uuid]))
        return browser

    make.venue = venue
    return make


def pem():
    return INSTALLER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize(
    "key", [pem(), public_key_hex(INSTALLER.public_key()), public_key_hex(INSTALLER.public_key(), compressed=True)]
)
def test_file_sealed_to_a_key_is_opened_by_the_command(key, page, tmp_path, capsys, monkeypatch):
    response = page().send({"profile": "specification", "sealing": "key", "public_key": key})
    assert (response.status_code, response["Content-Type"], response["Cache-Control"]) == (
        200,
        "application/jose",
        "private, no-store",
    )
    assert response["Content-Disposition"] == 'attachment; filename="clea-device.jwe"'
    whole = json.loads(open_with_key(response.content.decode(), private_key=INSTALLER))
    sealed, keys = tmp_path / "file.jwe", tmp_path / "key"
    sealed.write_bytes(response.content)
    keys.write_bytes(INSTALLER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    shown = opened(sealed, "--key", str(keys), capsys=capsys)
    assert shown["check_values"] == whole["check_values"]
    assert set(whole) - set(shown) == {"sk_l", "contact", "c_header"}
    assert opened(sealed, "--key", str(keys), "--secrets", capsys=capsys) == whole
    monkeypatch.setenv("CLEA_DEVICE_KEY", private_key_hex(INSTALLER))
    assert opened(sealed, capsys=capsys) == shown


def test_file_sealed_under_a_passphrase_is_opened_by_the_command(page, tmp_path, capsys, monkeypatch):
    response = page().send({"profile": "specification", "sealing": "passphrase", "passphrase": PASSPHRASE})
    assert response["Content-Disposition"] == 'attachment; filename="clea-device.sealed"'
    whole = json.loads(unseal(response.content, passphrase=PASSPHRASE))
    sealed, said = tmp_path / "file.sealed", tmp_path / "passphrase"
    sealed.write_bytes(response.content)
    said.write_text(f"{PASSPHRASE}\n")
    assert opened(sealed, "--passphrase", str(said), capsys=capsys)["check_values"] == whole["check_values"]
    monkeypatch.setenv("CLEA_DEVICE_PASSPHRASE", "another one entirely")
    with pytest.raises(CommandError, match="another one"):
        opened(sealed, capsys=capsys)


def test_command_says_what_is_missing_or_wrong(tmp_path, capsys, monkeypatch):
    path = tmp_path / "file"
    for content, key, expected in [
        (b"\x01short", "", "--passphrase"),
        (b"x", "", "--key"),
        (b"x", "44" * 32, "no JWE"),
        (b"x", "no key", "hexadecimal"),
        (b"x", "-----BEGIN PRIVATE KEY-----", "no private key in PEM"),
        (b"x" * 70_000, "", "more than 65536 bytes"),
    ]:
        path.write_bytes(content)
        monkeypatch.setenv("CLEA_DEVICE_KEY", key)
        with pytest.raises(CommandError, match=expected):
            opened(path, capsys=capsys)
    with pytest.raises(CommandError, match="cannot be read"):
        opened(tmp_path / "nothing", capsys=capsys)


# --- The page ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [MemberRole.OWNER, MemberRole.EDITOR])
def test_page_opens_for_who_may_write_and_keeps_nothing(role, page):
    response = page(role).look()
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert configure.__module__ == "venues.device_views"


def test_page_is_closed_to_others(page):
    url = reverse("devices:configure", args=[page.venue.uuid])
    assert page(MemberRole.READER).look().status_code == 403
    assert page(MemberRole.READER).send().status_code == 403
    assert signed_in(MembershipFactory().user).get(url).status_code == 404
    assert anonymous().get(url)["Location"] == f"{reverse('account_login')}?next={url}"
    assert page().get("/devices/of/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert {getattr(page(), method)(url).status_code for method in ("put", "patch", "delete")} == {405}


def test_who_signed_in_long_ago_proves_again_who_it_is(page):
    browser = page()
    with time_machine.travel(timedelta(minutes=20)):
        url = reverse("devices:configure", args=[page.venue.uuid])
        asked = browser.look()
        assert (asked.status_code, asked["Location"].split("?")[0]) == (302, reverse("account_reauthenticate"))
        sent = browser.send({"profile": "specification", "sealing": "passphrase", "passphrase": PASSPHRASE})
        assert (sent.status_code, sent["Location"]) == (302, url)
        assert PASSPHRASE not in str(dict(browser.session))
    assert not AuditEvent.objects.filter(verb="device_configured").exists()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"sealing": "key"}, "Paste the public key"),
        ({"sealing": "key", "public_key": "abc"}, "This is no public key"),
        ({"sealing": "key", "public_key": "-----BEGIN PRIVATE KEY-----"}, "This is a private key"),
        ({"sealing": "key", "public_key": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"}, "This is no public key"),
        ({"sealing": "key", "public_key": "x" * 1001}, "at most 1000 characters"),
        ({"sealing": "passphrase", "passphrase": "elevenchars"}, "at least 12 characters"),
        ({"sealing": "passphrase", "passphrase": "abababababababab"}, "same few characters"),
        ({"sealing": "passphrase", "passphrase": "1qaz2wsx3edc4rfv"}, "tried first"),
        ({"sealing": "other"}, "Select a valid choice"),
        ({"sealing": "passphrase", "passphrase": PASSPHRASE, "profile": "x"}, "Select a valid choice"),
        ({"sealing": "passphrase", "passphrase": PASSPHRASE, "profile": "reference_c"}, "Tick this if they should follow"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_leaves(sent, sentence, page):
    response = page().send({"profile": "specification"} | sent)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert response["Content-Type"].startswith("text/html")
    assert not AuditEvent.objects.filter(verb="device_configured").exists()


def test_printed_days_are_named_with_the_way_out(page):
    make_pack(
        venue=page.venue, room=None, first_day=NOW.date(), last_day=NOW.date() + timedelta(days=5), with_staff=False,
        by=member(page.venue.organisation), now=NOW,
    )  # fmt: skip
    with time_machine.travel(NOW + timedelta(hours=1)):
        sent = {"sealing": "passphrase", "passphrase": PASSPHRASE, "profile": "reference_c", "may_change_codes": "on"}
        html = page().send(sent).content.decode()
    assert "Codes of coming days are printed already, until 09.06.2026" in html


def test_missing_key_of_the_country_is_said(page):
    page.venue.country.server.keys.all().delete()
    response = page().send({"profile": "specification", "sealing": "passphrase", "passphrase": PASSPHRASE})
    assert "No code can be made at the moment" in response.content.decode()


def test_archived_venue_leads_back_to_its_page(page):
    archive_venue(page.venue, by=member(page.venue.organisation), now=NOW)
    assert page().look()["Location"] == reverse("venues:detail", args=[page.venue.uuid])

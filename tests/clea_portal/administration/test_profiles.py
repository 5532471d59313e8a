"""Profiles: out of one portal, into another; and what is refused on the way in."""

import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clea_portal.accounts.models import Administration
from clea_portal.administration.profile_reading import BadProfile, read_profile
from clea_portal.administration.profiles import canonical, fingerprint_of, profile_of
from clea_portal.authorities.models import Country, ServerAuthority, ServerKey, TracingAuthority, TracingKey
from clea_portal.protocol.keys import fingerprint, public_key_hex
from tests.factories import SK_SA, AdministrationFactory, CountryFactory, ServerAuthorityFactory, ready_country

BEGIN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
IMPORT = "administration:profile_import"


@pytest.fixture
def administrator(db):
    """Of a country that is not in the way."""
    away = CountryFactory(code="LU", prefix="https://clea.example.lu#", host="clea.example.lu")
    return AdministrationFactory(country=away).user


@pytest.fixture
def browser(desk, administrator):
    return desk(administrator)


def described():
    """France, as its portal describes it."""
    country = ready_country(languages=["fr", "de"], asynchronous_style="parameter", other_time_zones=["Indian/Reunion"])
    server = country.server
    server.exposures.create(venue_type=3, slots_before=1, slots_after=6)
    server.keys.update(valid_from=BEGIN)
    return profile_of(country)


def empty_portal():
    """What another portal has of France: nothing."""
    for model in (TracingKey, TracingAuthority, ServerKey, ServerAuthority):
        model.objects.all().delete()
    Country.objects.filter(code="FR").delete()


def test_profile_holds_what_neighbours_need_and_nothing_secret(db):
    assert described() == {
        "schema": "clea-country-profile",
        "version": 1,
        "code": "FR",
        "names": {"fr": "France", "en": "France"},
        "host": "tac.gouv.fr",
        "prefix": "https://tac.gouv.fr?v=0#",
        "asynchronous": "parameter",
        "languages": ["fr", "de"],
        "time_zone": "Europe/Paris",
        "other_time_zones": ["Indian/Reunion"],
        "server": {
            "name": "Cluster server",
            "kind": "api",
            "address": "http://127.0.0.1:9",
            "list": "http://127.0.0.1:9/list",
            "accepts_type_1": True,
            "exposure": {
                "slot_seconds": 1800,
                "before": 2,
                "after": 2,
                "venue_types": [{"venue_type": 3, "before": 1, "after": 6}],
            },
            "keys": [
                {
                    "public_key": public_key_hex(SK_SA.public_key()),
                    "fingerprint": fingerprint(SK_SA.public_key()),
                    "valid_from": "2026-01-02T03:04:05Z",
                }
            ],
        },
    }


def test_from_one_portal_into_another(browser, administrator, desk):
    described()
    exporter = desk(AdministrationFactory(country=Country.objects.get(code="FR")).user)
    download = exporter.get(reverse("administration:profile_download", args=["FR"]))
    told = exporter.get(reverse("administration:profile", args=["FR"])).context["fingerprint"]
    assert (download.headers["Content-Type"], json.loads(download.content)["code"]) == ("application/json", "FR")
    profile = json.loads(download.content)
    Administration.objects.filter(country__code="FR").delete()
    empty_portal()

    preview = browser.post(reverse(IMPORT), {"file": SimpleUploadedFile("profile.json", download.content)})
    assert preview.context["fingerprint"] == told
    assert Country.objects.filter(code="FR").count() == 0
    confirmed = {"pasted": preview.context["text"], "confirmed": preview.context["confirmed"]}
    response = browser.post(reverse(IMPORT), confirmed)
    assert response.headers["Location"] == reverse("administration:country", args=["FR"])

    country = Country.objects.get(code="FR")
    assert (country.issues_codes, profile_of(country)) == (False, profile)
    assert list(Administration.objects.filter(country=country).values_list("user", flat=True)) == [administrator.pk]
    # Nothing to present was in the file.
    assert (country.server.client_key, country.server.authentication) == ("", "es256")
    again = browser.post(reverse(IMPORT), {"pasted": download.content.decode()})
    assert again.context["proposal"].differences == []


def test_update_shows_differences_keeps_old_keys_and_forgets_what_was_for_another_server(browser, administrator):
    profile = described()
    country = Country.objects.get(code="FR")
    Country.objects.update(issues_codes=False)
    administrator.administrations.create(country=country)
    profile["server"] |= {"address": "http://127.0.0.2:9", "keys": []}
    profile["names"]["en"] = "The Republic"
    preview = browser.post(reverse(IMPORT), {"pasted": json.dumps(profile)})
    proposal = preview.context["proposal"]
    assert [(one.name, one.before, one.after) for one in proposal.differences] == [
        ("names.en", "France", "The Republic"),
        ("server.address", "http://127.0.0.1:9", "http://127.0.0.2:9"),
    ]
    assert proposal.loses_credentials
    browser.post(reverse(IMPORT), {"pasted": json.dumps(profile), "confirmed": preview.context["confirmed"]})
    country.refresh_from_db()
    server = ServerAuthority.objects.get(country=country)
    assert (country.name_en, server.base_url, server.client_key) == ("The Republic", "http://127.0.0.2:9", "")
    assert server.keys.count() == 1


def test_another_profile_than_the_confirmed_one_is_shown_again(browser):
    profile = described()
    empty_portal()
    response = browser.post(reverse(IMPORT), {"pasted": json.dumps(profile), "confirmed": "00" * 32})
    assert (response.status_code, Country.objects.filter(code="FR").count()) == (200, 0)
    assert response.context["proposal"].profile == profile


@pytest.mark.parametrize("issues_codes", [True, False])
def test_country_of_others_is_not_changed(browser, issues_codes):
    profile = described()
    Country.objects.filter(code="FR").update(issues_codes=issues_codes)
    response = browser.post(reverse(IMPORT), {"pasted": json.dumps(profile)})
    assert response.context["form"].errors["pasted"] == [
        "France makes its codes here: an import does not change it."
        if issues_codes
        else "France is there already, and somebody else administers it."
    ]


def test_prefix_that_another_country_has(browser):
    profile = described() | {"code": "MC"}
    response = browser.post(reverse(IMPORT), {"pasted": json.dumps(profile)})
    assert response.context["form"].errors["pasted"] == ["France has this host already: a link's host tells its country."]


def test_canonical_form_does_not_hang_on_the_order(db):
    profile = described()
    turned = dict(reversed(list(profile.items())))
    assert canonical(turned) == canonical(profile)
    assert fingerprint_of(turned) == fingerprint_of(profile)
    assert read_profile(json.dumps(turned, indent=4).encode()) == profile


def changed(path, value):
    def change(profile):
        inner = profile
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = value
        return profile

    return change


FIELDS = [
    (["code"], "fr", "code: must be two letters from A to Z."),
    (["names"], [], "names: must be an object."),
    (["names", "fr"], "", "names.fr: must be a text of 1 to 80 characters, without invisible ones."),
    (["names", "fr"], "a" * 81, "names.fr: must be a text of 1 to 80 characters, without invisible ones."),
    (["names", "en"], "a\u202eb", "names.en: must be a text of 1 to 80 characters, without invisible ones."),
    (["host"], "other.example", "host: The prefix does not begin with https:// and this host."),
    (
        ["prefix"],
        "https://tac.gouv.fr",
        "prefix: A prefix ends with #: what follows it never leaves the phone for a web server.",
    ),
    (["asynchronous"], 1, "asynchronous: is none of the values that it can have."),
    (
        ["languages"],
        ["fr", "fr"],
        "languages: must be a list of different ones of: fr, en, de, es, it, nl, pt, ar.",
    ),
    (["languages"], [["fr"]], "languages: must be a list of different ones of: fr, en, de, es, it, nl, pt, ar."),
    (["time_zone"], "../../etc/passwd", "time_zone: is none of the values that it can have."),
    (["other_time_zones"], "Indian/Reunion", "other_time_zones: Other time zones are a list of names, 20 at most."),
    (["other_time_zones"], ["Indian/Reunion"] * 2, "other_time_zones: A time zone stands there twice."),
    (["other_time_zones"], [1], "other_time_zones: Other time zones are a list of names, 20 at most."),
    (["other_time_zones"], ["Mars/Olympus"], "other_time_zones: There is no time zone named “Mars/Olympus”."),
    (["other_time_zones"], ["Europe/Paris"], "other_time_zones: names the main time zone again."),
    (["more"], 1, "more: is not a name that a profile has."),
    (["server"], "x", "server: must be an object."),
    (["server", "kind"], "ftp", "server.kind: is none of the values that it can have."),
    (
        ["server", "address"],
        "file:///etc/passwd",
        "server.address: This is not a web address like https://clea.example.org: no user name, no # and no spaces in it.",
    ),
    (["server", "accepts_type_1"], 1, "server.accepts_type_1: must be true or false."),
    (["server", "client_key"], "11", "server.client_key: is not a name that a profile has."),
    (
        ["server", "exposure", "slot_seconds"],
        True,
        "server.exposure.slot_seconds: must be a whole number from 60 to 86400.",
    ),
    (["server", "exposure", "slot_seconds"], 90, "server.exposure.slot_seconds: must be whole minutes."),
    (["server", "exposure", "before"], 97, "server.exposure.before: must be a whole number from 0 to 96."),
    (
        ["server", "exposure", "venue_types"],
        [{"venue_type": 3, "before": 1, "after": 1}] * 2,
        "server.exposure.venue_types: names a venue type twice.",
    ),
    (
        ["server", "exposure", "venue_types"],
        {},
        "server.exposure.venue_types: must be a list of at most 32 objects.",
    ),
    (["server", "keys", 0, "fingerprint"], "00" * 32, "server.keys[0].fingerprint: is not that of this key."),
    (
        ["server", "keys", 0, "valid_from"],
        "2026-13-01T00:00:00Z",
        "server.keys[0].valid_from: must look like 2026-06-12T10:00:00Z.",
    ),
    (["server", "keys", 0, "valid_from"], "1900-01-01T00:00:00Z", "server.keys[0].valid_from: must be between 2020 and 2100."),
]


@pytest.mark.parametrize(
    ("path", "value", "sentence"), FIELDS, ids=[f"{'.'.join(map(str, path))}-{n}" for n, (path, *_) in enumerate(FIELDS)]
)
def test_every_field_is_checked(db, path, value, sentence):
    profile = changed(path, value)(described())
    with pytest.raises(BadProfile) as caught:
        read_profile(json.dumps(profile).encode())
    assert caught.value.sentences == [sentence]


def test_key_that_is_none(db):
    profile = changed(["server", "keys", 0, "public_key"], "04" + "00" * 64)(described())
    with pytest.raises(BadProfile) as caught:
        read_profile(json.dumps(profile).encode())
    assert [sentence[:28] for sentence in caught.value.sentences] == ["server.keys[0].public_key: T"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"x" * (64 * 1024 + 1), "A profile has 64 kB at most; this has 65537 bytes."),
        (b"[" * 60_000, "This is nested more deeply than a profile is."),
        (b'{"a":' * 20 + b"1" + b"}" * 20, "This is nested more deeply than a profile is."),
        (b"\xff\xfe", "This is not text in UTF-8."),
        (b"{", "This is not JSON: line 1, column 2."),
        (b"[]", "A profile is a JSON object: {…}"),
        (b'{"schema": 1, "schema": 2}', "A name stands there twice in one object."),
        (b'{"version": NaN}', "This is not JSON that can be used."),
        (b'{"version": ' + b"9" * 5000 + b"}", "This is not JSON that can be used."),
        (b"{}", "This is not a profile of a country: its schema is not clea-country-profile."),
        (b'{"schema": "clea-country-profile", "version": true}', "This profile is of another version than 1."),
    ],
)
def test_hostile_input(data, sentence):
    with pytest.raises(BadProfile) as caught:
        read_profile(data)
    assert caught.value.sentences == [sentence]


def test_page_says_what_is_wrong_and_keeps_what_was_pasted(browser):
    response = browser.post(reverse(IMPORT), {"pasted": '{"schema": 1}'})
    assert response.context["form"].errors["pasted"] == [
        "This is not a profile of a country: its schema is not clea-country-profile."
    ]
    assert "&quot;schema&quot;: 1" in response.content.decode()
    for neither in ({}, {"pasted": "x", "file": SimpleUploadedFile("p", b"y")}):
        assert browser.post(reverse(IMPORT), neither).context["form"].non_field_errors() == [
            "Paste the profile, or choose a file with it: one of the two."
        ]


def test_country_without_a_server(db):
    country = CountryFactory()
    profile = profile_of(country)
    assert profile["server"] is None
    assert read_profile(canonical(profile)) == profile
    ServerAuthorityFactory(country=country)
    assert profile_of(country)["server"]["keys"] == []

"""What an administrator enters about a cluster server."""

import socket

import pytest
from django.urls import reverse

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.models import ServerAuthority
from clea_portal.protocol.keys import fingerprint, parse_private_key, private_key_hex, public_key_hex
from tests.clea_portal.cluster_server.certificates import client_pair
from tests.factories import SK_CLIENT, SK_SA, CountryFactory, VenueTypeFactory

ADDRESS = {
    "name": "Serveur",
    "kind": "api",
    "base_url": "https://127.0.0.1:8443/",
    "list_url": "https://127.0.0.1:8443/list/clusterIndex.json",
    "accepts_type_1": "yes",
}

PRIVATE = (
    "It leads into a private network, which the portal does not call. Where that is meant, the operator sets"
    " ALLOW_PRIVATE_CLUSTER_SERVERS."
)


@pytest.fixture
def browser(desk, administrator):
    return desk(administrator)


@pytest.fixture
def server(country):
    return country.server


def address(name, *more):
    return reverse(f"administration:{name}", args=["FR", *more])


def last_change():
    event = AuditEvent.objects.latest("pk")
    return event.verb, event.details


def test_first_server_of_a_country(browser, administrator):
    country = CountryFactory(code="BE", prefix="https://clea.example.be#", host="clea.example.be", issues_codes=False)
    administrator.administrations.create(country=country)
    page = browser.get(reverse("administration:server", args=["BE"])).content.decode()
    assert reverse("administration:server_address", args=["BE"]) in page
    assert browser.get(reverse("administration:server_credentials", args=["BE"])).status_code == 404
    browser.post(reverse("administration:server_address", args=["BE"]), ADDRESS | {"kind": "form"})
    server = ServerAuthority.objects.get(country=country)
    kept = (server.name, server.kind, server.base_url, server.list_url, server.accepts_type_1, server.authentication)
    assert kept == ("Serveur", "form", "https://127.0.0.1:8443", "https://127.0.0.1:8443/list", True, "none")
    assert last_change()[0] == "server_added"


def test_change_is_noted_with_before_and_after(browser, server):
    browser.post(address("server_address"), ADDRESS)
    server.refresh_from_db()
    assert server.base_url == "https://127.0.0.1:8443"
    assert last_change() == (
        "server_changed",
        {
            "pk": server.pk,
            "before": {"name": "Cluster server", "base_url": "http://127.0.0.1:9", "list_url": "http://127.0.0.1:9/list"},
            "after": {
                "name": "Serveur",
                "base_url": "https://127.0.0.1:8443",
                "list_url": "https://127.0.0.1:8443/list",
            },
        },
    )


@pytest.mark.parametrize(
    ("url", "private", "sentence"),
    [
        ("http://127.0.0.1", False, "It must begin with https://, so that nobody can read along."),
        (
            "https://127.0.0.1",
            False,
            PRIVATE,
        ),
        (
            "https://169.254.169.254",
            False,
            PRIVATE,
        ),
        (
            "https://name:secret@127.0.0.1",
            True,
            "This is not a web address like https://clea.example.org: no user name, no # and no spaces in it.",
        ),
        (
            "nothing",
            True,
            "This is not a web address like https://clea.example.org: no user name, no # and no spaces in it.",
        ),
    ],
)
def test_address_that_is_never_called(browser, settings, url, private, sentence):
    settings.ALLOW_PRIVATE_CLUSTER_SERVERS = private
    response = browser.post(address("server_address"), ADDRESS | {"base_url": url, "list_url": url})
    assert response.context["form"].errors == {"base_url": [sentence], "list_url": [sentence]}
    assert response.context["form"]["base_url"].value() == url


def test_name_that_nobody_knows_is_kept_with_a_warning(browser, server, monkeypatch):
    def nobody(*_args, **_options):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    response = browser.post(address("server_address"), ADDRESS | {"base_url": "https://clea.example.org"}, follow=True)
    server.refresh_from_db()
    assert server.base_url == "https://clea.example.org"
    assert [str(message) for message in response.context["messages"]] == [
        "Nobody knows the name clea.example.org yet. It was kept all the same: check it for a slip.",
        "Nobody knows the name 127.0.0.1 yet. It was kept all the same: check it for a slip.",
        "Saved.",
    ]


def test_secrets_are_kept_encrypted_noted_as_fingerprints_and_never_shown(browser, server):
    certificate, key = client_pair()
    for given in (
        {"authentication": "bearer", "bearer_token": "a-token-of-the-operator"},
        {"authentication": "basic", "user_name": "portal", "password": "a long password"},
        {"authentication": "certificate", "tls_certificate": certificate, "tls_key": key},
    ):
        assert browser.post(address("server_credentials"), given).status_code == 302
        server.refresh_from_db()
        assert {name: getattr(server, name) for name in given} == {name: value.strip() for name, value in given.items()}
        page = browser.get(address("server_credentials")).content.decode()
        details = str(last_change()[1])
        for secret in ("a-token-of-the-operator", "a long password", key.splitlines()[1], private_key_hex(SK_CLIENT)):
            assert (secret in page, secret in details) == (False, False)
    # Each kind keeps what it had: nothing is typed again by who goes back.
    assert browser.post(address("server_credentials"), {"authentication": "bearer"}).status_code == 302
    server.refresh_from_db()
    assert (server.authentication, server.bearer_token) == ("bearer", "a-token-of-the-operator")


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"authentication": "bearer"}, {"bearer_token": ["Enter the token."]}),
        (
            {"authentication": "bearer", "bearer_token": "two words"},
            {
                "bearer_token": [
                    "A token has letters, digits and signs without accents, and no spaces: paste the token alone.",
                ]
            },
        ),
        ({"authentication": "basic", "password": "x"}, {"user_name": ["Enter the user name."]}),
        (
            {"authentication": "basic", "user_name": "a:b", "password": "x"},
            {"user_name": ["A user name holds no colon and nothing invisible."]},
        ),
        ({"authentication": "certificate"}, {"tls_certificate": ["Enter the certificate and its key."]}),
        (
            {"authentication": "certificate", "tls_certificate": "x"},
            {"tls_key": ["A certificate and its private key are changed together."]},
        ),
        (
            {"authentication": "certificate", "tls_certificate": "x", "tls_key": "y"},
            {"tls_certificate": ["This is not a certificate in PEM (BEGIN CERTIFICATE)."]},
        ),
        ({"authentication": "magic"}, {"authentication": ["Select a valid choice. magic is not one of the available choices."]}),
    ],
)
def test_credentials_that_cannot_be_used(browser, server, given, errors):
    response = browser.post(address("server_credentials"), given)
    assert response.context["form"].errors == errors
    assert ServerAuthority.objects.get().authentication == "es256"


def test_secret_is_not_sent_back_with_an_error(browser):
    certificate, _key = client_pair()
    _other, key = client_pair()
    given = {
        "authentication": "certificate",
        "tls_certificate": certificate,
        "tls_key": key,
        "password": "typed too",
        "bearer_token": "typed-token",
    }
    response = browser.post(address("server_credentials"), given)
    assert response.context["form"].errors == {"tls_key": ["This key is not that of the certificate."]}
    page = response.content.decode()
    assert [secret in page for secret in (key.splitlines()[1], "typed too", "typed-token")] == [False, False, False]
    assert certificate.splitlines()[1] in page


def test_certificate_that_has_expired(browser):
    certificate, key = client_pair(days=-1)
    response = browser.post(
        address("server_credentials"), {"authentication": "certificate", "tls_certificate": certificate, "tls_key": key}
    )
    assert [sentence[:28] for sentence in response.context["form"].errors["tls_certificate"]] == ["This certificate expired on "]


def test_key_of_the_portal_is_made_here_and_its_public_half_shown(browser, server):
    ServerAuthority.objects.update(client_key="")
    browser.post(address("server_new_client_key"))
    server.refresh_from_db()
    key = parse_private_key(server.client_key).public_key()
    page = browser.get(address("server_credentials"))
    assert page.context["client_key"]["hex"] == public_key_hex(key)
    assert fingerprint(key) == page.context["client_fingerprint"].replace(" ", "")
    assert server.client_key not in page.content.decode()


def test_present_key_is_given_up_only_when_that_is_confirmed(browser, server):
    before = server.client_key
    browser.post(address("server_new_client_key"))
    server.refresh_from_db()
    assert server.client_key == before
    browser.post(address("server_new_client_key"), {"confirmed": "yes"})
    server.refresh_from_db()
    assert server.client_key not in ("", before)


def rows(*given, more=""):
    data = {"slot_minutes": "30", "slots_before": "2", "slots_after": "3"}
    data |= {"form-TOTAL_FORMS": str(len(given)), "form-INITIAL_FORMS": "0"}
    for number, row in enumerate(given):
        data |= {f"form-{number}-{name}": str(value) for name, value in row.items()}
    return data


def test_exposure_rule_of_venue_types(browser, server):
    VenueTypeFactory(country=server.country, number=3, label_en="Gym")
    first = {"venue_type": 3, "slots_before": 1, "slots_after": 6}
    second = {"venue_type": 7, "slots_before": 4, "slots_after": 0}
    browser.post(address("server_exposure"), rows(first, second))
    server.refresh_from_db()
    assert (server.slot_seconds, server.slots_before, server.slots_after) == (1800, 2, 3)
    assert list(server.exposures.values_list("venue_type", "slots_before", "slots_after")) == [(3, 1, 6), (7, 4, 0)]
    assert last_change() == ("exposures_changed", {"pk": server.pk, "before": {}, "after": {"3": [1, 6], "7": [4, 0]}})
    assert "Gym" in browser.get(address("server")).content.decode()
    browser.post(address("server_exposure"), rows(first, second | {"DELETE": "on"}))
    assert list(server.exposures.values_list("venue_type", flat=True)) == [3]


@pytest.mark.parametrize(
    "given",
    [
        rows({"venue_type": 3, "slots_before": 1, "slots_after": 1}, {"venue_type": 3, "slots_before": 2, "slots_after": 2}),
        rows({"venue_type": 32, "slots_before": 1, "slots_after": 1}),
        rows({"venue_type": 3, "slots_before": -1, "slots_after": 1}),
        rows({"venue_type": 3}),
        rows() | {"slot_minutes": "0"},
        rows() | {"form-TOTAL_FORMS": "9" * 10},
        rows() | {"form-TOTAL_FORMS": "x"},
    ],
)
def test_exposure_rule_that_is_refused(browser, server, given):
    assert browser.post(address("server_exposure"), given).status_code == 200
    assert server.exposures.count() == 0


def test_server_of_contact_messages_is_known_by_its_key(browser, server):
    browser.post(address("server_incoming"), {"messages_key": public_key_hex(SK_CLIENT.public_key(), compressed=True)})
    server.refresh_from_db()
    assert server.messages_key == public_key_hex(SK_CLIENT.public_key())
    response = browser.post(address("server_incoming"), {"messages_key": private_key_hex(SK_SA)})
    assert [sentence[:22] for sentence in response.context["form"].errors["messages_key"]] == ["This is a private key."]
    assert private_key_hex(SK_SA) not in response.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_server_page_asks_as_much_for_three_as_for_one(browser, server, number, django_assert_num_queries):
    for type_number in range(number):
        server.exposures.create(venue_type=type_number, slots_before=1, slots_after=1)
    browser.get(address("server"))
    with django_assert_num_queries(12):
        browser.get(address("server"))

import socket

import pytest

from clea_portal.cluster_server.addresses import AddressRefusedError, check_url, is_public, resolve
from clea_portal.cluster_server.outcomes import Reason


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_is_public_knows_the_networks(address, expected):
    assert is_public(address) is expected


@pytest.mark.parametrize(
    ("url", "allow_private", "reason"),
    [
        ("ftp://example.org", True, Reason.ADDRESS_INVALID),
        ("example.org", True, Reason.ADDRESS_INVALID),
        ("https://", True, Reason.ADDRESS_INVALID),
        ("https:///path", True, Reason.ADDRESS_INVALID),
        ("https://name@example.org", True, Reason.ADDRESS_INVALID),
        ("https://example.org:0", True, Reason.ADDRESS_INVALID),
        ("https://example.org:99999", True, Reason.ADDRESS_INVALID),
        ("https://[::1", True, Reason.ADDRESS_INVALID),
        ("https://example.org/#part", True, Reason.ADDRESS_INVALID),
        ("http://example.org", False, Reason.ADDRESS_NOT_ENCRYPTED),
    ],
)
def test_check_url_refuses(url, allow_private, reason):
    with pytest.raises(AddressRefusedError) as caught:
        check_url(url, allow_private=allow_private)
    assert caught.value.reason is reason


def test_check_url_takes_https_anywhere_and_http_where_private_is_allowed():
    check_url("https://example.org:8443/base/", allow_private=False)
    check_url("http://127.0.0.1:8001", allow_private=True)


@pytest.fixture
def names(monkeypatch):
    """A name server of the test's own."""
    known: dict[str, list[str]] = {}

    def look_up(host, port, *args, **kwargs):
        if host not in known:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def refusal(host, **options):
    with pytest.raises(AddressRefusedError) as caught:
        resolve(host, 443, **options)
    return caught.value.reason


def test_resolve_gives_all_addresses_once(names):
    names["example.org"] = ["8.8.8.8", "8.8.4.4", "8.8.8.8"]
    assert resolve("example.org", 443, allow_private=False, encrypted=True) == ["8.8.8.8", "8.8.4.4"]


def test_resolve_one_private_address_refuses_the_host(names):
    names["example.org"] = ["8.8.8.8", "10.0.0.1"]
    assert refusal("example.org", allow_private=False, encrypted=True) is Reason.ADDRESS_PRIVATE


def test_resolve_private_allowed_still_encrypts_on_the_internet(names):
    names["example.org"] = ["8.8.8.8"]
    assert refusal("example.org", allow_private=True, encrypted=False) is Reason.ADDRESS_NOT_ENCRYPTED


def test_resolve_unknown_name(names):
    assert refusal("nowhere.invalid", allow_private=False, encrypted=True) is Reason.HOST_UNKNOWN


def test_resolve_impossible_name():
    assert refusal("a" * 70 + ".org", allow_private=False, encrypted=True) is Reason.ADDRESS_INVALID


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_resolve_every_spelling_of_loopback_is_refused(host):
    assert refusal(host, allow_private=False, encrypted=True) is Reason.ADDRESS_PRIVATE

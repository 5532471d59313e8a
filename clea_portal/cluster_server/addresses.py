"""Which addresses the portal may call. What an administrator types must not become a way into the portal's own network."""

import ipaddress
import socket
from urllib.parse import urlsplit

from clea_portal.cluster_server.outcomes import Reason

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# Networks that carry an IPv4 address in their last 32 bits, so that a private one can hide there.
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefusedError(Exception):
    """The portal does not call this address; nothing was sent. ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def check_url(url: str, *, allow_private: bool) -> None:
    """Refuse what is not a plain web address: other schemes, names and passwords in it, and http unless private ones are allowed.

    Raises AddressRefusedError. Says nothing yet about where the name leads: ``resolve`` does.
    """
    # The standard splitter drops some of these characters in silence, so what it shows would not be what was typed.
    if not url.isprintable() or " " in url:
        raise AddressRefusedError(Reason.ADDRESS_INVALID)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefusedError(Reason.ADDRESS_INVALID) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or parts.username is not None or parts.fragment:
        raise AddressRefusedError(Reason.ADDRESS_INVALID)
    if parts.scheme == "http" and not allow_private:
        raise AddressRefusedError(Reason.ADDRESS_NOT_ENCRYPTED)


def resolve(host: str, port: int, *, allow_private: bool, encrypted: bool) -> list[str]:
    """The numeric addresses of a host, all of them checked; one bad address refuses them all. Raises AddressRefusedError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        raise AddressRefusedError(Reason.HOST_UNKNOWN) from None
    except (UnicodeError, OverflowError):
        raise AddressRefusedError(Reason.ADDRESS_INVALID) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    public = [is_public(address) for address in addresses]
    if not all(public) and not allow_private:
        raise AddressRefusedError(Reason.ADDRESS_PRIVATE)
    if any(public) and not encrypted:
        raise AddressRefusedError(Reason.ADDRESS_NOT_ENCRYPTED)
    return addresses


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public Internet, and so does the IPv4 address that it may carry inside."""
    parsed: IPAddress = ipaddress.ip_address(address)
    inner = [parsed]
    if isinstance(parsed, ipaddress.IPv6Address):
        inner += [carried for carried in (parsed.ipv4_mapped, parsed.sixtofour, *(parsed.teredo or ())) if carried]
        if parsed in NAT64:
            inner.append(ipaddress.IPv4Address(int(parsed) & 0xFFFF_FFFF))
        if parsed.ipv4_mapped:
            inner.remove(parsed)
    return all(one.is_global and not one.is_multicast for one in inner)

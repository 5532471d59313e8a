"""How often a phone may try a code. What these numbers are worth: ``issuing``."""

import ipaddress

import structlog

from clea_portal.limits import give_back, seconds_to_wait

logger = structlog.get_logger(__name__)

HOUR = 3600
# Many phones share the address of their network: a person who mistypes must not lock out the street.
MOST_WRONG_FROM_AN_ADDRESS = 10
MOST_WRONG = 1000


def seconds_until_next_try(address: str) -> int:
    """Count a try from this address before the code is looked at: 0 if it is allowed. One that was right is given back."""
    wait = seconds_to_wait(_name(address), limit=MOST_WRONG_FROM_AN_ADDRESS, window=HOUR)
    if wait:
        return wait
    wait = seconds_to_wait(_ALL, limit=MOST_WRONG, window=HOUR)
    if wait:
        logger.warning("upload codes are being guessed")
    return wait


def give_try_back(address: str) -> None:
    for name in (_name(address), _ALL):
        give_back(name, window=HOUR)


_ALL = "upload-codes"


def _name(address: str) -> str:
    return f"upload-codes-from:{network_of(address)}"


def network_of(address: str) -> str:
    """Whoever has one IPv6 address has the 2^64 of its network, so these count as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)

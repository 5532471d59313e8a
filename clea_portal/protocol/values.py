"""Checks that every field shares, on the way out and on the way in."""

from clea_portal.protocol.errors import BadValue

MAX_32_BITS = 0xFFFF_FFFF
HOUR = 3600


def check_integer(value: int, *, where: str, highest: int, lowest: int = 0) -> None:
    """A whole number from ``lowest`` to ``highest``; True and False are none. Raises BadValue."""
    if type(value) is int and lowest <= value <= highest:
        return
    # Python refuses to write out integers of thousands of digits, and nobody could read them.
    shown = f"{value} is" if type(value) is int and abs(value) < 1 << 64 else "is"
    raise BadValue(f"{shown} not a whole number from {lowest} to {highest}", where=where)


def check_round_hour(value: int, *, where: str) -> None:
    """NTP seconds in 32 bits, on a round hour. Raises BadValue."""
    if type(value) is not int or not 0 <= value <= MAX_32_BITS:
        check_integer(value, where=where, highest=MAX_32_BITS)
    if value % HOUR:
        raise BadValue(f"{value} is not on a round hour (a multiple of {HOUR})", where=where)


def check_bytes(value: bytes, *, where: str, size: int) -> None:
    """Exactly ``size`` bytes; the value itself may be secret, so it is never shown. Raises BadValue."""
    if not isinstance(value, bytes) or len(value) != size:
        raise BadValue(f"must be {size} bytes", where=where)

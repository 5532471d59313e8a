"""Times of the protocol: whole NTP seconds, 32 bits, UTC."""

from datetime import UTC, datetime, timedelta

from clea_portal.protocol.errors import BadValue
from clea_portal.protocol.values import HOUR, MAX_32_BITS, check_integer

NTP_OFFSET = 2_208_988_800  # from 1900-01-01 to 1970-01-01, in seconds
_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)


def to_ntp(moment: datetime) -> int:
    """The NTP second in which an aware moment lies (rounded down).

    Raises BadValue for a moment without time zone, or outside the 32 bits (1900 to February 2036). CLEA protocol, Words.
    """
    if moment.utcoffset() is None:
        raise BadValue("has no time zone", where="moment")
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    check_integer(seconds, where="NTP seconds", highest=MAX_32_BITS)
    return seconds


def from_ntp(seconds: int) -> datetime:
    """The moment, in UTC, of a number of NTP seconds. Raises BadValue outside the 32 bits."""
    check_integer(seconds, where="NTP seconds", highest=MAX_32_BITS)
    return _EPOCH + timedelta(seconds=seconds)


def round_to_hour(seconds: int) -> int:
    """The nearest round hour, in NTP seconds; exactly half past goes down, as in the encoder that devices run.

    Raises BadValue outside the 32 bits. CLEA protocol, Derivation.
    """
    check_integer(seconds, where="NTP seconds", highest=MAX_32_BITS)
    return (seconds + HOUR // 2 - 1) // HOUR * HOUR

"""What a recovery sheet holds: everything needed to print a place's codes again, or to make new ones, under a passphrase.

It is the place's own: nothing of it stays with the portal. As text it is ``CLEA-RECOVERY:`` and Base64url of the sealed content
(codes.sealing), which is JSON, deflated.
"""

import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from clea_portal.codes.sealing import NotSealed, seal, unseal

MARK = "CLEA-RECOVERY:"
# The largest QR code (version 40) holds 2,331 bytes at level M.
MOST_CHARACTERS = 2300
_MOST_BYTES = 16 * 1024
# Protocol times have 32 bits, which end in February 2036.
_LATEST = int(datetime(2036, 2, 1, tzinfo=UTC).timestamp())
_TEXT = re.compile(r"CLEA-RECOVERY:[A-Za-z0-9_-]+={0,2}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class KeptCode:
    """A code as it was issued. ``kind``: as the app that made it calls it."""

    kind: str
    deep_link: str = field(repr=False)
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class RecoverySheet:
    """``kind``: of keeper. ``details``: fields of the place by number and text; ``sk_l``: hex."""

    kind: str
    country: str
    details: dict[str, Any] = field(repr=False)
    sk_l: str = field(repr=False)
    created_at: datetime
    codes: tuple[KeptCode, ...] = field(repr=False)

    def sealed(self, *, passphrase: str) -> str:
        """The text of its QR code."""
        content = json.dumps(asdict(self), separators=(",", ":"), ensure_ascii=False, default=_seconds).encode()
        return MARK + urlsafe_b64encode(seal(zlib.compress(content, 9), passphrase=passphrase)).decode().rstrip("=")


def is_recovery_text(text: str) -> bool:
    return len(text) <= MOST_CHARACTERS and _TEXT.fullmatch(text) is not None


def open_sheet(text: str, *, passphrase: str) -> RecoverySheet:
    """Raises NotSealed where this is no recovery sheet, BadPassphrase."""
    text = "".join(text.split())
    if not is_recovery_text(text):
        raise NotSealed
    characters = text.removeprefix(MARK).rstrip("=")
    try:
        sealed = urlsafe_b64decode(characters + "=" * (-len(characters) % 4))
    except ValueError:
        raise NotSealed from None
    return _parse(unseal(sealed, passphrase=passphrase))


def _parse(deflated: bytes) -> RecoverySheet:
    """What was sealed was made here, or by somebody who chose the passphrase: it is looked at as closely as a form."""
    try:
        inflate = zlib.decompressobj()
        content = json.loads(inflate.decompress(deflated, _MOST_BYTES))
        codes = tuple(
            KeptCode(
                kind=str(code["kind"]),
                deep_link=str(code["deep_link"]),
                valid_from=_moment(code["valid_from"]),
                valid_until=None if code["valid_until"] is None else _moment(code["valid_until"]),
            )
            for code in content.pop("codes")
        )
        created_at = _moment(content.pop("created_at"))
        sheet = RecoverySheet(codes=codes, created_at=created_at, **content)
        if not (isinstance(sheet.details, dict) and re.fullmatch("[0-9a-f]{102}", sheet.sk_l)):
            raise NotSealed
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError, zlib.error) as error:
        raise NotSealed from error
    return sheet


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(seconds: int) -> datetime:
    """Raises ValueError, TypeError for what is no moment in which a code can be made."""
    if not 0 <= seconds < _LATEST:
        raise ValueError("out of range")
    return datetime.fromtimestamp(seconds, UTC)

"""Deep links: what a QR code holds. CLEA protocol, Words and Rules."""

import re
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from clea_portal.protocol.errors import BadLink
from clea_portal.protocol.ntp import NTP_OFFSET
from clea_portal.protocol.values import MAX_32_BITS, check_integer

# The longest real link has 264 characters with the French prefix; a prefix of another country may be longer.
MAX_LINK_LENGTH = 2048
MAX_T = MAX_32_BITS - NTP_OFFSET  # what still has an NTP time in 32 bits
_PREFIX = re.compile(
    r"""
    https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?  # host and port
    (?:/[a-z0-9._~!$&'()*+,;=:@%/-]*)?                        # path
    (?:\?[a-z0-9._~!$&'()*+,;=:@%/?-]+)?                      # query
    \#
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_URL_ALPHABET = bytes.maketrans(b"+/", b"-_")
_BASE64URL = re.compile(r"([A-Za-z0-9_-]*)((?:=|%3[Dd])*)", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class DeepLink:
    """``prefix``: the country's, up to and with ``#``, without any ``t``; None for a bare LSP.

    ``t``: Unix seconds of the visit, where the link names them.
    """

    prefix: str | None
    lsp: bytes = field(repr=False)
    t: int | None = None

    @property
    def host(self) -> str | None:
        """The host that names the country, in lower case, without port."""
        return urlsplit(self.prefix).hostname if self.prefix else None


def parse_link(text: str) -> DeepLink:
    """Takes a deep link of any country, or a bare LSP in Base64url, apart; with or without padding (also ``%3D``).

    The LSP's own bytes are not looked into. Raises BadLink, and BadValue for a ``t`` that is no time.
    """
    text = text.strip()
    if len(text) > MAX_LINK_LENGTH:
        raise BadLink(f"has more than {MAX_LINK_LENGTH} characters", where="link")
    start, mark, fragment = text.partition("#")
    if not mark:
        if ":" in text or "/" in text or "?" in text:
            raise BadLink("has no # after the country's prefix", where="link")
        return DeepLink(prefix=None, lsp=_decode(text))
    prefix = start + mark
    if not _PREFIX.fullmatch(prefix):
        raise BadLink("must look like https://host?v=0#", where="link, prefix")
    prefix, t = _split_t(prefix)
    return DeepLink(prefix=prefix, lsp=_decode(fragment), t=t)


def build_link(*, prefix: str, lsp: bytes, t: int | None = None) -> str:
    """The deep link, without padding. ``prefix`` ends with ``#`` and has no ``t`` of its own. Raises BadLink, BadValue."""
    _check_prefix(prefix)
    if t is not None:
        check_integer(t, where="t", highest=MAX_T)
        prefix = f"{prefix[:-1]}{'&' if '?' in prefix else '?'}t={t}#"
    return prefix + _encode(lsp)


@lru_cache(maxsize=64)
def _check_prefix(prefix: str) -> None:
    if not _PREFIX.fullmatch(prefix):
        raise BadLink("must look like https://host?v=0#", where="prefix")
    if _split_t(prefix)[0] != prefix:
        raise BadLink("must not hold a parameter t; it is given apart", where="prefix")


def _split_t(prefix: str) -> tuple[str, int | None]:
    """The prefix without its ``t``, and the ``t``. A phone reads it wherever it stands in the query, and percent-encoded too."""
    path, _, query = prefix[:-1].partition("?")
    parameters = [(name, part) for part in query.split("&") for name in [unquote(part.partition("=")[0])]]
    values = [part.partition("=")[2] for name, part in parameters if name == "t"]
    if not values:
        return prefix, None
    if len(values) > 1:
        raise BadLink("stands there more than once", where="link, t")
    # More digits than ten are out of range anyway, and thousands of them would be slow to read.
    if not re.fullmatch(r"[0-9]{1,10}", values[0], re.ASCII):
        raise BadLink("must be Unix seconds", where="link, t")
    t = int(values[0])
    check_integer(t, where="link, t", highest=MAX_T)
    kept = "&".join(part for name, part in parameters if name != "t")
    return f"{path}?{kept}#" if kept else f"{path}#", t


def _encode(lsp: bytes) -> str:
    return b2a_base64(lsp, newline=False).translate(_URL_ALPHABET, b"=").decode()


def _decode(text: str) -> bytes:
    match = _BASE64URL.fullmatch(text)
    if match is None:
        raise BadLink("has a character that is not Base64url (letters, digits, - and _)", where="link, location part")
    characters, padding = match.groups()
    if not characters:
        raise BadLink("is empty", where="link, location part")
    missing = -len(characters) % 4
    if missing == 3:
        raise BadLink("has a number of characters that Base64url never has: something is cut off", where="link, location part")
    if padding and len(padding.lower().replace("%3d", "=")) != missing:
        raise BadLink("has the wrong number of padding characters", where="link, location part")
    lsp = urlsafe_b64decode(characters + "=" * missing)
    # The last character carries bits that decoding drops; where they are not zero, the text was altered.
    if _encode(lsp) != characters:
        raise BadLink("ends with bits that must be zero", where="link, location part")
    return lsp

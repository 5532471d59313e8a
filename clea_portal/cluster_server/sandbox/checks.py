"""What the server asks of a declared code and its time. Pure. (CLEA protocol, what the deployed cluster server does.)"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from clea_portal.cluster_server.exposure import ExposureRule, Span
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.lsp import NEVER_RENEWED, UNLIMITED_PERIOD, Header, LspType, Message, decode_header, decrypt_message
from clea_portal.protocol.ntp import from_ntp

# How far a renewing code's age may differ from its renewal interval, in seconds.
FRESHNESS_MARGIN = 600


class Refusal(StrEnum):
    """Why a declaration is not accepted; each driver has its own words for it."""

    LINK_MISSING = "link_missing"
    LINK_NOT_URL = "link_not_url"
    LINK_WITHOUT_FRAGMENT = "link_without_fragment"
    CODE_NOT_DECODABLE = "code_not_decodable"
    CODE_INVALID = "code_invalid"
    CODE_NOT_VALID_THEN = "code_not_valid_then"
    DATE_MISSING = "date_missing"
    DATE_MALFORMED = "date_malformed"
    DATE_IN_FUTURE = "date_in_future"
    ZONE_UNKNOWN = "zone_unknown"
    ASKED_TO = "asked_to"


class RefusedError(Exception):
    """The declaration is not accepted."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True)
class OpenedCode:
    """A code that the server could decrypt, and whose LTId follows from its LTKey."""

    header: Header
    message: Message

    @property
    def period(self) -> tuple[datetime, datetime | None]:
        """Start and end of the time in which its LTId stands for the place; no end for a static code."""
        start = from_ntp(self.message.t_period_start)
        hours = self.message.period_duration
        return start, None if hours == UNLIMITED_PERIOD else start + timedelta(hours=hours)


def open_code(lsp: bytes, sk_sa: EllipticCurvePrivateKey, *, strict: bool = False) -> OpenedCode:
    """Decrypt a code and recompute its LTId; ``strict`` refuses LSP type 1 as the deployed server does. Raises RefusedError."""
    try:
        header = decode_header(lsp)
        message = decrypt_message(lsp, sk_sa)
    except ProtocolError:
        raise RefusedError(Refusal.CODE_INVALID) from None
    if strict and header.lsp_type != LspType.SYNCHRONOUS:
        raise RefusedError(Refusal.CODE_INVALID)
    return OpenedCode(header, message)


def hours_of_instant(code: OpenedCode, instant: datetime, *, rule: ExposureRule, now: datetime) -> Span:
    """The hours that the form's one instant flags, inside the code's period. Raises RefusedError."""
    if instant > now:
        raise RefusedError(Refusal.DATE_IN_FUTURE)
    _check_freshness(code, instant, instant)
    start, end = code.period
    if instant < start or (end is not None and instant >= end):
        raise RefusedError(Refusal.CODE_NOT_VALID_THEN)
    return _inside(rule.flagged(instant), code)


def hours_of_span(code: OpenedCode, start: datetime, end: datetime, *, now: datetime) -> Span:
    """The declared hours, inside the code's period. Raises RefusedError."""
    if end <= start:
        raise RefusedError(Refusal.DATE_MALFORMED)
    if end > now:
        raise RefusedError(Refusal.DATE_IN_FUTURE)
    _check_freshness(code, start, end)
    return _inside((start, end), code)


def _check_freshness(code: OpenedCode, start: datetime, end: datetime) -> None:
    """A code that renews was on the wall only around its own start, so a time far from it is not the time it was seen."""
    if code.message.cri_exp == NEVER_RENEWED:
        return
    margin = timedelta(seconds=2**code.message.cri_exp + FRESHNESS_MARGIN)
    shown = from_ntp(code.message.t_qr_start)
    if not start - margin <= shown <= end + margin:
        raise RefusedError(Refusal.CODE_NOT_VALID_THEN)


def _inside(span: Span, code: OpenedCode) -> Span:
    period_start, period_end = code.period
    start = max(span[0], period_start)
    end = span[1] if period_end is None else min(span[1], period_end)
    if start >= end:
        raise RefusedError(Refusal.CODE_NOT_VALID_THEN)
    return start, end

"""Somebody's own logo, made safe to print."""

import base64
import json
import math
import re
from dataclasses import dataclass, field

from clea_portal.posters.errors import BadLogo, LogoTooComplex, LogoTooLarge
from clea_portal.scanning.isolated import BrokenError, run_isolated

MAX_BYTES = 2_000_000
_CONTENT_TYPES = ("image/png", "image/svg+xml")
_MODULE = "clea_portal.posters.logo_cleaning"
_SECONDS = 10
_REFUSALS = {error.code: error for error in (BadLogo, LogoTooLarge, LogoTooComplex)}
_NOT_IN_A_DRAWING = re.compile(rb"<[!?]|&|href|script|style|import|data:|image|foreign|\bon\w+=|url\((?!\s*#)", re.IGNORECASE)


@dataclass(frozen=True)
class Logo:
    """A picture that has been cleaned by `clean_logo`, and its size in whatever unit: only the ratio counts."""

    content: bytes = field(repr=False)
    content_type: str
    width: float
    height: float

    @property
    def address(self) -> str:
        """The picture itself as a `data:` address."""
        return f"data:{self.content_type};base64,{base64.b64encode(self.content).decode()}"


def clean_logo(content: bytes) -> Logo:
    """The logo of a PNG, JPEG or SVG file of any origin, which is only opened in a child process with limits.

    Pixels are drawn anew, at most 1060 by 400 of them; of drawings only shapes, colours and gradients are left. Raises
    LogoTooLarge, LogoTooComplex, or BadLogo for what is none of these.
    """
    if len(content) > MAX_BYTES:
        raise LogoTooLarge
    try:
        answer = run_isolated(_MODULE, content, seconds=_SECONDS, most=2 * MAX_BYTES)
    except TimeoutError:
        raise LogoTooComplex from None
    except BrokenError:
        raise BadLogo from None
    return _parse(answer)


def _parse(answer: bytes) -> Logo:
    """The child is believed no more than the file it read."""
    try:
        fields = json.loads(answer)
        if refusal := fields.get("refused"):
            raise _REFUSALS[refusal]
        logo = Logo(
            base64.b64decode(fields["content"], validate=True),
            fields["content_type"],
            float(fields["width"]),
            float(fields["height"]),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise error if isinstance(error, BadLogo) else BadLogo() from error
    if logo.content_type == "image/png":
        is_sound = logo.content.startswith(b"\x89PNG\r\n\x1a\n")
    else:
        is_sound = logo.content_type in _CONTENT_TYPES and not _NOT_IN_A_DRAWING.search(logo.content)
    if not is_sound or not all(math.isfinite(side) and side > 0 for side in (logo.width, logo.height)):
        raise BadLogo
    return logo

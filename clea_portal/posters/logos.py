"""Somebody's own logo, made safe to print."""

import base64
from dataclasses import dataclass, field


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

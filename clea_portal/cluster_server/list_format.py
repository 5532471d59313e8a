"""The files of a public cluster list, and what a phone does with them. Pure. (CLEA protocol, public cluster list.)"""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

MAX_32_BITS = 2**32 - 1
MAX_PREFIX_DIGITS = 8
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PREFIX = re.compile(rf"[0-9a-f]{{1,{MAX_PREFIX_DIGITS}}}", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{1,10}")


class ClusterListError(Exception):
    """A public list that cannot be used now. ``code`` is stable."""

    code = "list_error"


class MalformedListError(ClusterListError):
    """A file of the list does not say what the protocol lets it say. The text tells where, never what."""

    code = "malformed_list"


@dataclass(frozen=True)
class Index:
    """``clusterIndex.json``: the iteration, and the prefixes (hexadecimal digits, lower case) of the LTIds that are listed."""

    iteration: int
    prefixes: frozenset[str]


@dataclass(frozen=True, order=True)
class Exposition:
    """When a place was a cluster: ``start`` in NTP seconds, ``duration`` in seconds, and the risk level (2.0 orange, 3.0 red)."""

    start: int
    duration: int
    risk: float

    def matches(self, visit: int) -> bool:
        """Whether a visit at that NTP second met the cluster; both ends belong to it."""
        return self.start <= visit <= self.start + self.duration


def highest_match(expositions: Iterable[Exposition], visit: int) -> Exposition | None:
    """The riskiest exposition that a visit (NTP seconds) met, or None: what a phone decides its warning from."""
    return max((one for one in expositions if one.matches(visit)), key=lambda one: one.risk, default=None)


def shows(expositions: Iterable[Exposition], *, start: int, end: int) -> bool:
    """Whether a list shows any cluster in the span from ``start`` to ``end`` (NTP seconds; equal for a single instant)."""
    return any(one.start <= end and start <= one.start + one.duration for one in expositions)


def needed(index: Index, wanted: Iterable[str]) -> list[str]:
    """The listed prefixes whose files can hold one of the wanted LTIds, each given by its first hexadecimal digits or by all."""
    starts = tuple(start.replace("-", "").lower() for start in wanted)
    return sorted(
        prefix for prefix in index.prefixes if any(prefix.startswith(start) or start.startswith(prefix) for start in starts)
    )


def parse_index(content: bytes) -> Index:
    """Raises MalformedListError."""
    data = _json(content, "index")
    if not isinstance(data, dict) or not {"i", "c"} <= data.keys():
        raise MalformedListError("index: must be an object with i and c")
    prefixes = data["c"]
    if not isinstance(prefixes, list) or not all(isinstance(one, str) and _PREFIX.fullmatch(one) for one in prefixes):
        raise MalformedListError("index, c: must be a list of hexadecimal prefixes")
    return Index(_integer(data["i"], "index, i"), frozenset(prefix.lower() for prefix in prefixes))


def parse_file(content: bytes, *, prefix: str) -> dict[UUID, list[Exposition]]:
    """One prefix file. Raises MalformedListError, also for an LTId that belongs into another file."""
    data = _json(content, f"file {prefix}")
    if not isinstance(data, list):
        raise MalformedListError(f"file {prefix}: must be a list")
    clusters: dict[UUID, list[Exposition]] = {}
    for number, entry in enumerate(data):
        where = f"file {prefix}, entry {number}"
        if not isinstance(entry, dict) or not {"ltid", "exp"} <= entry.keys() or not isinstance(entry["exp"], list):
            raise MalformedListError(f"{where}: must be an object with ltid and a list exp")
        ltid = entry["ltid"]
        if not isinstance(ltid, str) or not _UUID.fullmatch(ltid):
            raise MalformedListError(f"{where}, ltid: must be a UUID")
        if not ltid.replace("-", "").lower().startswith(prefix.lower()):
            raise MalformedListError(f"{where}, ltid: does not begin with the file's prefix")
        clusters.setdefault(UUID(ltid), []).extend(_exposition(one, where) for one in entry["exp"])
    return clusters


def _exposition(entry: Any, where: str) -> Exposition:
    if not isinstance(entry, dict) or not {"s", "d", "r"} <= entry.keys():
        raise MalformedListError(f"{where}, exp: must be an object with s, d and r")
    risk = entry["r"]
    if type(risk) not in (int, float) or not math.isfinite(risk) or risk < 0:
        raise MalformedListError(f"{where}, exp, r: must be a number")
    start = entry["s"]
    if isinstance(start, str):
        if not _DIGITS.fullmatch(start):
            raise MalformedListError(f"{where}, exp, s: must be digits")
        start = int(start)
    return Exposition(_integer(start, f"{where}, exp, s"), _integer(entry["d"], f"{where}, exp, d"), float(risk))


def _integer(value: Any, where: str) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # A bool is an int to Python, not to the protocol.
    if type(value) is not int or not 0 <= value <= MAX_32_BITS:
        raise MalformedListError(f"{where}: must be a whole number of 32 bits")
    return value


def _json(content: bytes, where: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise MalformedListError(f"{where}: is not JSON") from None

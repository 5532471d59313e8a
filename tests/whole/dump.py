"""What somebody finds who has a copy of the database, or of the portal's other files, and not its key."""

import base64
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import psycopg

from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header
from tests.processes import Portal

# An LTId that was declared is public: it may stand on the case and its declarations, and nowhere else.
LTID_COLUMNS = {"mct_casecode.ltid", "mct_declaration.ltid"}


@dataclass(frozen=True, kw_only=True)
class Value:
    """``where``: table and column, or a file."""

    where: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a manager wrote and got. ``phone`` in international digits, of France; ``links`` of all its codes."""

    name: str
    phone: str
    pin: str
    links: tuple[str, ...]

    @property
    def secrets(self) -> dict[str, bytes]:
        """Everything about it that nobody may find, but the PIN and LTIds."""
        national = f"0{self.phone.removeprefix('33')}"
        pairs = " ".join(re.findall("..", national))
        texts = {
            "name": self.name,
            "phone": self.phone,
            "national phone": national,
            "written phone": pairs,
            "international phone": f"+33 {pairs[1:]}",
        }
        found = {what: text.encode() for what, text in texts.items()}
        for number, link in enumerate(self.links):
            found |= {f"link {number}": link.partition("#")[2].encode(), f"location-specific part {number}": parse_link(link).lsp}
        return found

    @property
    def ltids(self) -> set[UUID]:
        return {decode_header(parse_link(link).lsp).ltid for link in self.links}


def dump(portal: Portal) -> Iterator[Value]:
    """Every value of every table."""
    address = portal.environment["DATABASE_URL"]
    if address.startswith("sqlite"):
        connection = sqlite3.connect(address.removeprefix("sqlite:///"))
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        connection = psycopg.connect(address)
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    try:
        for (table,) in connection.execute(names).fetchall():
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, content in zip(columns, row, strict=True):
                    if content is not None:
                        raw = bytes(content) if isinstance(content, bytes | memoryview) else str(content).encode()
                        yield Value(where=f"{table}.{column}", content=raw)
    finally:
        connection.close()


def files(portal: Portal) -> Iterator[Value]:
    """Everything that the portal keeps on disk or wrote into a log; the sandbox is another server."""
    for file in sorted(portal.folder.rglob("*")):
        name = file.relative_to(portal.folder)
        if file.is_file() and name.parts[0] != "static" and not name.name.startswith("sandbox"):
            yield Value(where=str(name), content=file.read_bytes())


def forms(secret: bytes) -> set[bytes]:
    """A secret as it may stand somewhere: as it is, in hex, in Base64 at any alignment; a text also spelled otherwise."""
    found = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret)
        # What the characters at both ends are depends on what stands beside the secret.
        middle = encoded[(0, 2, 3)[shift] : (len(secret) + shift) * 8 // 6]
        found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    try:
        text = secret.decode()
    except UnicodeDecodeError:
        return found
    spellings = {text.upper(), text.lower(), json.dumps(text)[1:-1], text.replace("&", "&amp;")}
    return found | {spelling.encode() for spelling in spellings} | {text.encode("utf-16-le"), text.encode("utf-16-be")}


def ltid_forms(ltid: UUID) -> set[bytes]:
    texts = {str(ltid), ltid.hex, str(ltid).upper(), ltid.hex.upper()}
    return forms(ltid.bytes).union(*(forms(text.encode()) for text in texts))


def traces(values: Iterable[Value], places: Iterable[Place], *, declared: set[UUID]) -> set[str]:
    """Where something about these places was found. ``declared``: LTIds that may stand in LTID_COLUMNS and in SQLite's file."""
    places = list(places)
    wanted = {f"{what} of {place.name}": forms(secret) for place in places for what, secret in place.secrets.items()}
    ltids = {ltid: ltid_forms(ltid) for place in places for ltid in place.ltids}
    # Six digits turn up by chance in times and in hashes, but hardly by themselves.
    pins = {
        f"PIN of {place.name}": re.compile(rb"(?<![0-9A-Za-z.])" + place.pin.encode() + rb"(?![0-9A-Za-z])") for place in places
    }
    encoded_pins = {f"PIN of {place.name}": forms(place.pin.encode()) - {place.pin.encode()} for place in places}
    found = set()
    for value in values:
        public = value.where in LTID_COLUMNS or ".sqlite3" in value.where
        found |= {f"{what} in {value.where}" for what, spellings in (wanted | encoded_pins).items() if _any(spellings, value)}
        found |= {f"{what} in {value.where}" for what, pin in pins.items() if pin.search(value.content)}
        for ltid, spellings in ltids.items():
            if not (public and ltid in declared) and _any(spellings, value):
                found.add(f"LTId in {value.where}")
    return found


def _any(spellings: set[bytes], value: Value) -> bool:
    return any(spelling in value.content for spelling in spellings)

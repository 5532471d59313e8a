"""What somebody finds who has a copy of the database and not its key."""

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

import psycopg

from tests.main_job import NAME, PHONE, PIN, Played
from tests.processes import Portal

# An LTId that was declared is public: it may stand on the case and its declarations, and nowhere else.
LTID_COLUMNS = {("mct_casecode", "ltid"), ("mct_declaration", "ltid")}


@dataclass(frozen=True, kw_only=True)
class Value:
    table: str
    column: str
    content: bytes


def dump(portal: Portal) -> list[Value]:
    """Every value of every table, as bytes."""
    address = portal.environment["DATABASE_URL"]
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return [value for table in tables for value in _read(connection.execute(f'SELECT * FROM "{table}"'), table)]
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return [value for (table,) in found for value in _read(connection.execute(f'SELECT * FROM "{table}"'), table)]


def _read(cursor, table: str) -> Iterator[Value]:
    columns = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        for column, content in zip(columns, row, strict=True):
            if content is not None:
                raw = bytes(content) if isinstance(content, bytes | memoryview) else str(content).encode()
                yield Value(table=table, column=column, content=raw)


def forms(secret: bytes) -> set[bytes]:
    """A secret as it may stand in a column: as it is, in hex, in Base64 at any of its three alignments, in UTF-16, in JSON."""
    found = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret)
        # The first and the last characters depend on what stands beside the secret.
        middle = encoded[-(-shift * 4 // 3) + (1 if shift else 0) : len(encoded) // 4 * 4 - 4]
        found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    try:
        text = secret.decode()
    except UnicodeDecodeError:
        return found
    return found | {text.encode("utf-16-le"), text.encode("unicode_escape"), text.upper().encode(), text.lower().encode()}


def traces(values: list[Value], played: Played) -> list[str]:
    """Where a secret of the venue, or its LTId beyond its case, was found."""
    ltid = UUID(played.ltid)
    suffix = played.link.partition("#")[2]
    secrets = {"name": NAME.encode(), "phone": PHONE.encode(), "link": suffix.encode(), "LTId as text": played.ltid.encode()}
    secrets |= {"LTId": ltid.bytes, "location-specific part": base64.urlsafe_b64decode(suffix + "=" * (-len(suffix) % 4))}
    found = []
    for value in values:
        for secret, plain in secrets.items():
            if secret.startswith("LTId") and (value.table, value.column) in LTID_COLUMNS:
                continue
            if any(form in value.content for form in forms(plain)):
                found.append(f"{secret} in {value.table}.{value.column}")
        # Six digits turn up in times and hashes: the PIN must not be a whole value, nor stand between other signs than digits.
        if value.content == PIN.encode() or f'"{PIN}"'.encode() in value.content or f" {PIN} ".encode() in value.content:
            found.append(f"PIN in {value.table}.{value.column}")
    return found

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from clea_portal.administration.generations import generation_of
from clea_portal.administration.management.operating import CountryCommand, described, find_country, parse_moment
from clea_portal.administration.tracing_keys import add_tracing_key
from clea_portal.protocol.key_forms import MAX_BYTES, read_private_key, read_public_key


class Command(CountryCommand):
    help = (
        "Adds a key pair of contact tracing to a country: made here, or imported from a file. The private key never stands on the"
        " command line, nor does its passphrase (CLEA_KEY_PASSPHRASE, or a file)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("country", metavar="COUNTRY", help="ISO code, FR for instance")
        parser.add_argument("--private-key", metavar="FILE", help="import it (- for standard input); without: a pair is made")
        parser.add_argument("--passphrase", metavar="FILE", help="text file with the passphrase of that file")
        parser.add_argument("--public-key", metavar="FILE", help="file with what it is said to belong to")
        parser.add_argument("--valid-from", metavar="RFC3339", help="new codes use it from then on; without: from now on")

    def answer(self, **options: Any) -> dict[str, Any]:
        country, now = find_country(options["country"]), timezone.now()
        private = public = None
        if options["private_key"]:
            private = read_private_key(_read(options["private_key"]), passphrase=_passphrase(options["passphrase"]))
        if options["public_key"]:
            public = read_public_key(_read(options["public_key"]))
        valid_from = parse_moment(options["valid_from"]) if options["valid_from"] else None
        key = add_tracing_key(country, private_key=private, public_key=public, valid_from=valid_from, by=None, now=now)
        return described(generation_of(key, now=now))


def _passphrase(name: str | None) -> str:
    return _read(name).decode("utf-8", "replace").rstrip("\r\n") if name else os.environ.get("CLEA_KEY_PASSPHRASE", "")


def _read(name: str) -> bytes:
    """More than MAX_BYTES, where there is more: the reader of keys then says so."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{name!r} cannot be read: {error.strerror}") from None

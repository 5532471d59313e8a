from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from clea_portal.administration import servers
from clea_portal.administration.management.administration_command import AdministrationCommand, find_server
from clea_portal.authorities.models import validate_public_key
from clea_portal.codes.management.code_request import read_text
from clea_portal.protocol.key_forms import read_public_key
from clea_portal.protocol.keys import public_key_hex


class Command(AdministrationCommand):
    help = "Adds a generation of PK_SA to the server of a country. The key as hexadecimal digits, base64, PEM or JWK."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the public key; - for standard input")
        parser.add_argument("--country", required=True, metavar="CODE", help="ISO code")
        parser.add_argument("--from", dest="valid_from", metavar="RFC3339", help="when new codes begin to use it; now by default")

    def answer(self, **options: Any) -> dict[str, Any]:
        server = find_server(options["country"])
        key = read_public_key(read_text(options["file"]).encode(), where="public key")
        try:
            validate_public_key(public_key_hex(key))
            row = servers.add_server_key(server=server, key=key, valid_from=_moment(options["valid_from"]), by=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except servers.Refused as refused:
            raise CommandError(str(refused)) from None
        return {
            "country": server.country.code,
            "fingerprint": row.fingerprint,
            "public_key": row.public_key,
            "valid_from": row.valid_from.isoformat(),
        }


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError("--from: must look like 2026-06-12T10:00:00+02:00") from None
    if moment.tzinfo is None:
        raise CommandError("--from: needs its time zone, as in 2026-06-12T10:00:00+02:00")
    if not 2020 <= moment.year <= 2100:
        raise CommandError("--from: must be between 2020 and 2100")
    return moment

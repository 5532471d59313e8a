from typing import Any

from django.core.management.base import CommandParser

from clea_portal.codes.management.code_request import read_request, read_text
from clea_portal.codes.management.operator_command import OperatorCommand
from clea_portal.protocol.codes import make_code


class Command(OperatorCommand):
    help = "Makes a code from JSON (keys and sk_l in hex, times in NTP seconds), and writes its link, ltid and lt_key as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="file with one JSON object, - for standard input")

    def answer(self, **options: Any) -> dict[str, Any]:
        code = make_code(read_request(read_text(options["file"])))
        return {
            "deep_link": code.deep_link,
            "ltid": str(code.ltid),
            "lt_key": code.lt_key.hex(),
            "size": len(code.deep_link),
        }

import json
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clea_portal.cluster_server.management.commands.check_exposure import visit_time
from clea_portal.cluster_server.phone import PhoneError, redeem, report
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header
from clea_portal.protocol.ntp import to_ntp

TIMEOUT = 10.0
# How long before the report a person may have infected others, where nobody says it more exactly.
INFECTIOUS = timedelta(days=14)


class Command(BaseCommand):
    help = (
        "Does what a phone does after an interview: redeems the code that the agent read out, and reports a visit to the cluster"
        " server. The visit's time is told as for check_exposure."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("link", help="the deep link, or the location-specific part alone in Base64url")
        parser.add_argument("--at", help="when the code was scanned, with its offset: 2021-06-12T12:00:00+02:00")
        parser.add_argument("--code", required=True, help="the code that the agent read out")
        parser.add_argument("--portal", required=True, help="address of the portal")

    def handle(self, *args: Any, link: str, at: str | None, code: str, portal: str, **options: Any) -> None:
        try:
            deep_link = parse_link(link)
            header = decode_header(deep_link.lsp)
            visit = visit_time(deep_link, header, at)
        except ProtocolError as error:
            raise CommandError(str(error)) from None
        try:
            permission = redeem(portal_url=portal, code=code, timeout=TIMEOUT)
            message = report(
                permission=permission,
                lsp=deep_link.lsp,
                scan_time=visit,
                pivot_date=to_ntp(datetime.now(UTC) - INFECTIOUS),
                timeout=TIMEOUT,
            )
        except PhoneError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps({"ltid": str(header.ltid), "visit": visit, "message": message}))

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from clea_portal.cluster_server.list_format import MalformedListError, highest_match
from clea_portal.cluster_server.public_list import ClusterListClient, ListUnavailableError
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.links import DeepLink, parse_link
from clea_portal.protocol.lsp import Header, decode_header
from clea_portal.protocol.ntp import NTP_OFFSET, to_ntp


class Command(BaseCommand):
    help = (
        "Does what a phone does: says whether a visit matches the public cluster list, and the risk. The visit's time is the"
        " link's own t, or the event's start in a code of type 1, or else the time of the scan given by --at."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("link", help="the deep link, or the location-specific part alone in Base64url")
        parser.add_argument("--at", help="when the code was scanned, with its offset: 2021-06-12T12:00:00+02:00")
        parser.add_argument("--list", required=True, dest="list_url", help="address of the public list's folder")

    def handle(self, *args: Any, link: str, at: str | None, list_url: str, **options: Any) -> None:
        try:
            deep_link = parse_link(link)
            header = decode_header(deep_link.lsp)
            visit = visit_time(deep_link, header, at)
        except ProtocolError as error:
            raise CommandError(str(error)) from None
        try:
            # An operator's own request, with an address typed by that operator: rehearsals on this machine are welcome.
            clusters = ClusterListClient(allow_private=True).fetch(list_url, ltids={header.ltid})
        except ListUnavailableError as error:
            raise CommandError(f"The list cannot be fetched: {error}.") from None
        except MalformedListError as error:
            raise CommandError(f"The list is malformed: {error}.") from None
        match = highest_match(clusters.get(header.ltid, ()), visit)
        result = {"ltid": str(header.ltid), "visit": visit, "exposed": match is not None, "risk": match.risk if match else None}
        self.stdout.write(json.dumps(result))


def visit_time(link: DeepLink, header: Header, at: str | None) -> int:
    """NTP seconds at which a phone records the visit. (CLEA protocol, the deployed phone application.)"""
    if link.t is not None:
        return link.t + NTP_OFFSET
    if header.t_event is not None:
        return header.t_event
    if at is None:
        raise CommandError("This code does not tell the time of the visit; add --at.")
    try:
        moment = parse_datetime(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError("--at must be a time with its offset, for instance 2021-06-12T12:00:00+02:00.")
    return to_ntp(moment)

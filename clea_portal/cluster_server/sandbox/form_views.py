"""``form``: the manual declaration page, with the field names and the kinds of answer of the deployed server."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clea_portal.cluster_server.sandbox import options
from clea_portal.cluster_server.sandbox.checks import OpenedCode, Refusal, RefusedError, hours_of_instant, open_code
from clea_portal.cluster_server.sandbox.keys import server_key
from clea_portal.cluster_server.sandbox.register import accept_by_form
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.links import parse_link

WORDS = {
    Refusal.LINK_MISSING: "Indiquez le lien contenu dans le QR code.",
    Refusal.LINK_NOT_URL: "Le lien n’est pas une adresse web.",
    Refusal.LINK_WITHOUT_FRAGMENT: "Le lien ne contient pas de code de lieu après le signe #.",
    Refusal.CODE_NOT_DECODABLE: "Le code du lieu ne peut pas être décodé.",
    Refusal.CODE_INVALID: "Le code du lieu ne peut pas être déchiffré ou n’est pas valide.",
    Refusal.CODE_NOT_VALID_THEN: "Le code du lieu n’était pas valide à cette date.",
    Refusal.DATE_MISSING: "Indiquez la date et l’heure.",
    Refusal.DATE_MALFORMED: "La date et l’heure ne sont pas lisibles.",
    Refusal.DATE_IN_FUTURE: "La date ne peut pas être dans le futur.",
    Refusal.ZONE_UNKNOWN: "Le fuseau horaire n’existe pas.",
    Refusal.ASKED_TO: "Le bac à sable a reçu l’ordre de refuser.",
}
FIELDS_OF_DATE = (Refusal.DATE_MISSING, Refusal.DATE_MALFORMED, Refusal.DATE_IN_FUTURE, Refusal.ZONE_UNKNOWN)
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)


@require_http_methods(["GET", "HEAD", "POST"])
def cluster_declaration(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request.GET, success=request.GET.get("success") == "true")
    refusals, code, instant = _read(request.POST)
    now = timezone.now()
    if code is not None and instant is not None:
        try:
            hours = hours_of_instant(code, instant, rule=options.current().rule, now=now)
        except RefusedError as error:
            refusals.append(error.refusal)
        else:
            accept_by_form(ltid=code.header.ltid, instant=instant, hours=hours, contact=code.message.encrypted_contact, now=now)
            return HttpResponseRedirect("/cluster-declaration?success=true")
    return _page(request.POST, refusals)


def refuse_because_asked() -> HttpResponse:
    return _page(QueryDict(), [Refusal.ASKED_TO])


def _read(fields: QueryDict) -> tuple[list[Refusal], OpenedCode | None, datetime | None]:
    refusals: list[Refusal] = []
    code, instant = None, None
    try:
        code = _read_link(fields.get("deeplink", "").strip())
    except RefusedError as error:
        refusals.append(error.refusal)
    try:
        instant = _read_instant(fields.get("dateTime", "").strip(), fields.get("zoneId", "").strip())
    except RefusedError as error:
        refusals.append(error.refusal)
    return refusals, code, instant


def _read_link(link: str) -> OpenedCode:
    if not link:
        raise RefusedError(Refusal.LINK_MISSING)
    try:
        parts = urlsplit(link)
    except ValueError:
        raise RefusedError(Refusal.LINK_NOT_URL) from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise RefusedError(Refusal.LINK_NOT_URL)
    if not parts.fragment:
        raise RefusedError(Refusal.LINK_WITHOUT_FRAGMENT)
    try:
        lsp = parse_link(link).lsp
    except ProtocolError:
        raise RefusedError(Refusal.CODE_NOT_DECODABLE) from None
    return open_code(lsp, server_key(), strict=options.current().strict_form)


def _read_instant(local: str, zone: str) -> datetime:
    if not local:
        raise RefusedError(Refusal.DATE_MISSING)
    if not _LOCAL.fullmatch(local):
        raise RefusedError(Refusal.DATE_MALFORMED)
    if zone not in _zones():
        raise RefusedError(Refusal.ZONE_UNKNOWN)
    try:
        return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RefusedError(Refusal.DATE_MALFORMED) from None


@lru_cache(maxsize=1)
def _zones() -> set[str]:
    return available_timezones()


def _page(fields: QueryDict, refusals: list[Refusal] | None = None, *, success: bool = False) -> HttpResponse:
    of_date = [WORDS[refusal] for refusal in refusals or () if refusal in FIELDS_OF_DATE]
    of_link = [WORDS[refusal] for refusal in refusals or () if refusal not in FIELDS_OF_DATE]
    context = {"fields": fields, "errors_of_link": of_link, "errors_of_date": of_date, "success": success}
    return HttpResponse(render_to_string("sandbox/cluster_declaration.html", context))

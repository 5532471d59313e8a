from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from clea_portal.administration import servers
from clea_portal.administration.fingerprints import forms_of
from clea_portal.administration.management.administration_command import (
    AdministrationCommand,
    find_country,
    read_object,
    refuse_errors,
    refuse_unknown,
)
from clea_portal.administration.server_forms import (
    AddressForm,
    CredentialsForm,
    ExposureForm,
    MessagesForm,
    VenueTypeRuleForm,
)
from clea_portal.authorities.models import Country, ServerAuthority
from clea_portal.protocol.keys import fingerprint, parse_private_key

ADDRESS = {"name", "kind", "base_url", "list_url", "accepts_type_1"}
CREDENTIALS = {"authentication", "bearer_token", "user_name", "password", "tls_certificate", "tls_key"}
EXPOSURE = {"slot_minutes", "slots_before", "slots_after"}
MESSAGES = {"messages_key", "client_certificate"}
KNOWN = {"country", "new_client_key", "exposures"} | ADDRESS | CREDENTIALS | EXPOSURE | MESSAGES


class Command(AdministrationCommand):
    help = (
        "Enters or changes the cluster server of a country from a JSON object, secrets among them (better from standard input)."
        " Names that are left out keep their value."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="JSON; - for standard input")

    @transaction.atomic
    def answer(self, **options: Any) -> dict[str, Any]:
        data = read_object(options["file"])
        refuse_unknown(data, KNOWN)
        country = find_country(str(data.get("country", "")))
        address = self._address(country, data)
        server = servers.set_server(country=country, values=address.cleaned_data, by=None)
        if CREDENTIALS & set(data):
            credentials = CredentialsForm(
                _filled(data, CREDENTIALS, _present(server, {"authentication", "user_name"})), server=server
            )
            refuse_errors(credentials)
            server = servers.set_server(country=country, values=credentials.values(), by=None)
        if EXPOSURE & set(data) or "exposures" in data:
            server = self._set_exposure(server, data)
        if MESSAGES & set(data):
            incoming = MessagesForm(_filled(data, MESSAGES, _present(server, MESSAGES)), server=server)
            refuse_errors(incoming)
            server = servers.set_server(country=country, values=incoming.cleaned_data, by=None)
        if data.get("new_client_key") is True:
            servers.make_client_key(server=server, by=None)
            server.refresh_from_db()
        return _described(server, warnings=address.warnings)

    @staticmethod
    def _address(country: Country, data: dict[str, Any]) -> AddressForm:
        present = ServerAuthority.objects.filter(country=country).first()
        kept = _present(present, ADDRESS) if present else {}
        form = AddressForm(_filled(data, ADDRESS, kept), server=present)
        refuse_errors(form)
        return form

    @staticmethod
    def _set_exposure(server: ServerAuthority, data: dict[str, Any]) -> ServerAuthority:
        kept = {
            "slot_minutes": server.slot_seconds // 60,
            "slots_before": server.slots_before,
            "slots_after": server.slots_after,
        }
        form = ExposureForm(_filled(data, EXPOSURE, kept), server=server)
        refuse_errors(form)
        given = form.cleaned_data
        values = {"slot_seconds": 60 * given["slot_minutes"]} | {name: given[name] for name in ("slots_before", "slots_after")}
        server = servers.set_server(country=server.country, values=values, by=None)
        if "exposures" in data:
            rows = data["exposures"]
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise CommandError("exposures: must be a list of objects with venue_type, slots_before and slots_after")
            forms = [VenueTypeRuleForm(row, types={}) for row in rows]
            refuse_errors(*forms)
            rules = {
                form.cleaned_data["venue_type"]: (form.cleaned_data["slots_before"], form.cleaned_data["slots_after"])
                for form in forms
            }
            if len(rules) != len(forms):
                raise CommandError("exposures: names a venue type twice")
            servers.set_exposures(server=server, rules=rules, by=None)
        return server


def _present(server: ServerAuthority, names: set[str]) -> dict[str, Any]:
    return {name: getattr(server, name) for name in names}


def _filled(data: dict[str, Any], names: set[str], kept: dict[str, Any]) -> dict[str, Any]:
    """As a form takes it. Raises CommandError for what no field is."""
    filled = kept | {name: data[name] for name in names if name in data}
    for name, value in filled.items():
        if not isinstance(value, str | int):
            raise CommandError(f"{name}: must be a text, a whole number, true or false")
    return {name: {True: "yes", False: "no"}[value] if isinstance(value, bool) else value for name, value in filled.items()}


def _described(server: ServerAuthority, *, warnings: list[str]) -> dict[str, Any]:
    key = parse_private_key(server.client_key).public_key() if server.client_key else None
    return {
        "country": server.country.code,
        "kind": server.kind,
        "base_url": server.base_url,
        "list_url": server.list_url,
        "authentication": server.authentication,
        "has_credentials": server.has_credentials,
        "client_key": forms_of(key) | {"fingerprint": fingerprint(key)} if key else None,
        "warnings": warnings,
    }

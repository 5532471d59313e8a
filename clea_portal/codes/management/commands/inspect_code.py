import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.core.management.base import CommandParser

from clea_portal.codes.management.operator_command import OperatorCommand
from clea_portal.protocol.derivation import derive_ltid
from clea_portal.protocol.keys import parse_private_key
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import VERSION, Contact, Header, Message, decode_header, decrypt_contact, decrypt_message
from clea_portal.protocol.values import HOUR


class Command(OperatorCommand):
    help = (
        "Says what stands in a code, as JSON. What is encrypted needs the private keys; they are also taken from the environment"
        " (CLEA_SK_SA, CLEA_SK_MCTA), so that they need not stand on a command line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("link", metavar="LINK", help="the deep link, or the location-specific part alone in Base64url")
        parser.add_argument("--sk-sa", metavar="HEX", help="private key of the server authority, for msg")
        parser.add_argument("--sk-mcta", metavar="HEX", help="private key of the contact tracing authority, for contact")

    def answer(self, **options: Any) -> dict[str, Any]:
        sk_sa = _key(options["sk_sa"], "CLEA_SK_SA")
        sk_mcta = _key(options["sk_mcta"], "CLEA_SK_MCTA")
        if sk_mcta and not sk_sa:
            self.stderr.write("The contact message lies inside msg: it can only be read with --sk-sa too.")
        link = parse_link(options["link"])
        header = decode_header(link.lsp)
        # A forged code is shown too, with ltid_matches false.
        message = decrypt_message(link.lsp, sk_sa, check_ltid=False) if sk_sa else None
        contact = (
            decrypt_contact(message.encrypted_contact, sk_mcta) if message and message.encrypted_contact and sk_mcta else None
        )
        return {
            "prefix": link.prefix,
            "version": VERSION,
            "lsp_type": int(header.lsp_type),
            "ltid": str(header.ltid),
            "t": link.t,
            "visit_duration": header.visit_duration,
            "t_event": header.t_event,
            "msg": _message_fields(header, message) if message else None,
            "contact": _contact_fields(contact) if contact else None,
        }


def _key(option: str | None, variable: str) -> EllipticCurvePrivateKey | None:
    if option is not None:
        return parse_private_key(option, where=variable.removeprefix("CLEA_").lower())
    text = os.environ.get(variable)
    return parse_private_key(text, where=variable) if text else None


def _message_fields(header: Header, message: Message) -> dict[str, Any]:
    return {
        "staff": message.staff,
        "cri_exp": message.cri_exp,
        "venue_type": message.venue_type,
        "venue_category1": message.venue_category1,
        "venue_category2": message.venue_category2,
        "period_duration": message.period_duration,
        "ct_period_start": message.t_period_start // HOUR,
        "t_qr_start": message.t_qr_start,
        "lt_key": message.lt_key.hex(),
        "ltid_matches": derive_ltid(message.lt_key) == header.ltid,
        "contact_present": message.encrypted_contact is not None,
    }


def _contact_fields(contact: Contact) -> dict[str, Any]:
    return {
        "phone": contact.phone,
        "region": contact.region,
        "pin": contact.pin,
        "t_period_start": contact.t_period_start,
    }

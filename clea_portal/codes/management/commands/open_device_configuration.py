import os
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.management.base import CommandError, CommandParser

from clea_portal.codes.device_file import BadConfiguration, read
from clea_portal.codes.jwe import CannotOpen, open_with_key
from clea_portal.codes.management.code_request import read_text
from clea_portal.codes.management.operator_command import OperatorCommand
from clea_portal.codes.sealing import BadPassphrase, NotSealed, unseal
from clea_portal.protocol.keys import parse_private_key

MOST_BYTES = 64 * 1024
SECRETS = ("sk_l", "contact", "c_header")


class Command(OperatorCommand):
    help = (
        "Opens the sealed configuration of a device, computes its check values again, and writes them as JSON. The key or the"
        " passphrase is read from a file, or from the environment (CLEA_DEVICE_KEY, CLEA_DEVICE_PASSPHRASE)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the sealed file, - for standard input")
        parser.add_argument("--key", metavar="FILE", help="private key: PEM, or hexadecimal digits")
        parser.add_argument("--passphrase", metavar="FILE", help="text file with the passphrase")
        parser.add_argument("--secrets", action="store_true", help="also what the device needs: secret, contact, C header")

    def answer(self, **options: Any) -> dict[str, Any]:
        sealed = _read(options["file"])
        try:
            document = read(_opened(sealed, options))
        except (CannotOpen, BadConfiguration) as error:
            raise CommandError(str(error)) from None
        except NotSealed:
            raise CommandError("This was not sealed with a passphrase here, or it is cut off.") from None
        except BadPassphrase:
            raise CommandError("The passphrase is another one, or the file was altered.") from None
        return document if options["secrets"] else {name: value for name, value in document.items() if name not in SECRETS}


def _opened(sealed: bytes, options: dict[str, Any]) -> bytes:
    if sealed[:1] == b"\x01":
        passphrase = _secret(options["passphrase"], "CLEA_DEVICE_PASSPHRASE", "--passphrase")
        return unseal(sealed, passphrase=passphrase)
    key = _private_key(_secret(options["key"], "CLEA_DEVICE_KEY", "--key"))
    return open_with_key(sealed.decode("ascii", "replace"), private_key=key)


def _secret(name: str | None, variable: str, option: str) -> str:
    text = read_text(name).strip() if name else os.environ.get(variable, "")
    if not text:
        raise CommandError(f"This file needs {option}, or {variable} in the environment.")
    return text


def _private_key(text: str) -> EllipticCurvePrivateKey:
    if "BEGIN" not in text:
        return parse_private_key(text, where="key")
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CommandError("key: this is no private key in PEM without a password of its own") from None
    if not isinstance(key, EllipticCurvePrivateKey):
        raise CommandError("key: must be on the curve P-256")
    return key


def _read(name: str) -> bytes:
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{name!r} cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise CommandError(f"{name!r} has more than {MOST_BYTES} bytes")
    return content

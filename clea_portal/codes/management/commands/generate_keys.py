from typing import Any

from clea_portal.codes.management.operator_command import OperatorCommand
from clea_portal.protocol.keys import generate_private_key, private_key_hex, public_key_hex


class Command(OperatorCommand):
    help = "Makes a P-256 key pair for a server authority or a contact tracing authority, and writes it as JSON."

    def answer(self, **options: Any) -> dict[str, Any]:
        private_key = generate_private_key()
        return {
            "private_key": private_key_hex(private_key),
            "public_key": public_key_hex(private_key.public_key()),
            "public_key_compressed": public_key_hex(private_key.public_key(), compressed=True),
        }

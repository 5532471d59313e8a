"""Writes the ``.env`` of a demonstration: fresh secrets for this checkout, nothing shared with any other."""

import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from clea_portal.protocol.keys import generate_private_key, private_key_hex, public_key_hex


def lines() -> list[str]:
    client = generate_private_key()
    return [
        "# A demonstration on this machine. docs/OPERATIONS.md lists what production needs instead.",
        "DEMONSTRATION=True",
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"FIELD_ENCRYPTION_KEYS={Fernet.generate_key().decode()}",
        f"CLEA_SANDBOX_SK_SA={private_key_hex(generate_private_key())}",
        f"CLEA_SANDBOX_CLIENT_KEYS={public_key_hex(client.public_key())}",
        f"CLEA_SANDBOX_PORTAL_KEY={private_key_hex(generate_private_key())}",
        f"CLEA_DEMONSTRATION_CLIENT_KEY={private_key_hex(client)}",
    ]


if __name__ == "__main__":
    file = Path(".env")
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text("\n".join(lines()) + "\n")

"""What must hold before the portal starts."""

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def field_encryption_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if not settings.FIELD_ENCRYPTION_KEYS and not settings.DEBUG:
        problems.append(
            Error(
                "FIELD_ENCRYPTION_KEYS is empty.",
                hint="Make a key with: manage.py generate_field_key. Keep it apart from the database and its backups.",
                id="clea_portal.E001",
            )
        )
    for position, key in enumerate(settings.FIELD_ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            problems.append(
                Error(
                    f"Key {position} of FIELD_ENCRYPTION_KEYS is not a Fernet key.",
                    hint="It must be 32 bytes in URL-safe Base64, as manage.py generate_field_key prints it.",
                    id="clea_portal.E002",
                )
            )
    return problems


@register(deploy=True)
def demonstration_is_no_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.DEMONSTRATION:
        return []
    return [
        Error(
            "DEMONSTRATION is on: its accounts are known to everybody.",
            hint="Production runs without DEMONSTRATION, behind HTTPS.",
            id="clea_portal.E004",
        )
    ]

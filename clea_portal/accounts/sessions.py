"""Sessions hold the secret of a second factor while it is being set up, so what they hold is encrypted."""

from typing import Any

from django.core.signing import JSONSerializer

from clea_portal import fields


class EncryptedSerializer:
    def dumps(self, session: dict[str, Any]) -> bytes:
        return fields.encrypt(JSONSerializer().dumps(session))

    def loads(self, data: bytes) -> dict[str, Any]:
        session: dict[str, Any] = JSONSerializer().loads(fields.decrypt(data))
        return session

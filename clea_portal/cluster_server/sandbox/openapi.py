"""What drf-spectacular cannot see for itself."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from clea_portal.cluster_server.sandbox.authentication import ClientAuthentication
from clea_portal.cluster_server.sandbox.report_views import ReportAuthentication


class ClientAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description of the api names this way to authorise."""

    target_class = ClientAuthentication
    name = "clientToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "ES256, RFC 7518; see the introduction.",
        }


class ReportAuthenticationScheme(ClientAuthenticationScheme):
    target_class = ReportAuthentication
    name = "reportToken"

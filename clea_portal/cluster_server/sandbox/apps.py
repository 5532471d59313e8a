from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "clea_portal.cluster_server.sandbox"
    label = "sandbox"

    def ready(self) -> None:
        from clea_portal.cluster_server.sandbox import openapi  # noqa: F401, PLC0415 - registers itself

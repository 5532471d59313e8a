from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "clea_portal"

    def ready(self) -> None:
        from clea_portal import checks  # noqa: F401, PLC0415 - checks register themselves once the apps are loaded

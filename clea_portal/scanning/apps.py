from django.apps import AppConfig


class ScanningConfig(AppConfig):
    name = "clea_portal.scanning"

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "clea_portal.monitoring"

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "clea_portal.audit"

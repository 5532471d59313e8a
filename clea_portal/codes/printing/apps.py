from django.apps import AppConfig


class PrintingConfig(AppConfig):
    name = "clea_portal.codes.printing"

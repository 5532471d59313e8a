from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "clea_portal.codes"

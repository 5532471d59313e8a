from django.apps import AppConfig


class MctConfig(AppConfig):
    name = "mct"

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "clea_portal.administration"

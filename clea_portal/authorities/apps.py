from django.apps import AppConfig


class AuthoritiesConfig(AppConfig):
    name = "clea_portal.authorities"

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "clea_portal.accounts"

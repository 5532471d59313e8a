from django.apps import AppConfig


class PostersConfig(AppConfig):
    name = "clea_portal.posters"

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "clea_portal.jobs"

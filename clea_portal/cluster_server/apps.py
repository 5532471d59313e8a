from django.apps import AppConfig


class ClusterServerConfig(AppConfig):
    name = "clea_portal.cluster_server"

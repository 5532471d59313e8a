from django.urls import path

from clea_portal.administration.views import log

urlpatterns = [
    path("", log.log, name="log"),
    path("export/", log.export, name="log_export"),
]

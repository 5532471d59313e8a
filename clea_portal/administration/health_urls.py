from django.urls import path

from clea_portal.administration.views import health

urlpatterns = [
    path("health/", health.health, name="health"),
    path("health/test-mail/", health.test_mail, name="test_mail"),
]

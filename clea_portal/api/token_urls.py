from django.urls import path

from clea_portal.api import views

app_name = "tokens"
urlpatterns = [
    path("", views.tokens, name="list"),
    path("<uuid:uuid>/revoke/", views.revoke, name="revoke"),
]

from django.urls import path

from mct.authorising import views

app_name = "authorising"
urlpatterns = [
    path("", views.authorise, name="list"),
    path("<uuid:uuid>/revoke/", views.revoke, name="revoke"),
]

from django.urls import path

from clea_portal.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("<uuid:uuid>/", views.detail, name="detail"),
    path("<uuid:uuid>/status/", views.status, name="status"),
    path("<uuid:uuid>/file/", views.file, name="file"),
    path("<uuid:uuid>/cancel/", views.cancel, name="cancel"),
    path("<uuid:uuid>/delete/", views.delete, name="delete"),
]

"""What of the API belongs to no app above."""

from django.urls import path

from clea_portal.api import organisation, prints, views

app_name = "api"
urlpatterns = [
    path("schema/", views.schema, name="schema"),
    path("docs/", views.docs, name="docs"),
    path("v1/jobs/<uuid:uuid>/", prints.JobDetail.as_view(), name="job"),
    path("v1/jobs/<uuid:uuid>/file/", prints.JobFile.as_view(), name="job_file"),
    path("v1/organisation/", organisation.OrganisationDetail.as_view(), name="organisation"),
]

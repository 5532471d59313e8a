from django.urls import path

from mct import api

app_name = "cases-api"
urlpatterns = [
    path("", api.CaseList.as_view(), name="cases"),
    path("<uuid:uuid>/", api.CaseDetail.as_view(), name="case"),
]

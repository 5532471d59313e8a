from django.urls import path

from mct.authorising import api

app_name = "authorising-api"
urlpatterns = [path("redeem", api.UploadAuthorisationRedeem.as_view(), name="redeem")]

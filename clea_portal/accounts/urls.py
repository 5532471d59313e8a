from django.urls import path

from clea_portal.accounts import views

app_name = "organisations"
urlpatterns = [
    path("new/", views.create_organisation, name="create"),
]

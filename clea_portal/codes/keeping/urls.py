from django.urls import path

from clea_portal.codes.keeping import views

app_name = "keeping"
urlpatterns = [
    path("", views.start, name="start"),
    path("again/", views.again, name="again"),
    path("<slug:kind>/", views.make, name="make"),
]

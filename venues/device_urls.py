from django.urls import path

from venues import device_views

app_name = "devices"
urlpatterns = [path("of/<uuid:uuid>/", device_views.configure, name="configure")]

from django.urls import path

from clea_portal.codes.printing import views

app_name = "printing"
urlpatterns = [path("<uuid:uuid>/logo/", views.logo, name="logo")]

from django.urls import URLPattern

app_name = "mct"
urlpatterns: list[URLPattern] = []

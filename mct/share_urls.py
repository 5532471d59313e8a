from django.urls import path

from mct.views import giving

app_name = "share"
urlpatterns = [
    path("", giving.enter, name="enter"),
    path("code/", giving.choose, name="choose"),
    path("<str:token>/", giving.open_link, name="open"),
]

from django.urls import path

from mct.views import contact

app_name = "contact"
urlpatterns = [
    path("", contact.page, name="page"),
    path("start/", contact.start, name="start"),
    path("status/", contact.status, name="status"),
    path("done/", contact.done, name="done"),
    path("thanks/", contact.thanks, name="thanks"),
    path("<str:token>/", contact.open_link, name="open"),
]

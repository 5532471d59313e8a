from django.urls import path

from events import downloads, views

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("new/", views.create, name="create"),
    path("<uuid:uuid>/", views.detail, name="detail"),
    path("<uuid:uuid>/edit/", views.edit, name="edit"),
    path("<uuid:uuid>/archive/", views.archive, name="archive"),
    path("<uuid:uuid>/bring-back/", views.bring_back, name="bring_back"),
    path("codes/<uuid:uuid>/renew/", views.renew, name="renew"),
    path("codes/<uuid:uuid>/picture.png", downloads.picture, name="picture"),
    path("codes/<uuid:uuid>/poster.pdf", downloads.poster, name="poster"),
    path("codes/<uuid:uuid>/code.png", downloads.png, name="png"),
    path("codes/<uuid:uuid>/code.svg", downloads.svg, name="svg"),
]

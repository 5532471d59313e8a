from django.urls import path

from clea_portal.codes.files import FileKind
from events import downloads, listed_views, print_views, views

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("new/", views.create, name="create"),
    path("<uuid:uuid>/", views.detail, name="detail"),
    path("<uuid:uuid>/edit/", views.edit, name="edit"),
    path("<uuid:uuid>/listed/", listed_views.listed, name="listed"),
    path("<uuid:uuid>/archive/", views.archive, name="archive"),
    path("<uuid:uuid>/bring-back/", views.bring_back, name="bring_back"),
    path("<uuid:uuid>/print/", print_views.event, name="print"),
    path("<uuid:uuid>/print/staff/", print_views.event_staff, name="print_staff"),
    path("codes/<uuid:uuid>/renew/", views.renew, name="renew"),
    path("codes/<uuid:uuid>/picture.png", downloads.picture, name="picture"),
    path("codes/<uuid:uuid>/poster.pdf", downloads.file, {"kind": FileKind.PDF}, name="poster"),
    path("codes/<uuid:uuid>/code.png", downloads.file, {"kind": FileKind.PNG}, name="png"),
    path("codes/<uuid:uuid>/code.svg", downloads.file, {"kind": FileKind.SVG}, name="svg"),
]

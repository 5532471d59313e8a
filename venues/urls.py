from django.urls import path

from clea_portal.codes.files import FileKind
from venues import downloads, listed_views, listing, many_views, more_views, print_views, views, wall_views

app_name = "venues"
urlpatterns = [
    path("", listing.venue_list, name="list"),
    path("import/", many_views.import_list, name="import"),
    path("export.csv", many_views.export_list, name="export"),
    path("new/", views.create, name="create"),
    path("<uuid:uuid>/", views.detail, name="detail"),
    path("<uuid:uuid>/edit/", views.edit, name="edit"),
    path("<uuid:uuid>/wall/", wall_views.wall, name="wall"),
    path("<uuid:uuid>/listed/", listed_views.listed, name="listed"),
    path("<uuid:uuid>/duplicate/", more_views.duplicate, name="duplicate"),
    path("<uuid:uuid>/reminders/", more_views.reminders, name="reminders"),
    path("<uuid:uuid>/archive/", views.archive, name="archive"),
    path("<uuid:uuid>/bring-back/", views.bring_back, name="bring_back"),
    path("print/", print_views.selection, name="print_selection"),
    path("<uuid:uuid>/print/", print_views.venue, name="print"),
    path("packs/<uuid:uuid>/print/", print_views.pack, name="print_pack"),
    path("packs/<uuid:uuid>/print/staff/", print_views.pack_staff, name="print_pack_staff"),
    path("codes/<uuid:uuid>/renew/", views.renew, name="renew"),
    path("codes/<uuid:uuid>/picture.png", downloads.picture, name="picture"),
    path("codes/<uuid:uuid>/poster.pdf", downloads.file, {"kind": FileKind.PDF}, name="poster"),
    path("codes/<uuid:uuid>/code.png", downloads.file, {"kind": FileKind.PNG}, name="png"),
    path("codes/<uuid:uuid>/code.svg", downloads.file, {"kind": FileKind.SVG}, name="svg"),
]

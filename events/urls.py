from django.urls import path

from clea_portal.codes.files import FileKind
from events import code_views, downloads, listed_views, print_views, room_views, slot_views, views, wall_views

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("new/", views.create, name="create"),
    path("<uuid:uuid>/", views.detail, name="detail"),
    path("<uuid:uuid>/edit/", views.edit, name="edit"),
    path("<uuid:uuid>/wall/", wall_views.wall, name="wall"),
    path("<uuid:uuid>/listed/", listed_views.listed, name="listed"),
    path("<uuid:uuid>/duplicate/", views.duplicate, name="duplicate"),
    path("<uuid:uuid>/archive/", views.archive, name="archive"),
    path("<uuid:uuid>/bring-back/", views.bring_back, name="bring_back"),
    path("<uuid:uuid>/print/", print_views.event, name="print"),
    path("<uuid:uuid>/print/staff/", print_views.event_staff, name="print_staff"),
    path("<uuid:uuid>/slots/", slot_views.slots, name="slots"),
    path("<uuid:uuid>/slots/daily/", slot_views.daily, name="daily"),
    path("slots/<uuid:uuid>/", slot_views.slot, name="slot"),
    path("slots/<uuid:uuid>/print/", print_views.slot, name="print_slot"),
    path("slots/<uuid:uuid>/edit/", slot_views.slot_edit, name="slot_edit"),
    path("slots/<uuid:uuid>/remove/", slot_views.slot_remove, name="slot_remove"),
    path("<uuid:uuid>/rooms/", room_views.rooms, name="rooms"),
    path("<uuid:uuid>/tables/", room_views.tables, name="tables"),
    path("rooms/<uuid:uuid>/edit/", room_views.room_edit, name="room_edit"),
    path("rooms/<uuid:uuid>/remove/", room_views.room_remove, name="room_remove"),
    path("rooms/<uuid:uuid>/tables/", room_views.room_tables, name="room_tables"),
    path("<uuid:uuid>/renew/", code_views.renew_all, name="renew_all"),
    path("<uuid:uuid>/codes/", code_views.complete, name="complete"),
    path("<uuid:uuid>/staff/", code_views.staff, name="staff"),
    path("codes/<uuid:uuid>/renew/", code_views.renew, name="renew"),
    path("codes/<uuid:uuid>/picture.png", downloads.picture, name="picture"),
    path("codes/<uuid:uuid>/poster.pdf", downloads.file, {"kind": FileKind.PDF}, name="poster"),
    path("codes/<uuid:uuid>/code.png", downloads.file, {"kind": FileKind.PNG}, name="png"),
    path("codes/<uuid:uuid>/code.svg", downloads.file, {"kind": FileKind.SVG}, name="svg"),
]

"""When codes change, and the codes of days: of a whole venue, or of one of its rooms."""

from django.urls import path

from venues import hours_views, pack_views

app_name = "packs"
OF_ROOM = {"of_room": True}
urlpatterns = [
    path("<uuid:uuid>/opening-hours/", hours_views.opening_hours, name="opening_hours"),
    path("rooms/<uuid:uuid>/opening-hours/", hours_views.opening_hours, OF_ROOM, name="room_opening_hours"),
    path("<uuid:uuid>/renewal/", hours_views.rotation, name="rotation"),
    path("rooms/<uuid:uuid>/renewal/", hours_views.rotation, OF_ROOM, name="room_rotation"),
    path("<uuid:uuid>/packs/", pack_views.pack_list, name="list"),
    path("rooms/<uuid:uuid>/packs/", pack_views.pack_list, OF_ROOM, name="room_list"),
    path("<uuid:uuid>/packs/new/", pack_views.create, name="create"),
    path("rooms/<uuid:uuid>/packs/new/", pack_views.create, OF_ROOM, name="room_create"),
    path("<uuid:uuid>/static/", pack_views.make_static, name="make_static"),
    path("rooms/<uuid:uuid>/static/", pack_views.make_static, OF_ROOM, name="room_make_static"),
    path("packs/<uuid:uuid>/", pack_views.detail, name="detail"),
    path("packs/<uuid:uuid>/refresh/", pack_views.refresh, name="refresh"),
    path("packs/<uuid:uuid>/withdraw/", pack_views.withdraw, name="withdraw"),
    path("packs/<uuid:uuid>/end-static/", pack_views.end_static, name="end_static"),
    path("codes/<uuid:uuid>/keep/", pack_views.keep_static, name="keep_static"),
]

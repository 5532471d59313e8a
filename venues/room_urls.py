"""The rooms of a venue, and the tables of the venue and of each room."""

from django.urls import path

from venues import room_views

app_name = "rooms"
urlpatterns = [
    path("<uuid:uuid>/rooms/", room_views.room_list, name="list"),
    path("<uuid:uuid>/tables/", room_views.tables, name="tables"),
    path("rooms/<uuid:uuid>/", room_views.detail, name="detail"),
    path("rooms/<uuid:uuid>/rename/", room_views.rename, name="rename"),
    path("rooms/<uuid:uuid>/move/", room_views.move, name="move"),
    path("rooms/<uuid:uuid>/tables/", room_views.tables, {"of_room": True}, name="room_tables"),
    path("rooms/<uuid:uuid>/remove/", room_views.remove, name="remove"),
]

from django.urls import path

from venues import api, api_rooms

app_name = "venues-api"
urlpatterns = [
    path("", api.VenueList.as_view(), name="venues"),
    path("<uuid:uuid>/", api.VenueDetail.as_view(), name="venue"),
    path("<uuid:uuid>/archive/", api.VenueArchive.as_view(), name="archive"),
    path("<uuid:uuid>/bring-back/", api.VenueBringBack.as_view(), name="bring_back"),
    path("<uuid:uuid>/prints/", api.VenuePrints.as_view(), name="prints"),
    path("<uuid:uuid>/rooms/", api_rooms.VenueRoomList.as_view(), name="rooms"),
    path("<uuid:uuid>/rooms/<uuid:room>/", api_rooms.VenueRoomDetail.as_view(), name="room"),
    path("<uuid:uuid>/codes/", api.VenueCodeList.as_view(), name="codes"),
    path("<uuid:uuid>/codes/<uuid:code>/", api.VenueCodeDetail.as_view(), name="code"),
    path("<uuid:uuid>/codes/<uuid:code>/renew/", api.VenueCodeRenew.as_view(), name="renew"),
    path("<uuid:uuid>/codes/<uuid:code>/code.png", api.VenueCodePng.as_view(), name="png"),
    path("<uuid:uuid>/codes/<uuid:code>/code.svg", api.VenueCodeSvg.as_view(), name="svg"),
    path("<uuid:uuid>/codes/<uuid:code>/poster.pdf", api.VenueCodePoster.as_view(), name="poster"),
]

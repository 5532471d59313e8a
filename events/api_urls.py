from django.urls import path

from events import api, api_codes, api_rooms, api_slots

app_name = "events-api"
urlpatterns = [
    path("", api.EventList.as_view(), name="events"),
    path("<uuid:uuid>/", api.EventDetail.as_view(), name="event"),
    path("<uuid:uuid>/archive/", api.EventArchive.as_view(), name="archive"),
    path("<uuid:uuid>/bring-back/", api.EventBringBack.as_view(), name="bring_back"),
    path("<uuid:uuid>/prints/", api.EventPrints.as_view(), name="prints"),
    path("<uuid:uuid>/rooms/", api_rooms.EventRoomList.as_view(), name="rooms"),
    path("<uuid:uuid>/rooms/<uuid:room>/", api_rooms.EventRoomDetail.as_view(), name="room"),
    path("<uuid:uuid>/slots/", api_slots.SlotList.as_view(), name="slots"),
    path("<uuid:uuid>/slots/batch/", api_slots.SlotBatch.as_view(), name="batch"),
    path("<uuid:uuid>/slots/<uuid:slot>/", api_slots.SlotDetail.as_view(), name="slot"),
    path("<uuid:uuid>/codes/", api_codes.EventCodeList.as_view(), name="codes"),
    path("<uuid:uuid>/codes/<uuid:code>/", api_codes.EventCodeDetail.as_view(), name="code"),
    path("<uuid:uuid>/codes/<uuid:code>/renew/", api_codes.EventCodeRenew.as_view(), name="renew"),
    path("<uuid:uuid>/codes/<uuid:code>/code.png", api_codes.EventCodePng.as_view(), name="png"),
    path("<uuid:uuid>/codes/<uuid:code>/code.svg", api_codes.EventCodeSvg.as_view(), name="svg"),
    path("<uuid:uuid>/codes/<uuid:code>/poster.pdf", api_codes.EventCodePoster.as_view(), name="poster"),
]

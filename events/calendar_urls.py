from django.urls import path

from events import calendar_views

app_name = "events-calendar"
urlpatterns = [
    path("calendar/", calendar_views.calendars, name="calendars"),
    path("calendar/<uuid:uuid>/share/", calendar_views.share, name="share"),
    path("calendar/<uuid:uuid>/revoke/", calendar_views.revoke, name="revoke"),
    path("calendar/<str:token>.ics", calendar_views.feed, name="feed"),
    path("<uuid:uuid>/event.ics", calendar_views.event_file, name="event"),
]

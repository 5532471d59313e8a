from django.urls import path

from venues import display_pages, display_views

app_name = "displays"
urlpatterns = [
    path("of/<uuid:uuid>/", display_views.listing, name="list"),
    path("of/<uuid:uuid>/new/", display_views.add, name="add"),
    path("<uuid:uuid>/edit/", display_views.edit, name="edit"),
    path("<uuid:uuid>/link/", display_views.link, name="link"),
    path("<uuid:uuid>/switch-off/", display_views.switch_off_display, name="switch_off"),
    # The service worker may serve only what lies below it: the displays' own pages, whose token is all that opens them.
    path("show/worker.js", display_pages.worker, name="worker"),
    path("show/<str:token>/", display_pages.page, name="page"),
    path("show/<str:token>/codes.json", display_pages.codes, name="codes"),
    path("show/<str:token>/code.png", display_pages.png, name="png"),
    path("show/<str:token>/code.svg", display_pages.svg, name="svg"),
]

from django.urls import path

from clea_portal.administration.views import venue_types as views

_TYPE = "<country:code>/venue-types/<int:number>/"
_CATEGORY = "<country:code>/venue-categories/<int:level>/<int:number>/"
urlpatterns = [
    path("<country:code>/venue-types/", views.type_list, name="venue_types"),
    path("<country:code>/venue-types/new/", views.new_type, name="add_venue_type"),
    path("<country:code>/venue-types/ready-made/", views.fill, name="fill_venue_types"),
    path("<country:code>/venue-types/import/", views.import_json, name="import_venue_types"),
    path("<country:code>/venue-types/export/", views.export_json, name="export_venue_types"),
    path(_TYPE, views.edit_type, name="venue_type"),
    path(f"{_TYPE}arrange/", views.arrange_type, name="arrange_venue_type"),
    path("<country:code>/venue-categories/new/", views.new_category, name="add_venue_category"),
    path(_CATEGORY, views.edit_category, name="venue_category"),
    path(f"{_CATEGORY}arrange/", views.arrange_category, name="arrange_venue_category"),
]

from django.urls import path

from clea_portal.administration.views import regions

urlpatterns = [
    path("<country:code>/regions/", regions.region_list, name="regions"),
    path("<country:code>/regions/new/", regions.add, name="add_region"),
    path("<country:code>/regions/import/", regions.import_list, name="import_regions"),
    path("<country:code>/regions/departments/", regions.fill, name="fill_regions"),
    path("<country:code>/regions/<int:number>/", regions.edit, name="region"),
    path("<country:code>/regions/<int:number>/remove/", regions.remove, name="remove_region"),
]

from django.urls import path

from mct.views import exporting, figures

app_name = "figures"
urlpatterns = [
    path("figures/", figures.show_figures, name="figures"),
    path("figures/file/", figures.figures_file, name="file"),
    path("export/", exporting.export_cases, name="export"),
    path("export/trail/", exporting.export_trail, name="export_trail"),
]

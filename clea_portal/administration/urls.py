from django.urls import include, path, register_converter

from clea_portal.administration.views import countries

app_name = "administration"


class CountryCode:
    """Two capital letters."""

    regex = "[A-Z]{2}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CountryCode, "country")

urlpatterns = [
    path("", countries.country_list, name="countries"),
    path("<country:code>/", countries.country, name="country"),
    path("", include("clea_portal.administration.country_urls")),
    path("", include("clea_portal.administration.server_urls")),
    path("<country:code>/tracing/", include("clea_portal.administration.tracing_urls")),
    path("<country:code>/log/", include("clea_portal.administration.log_urls")),
    path("", include("clea_portal.administration.health_urls")),
    path("", include("clea_portal.administration.region_urls")),
    path("", include("clea_portal.administration.staff_urls")),
    path("", include("clea_portal.administration.venue_type_urls")),
]

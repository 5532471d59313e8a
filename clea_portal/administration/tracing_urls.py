from django.urls import path, register_converter

from clea_portal.administration.views import consents, tracing


class Fingerprint:
    """SHA-256 in hexadecimal."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Fingerprint, "fingerprint")

urlpatterns = [
    path("", tracing.tracing, name="tracing"),
    path("make/", tracing.make, name="tracing_make"),
    path("import/", tracing.import_pair, name="tracing_import"),
    path("<fingerprint:fingerprint>/", tracing.key, name="tracing_key"),
    path("<fingerprint:fingerprint>/rehearsal/", tracing.rehearsal, name="tracing_rehearsal"),
    path("<fingerprint:fingerprint>/take-back/", tracing.take_back_key, name="tracing_take_back"),
    path("<fingerprint:fingerprint>/export/", consents.ask_export, name="tracing_ask_export"),
    path("<fingerprint:fingerprint>/destroy/", consents.ask_destroy, name="tracing_ask_destroy"),
    path("requests/<uuid:uuid>/", consents.consent, name="tracing_consent"),
    path("requests/<uuid:uuid>/export/", consents.export_key, name="tracing_export"),
    path("requests/<uuid:uuid>/destroy/", consents.destroy_key, name="tracing_destroy"),
]

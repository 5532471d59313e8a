"""Static files as production serves them: named after their content, compressed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Also where one script module imports another: the name in the import becomes that of the content."""

    support_js_module_import_aggregation = True

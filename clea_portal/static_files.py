"""Static files as production serves them: named after their content, compressed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORTS = (
    (r"""(?P<matched>from ["'](?P<url>\.[^"']+)["'])""", 'from "%(url)s"'),
    (r"""(?P<matched>import\(["'](?P<url>\.[^"']+)["']\))""", 'import("%(url)s")'),
)


class StaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also where one script module imports another: the name in the import becomes that of the content.

    Django's ``support_js_module_import_aggregation`` does so for every script, and stops at those of packages that import what
    they do not bring along.
    """

    # Paths as they are before Django puts the prefix of their folder before them: qr/decode.js is decode.js here.
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", _IMPORTS), ("decode.js", _IMPORTS))

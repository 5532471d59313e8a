"""Settings of the sandbox cluster server: a small Django project of its own, which knows nothing of the portal's."""

import secrets

from clea_portal.cluster_server.sandbox import options

# Nothing is signed that has to survive a restart.
SECRET_KEY = secrets.token_hex(32)
DEBUG = False
ALLOWED_HOSTS = [options.HOST, "localhost"]
INSTALLED_APPS = ["clea_portal.cluster_server.sandbox", "rest_framework", "drf_spectacular"]
MIDDLEWARE: list[str] = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "clea_portal.cluster_server.sandbox.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": options.current().state,
        # Threads that write queue at the start of a transaction.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
APPEND_SLASH = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # Its own faults, not the 500 that it was told to answer.
    "filters": {"faults": {"()": "django.utils.log.CallbackFilter", "callback": lambda record: bool(record.exc_info)}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["faults"]}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["clea_portal.cluster_server.sandbox.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["clea_portal.cluster_server.sandbox.authentication.IsClient"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "clea_portal.cluster_server.sandbox.problems.answer_problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Manual clusters of a CLÉA cluster server",
    "VERSION": "1.0.0",
    "DESCRIPTION": (
        "By this interface a manual contact tracing authority declares to a cluster server that a place, at some time, is a"
        " cluster. Every call is idempotent by the declaration's UUID, so a client repeats whatever it has no answer to. The"
        " client authorises itself with a JWT signed with ES256 by a key whose public half the server knows: `iss` names the"
        " client, `aud` is the server's base address, `exp` is at most 300 seconds after `iat`, and `jti` is unique. Phones"
        " report visits with tokens that the same key has signed, whose `aud` is the address of the reports: neither kind opens"
        " the other's doors."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/clea/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "TAGS": [{"name": "manual clusters"}, {"name": "visits"}],
}

"""Settings of the portal. What differs between installations comes from the environment: docs/OPERATIONS.md lists it."""

from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu.entity import Queue

from clea_portal import environment as env
from clea_portal.registries import *  # noqa: F403 - each name is a setting

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_file(BASE_DIR / ".env")

from clea_portal.logs import LOGGING as LOGGING  # noqa: E402 - its level comes from the environment, .env included

VERSION = "0.4.0"
DEBUG = env.boolean("DEBUG", False)
# A rehearsal on one machine: plain HTTP on loopback, accounts that everybody knows, the sandbox cluster server allowed.
DEMONSTRATION = env.boolean("DEMONSTRATION", False)
SECRET_KEY = env.text("SECRET_KEY")
FIELD_ENCRYPTION_KEYS = env.words("FIELD_ENCRYPTION_KEYS")
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var")))
PUBLIC_URL = env.text("PUBLIC_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    # Before our own apps, which take some of their pages off Django's administration.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "clea_portal",
    "clea_portal.accounts",
    "clea_portal.authorities",
    "clea_portal.audit",
    "clea_portal.administration",
    "clea_portal.api",
    "clea_portal.calendars",
    "clea_portal.codes",
    "clea_portal.codes.printing",
    "clea_portal.jobs",
    "clea_portal.monitoring",
    "clea_portal.scanning",
    "clea_portal.posters",
    "clea_portal.cluster_server",
    "venues",
    "events",
    "mct",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clea_portal.logs.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clea_portal.accounts.middleware.PersonalTimeZoneMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "clea_portal.accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clea_portal.jobs.news.JobNewsMiddleware",
    "clea_portal.buttons.ButtonOnlyMiddleware",
]

ROOT_URLCONF = "clea_portal.urls"
WSGI_APPLICATION = "clea_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clea_portal.accounts.context.navigation",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR}/portal.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_cache_url = env.text("CACHE_URL")
if _cache_url and not _cache_url.startswith(("redis://", "rediss://")):
    raise ImproperlyConfigured("CACHE_URL must be a redis:// or rediss:// address, or empty for the database.")
# A full cache drops what still counts, and with it the limits; clea_portal.limits.purge keeps it from growing.
DATABASE_CACHE = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "shared_cache",
    "OPTIONS": {"MAX_ENTRIES": 1_000_000},
}
# Rate limits live in the cache, so all processes must share it: never local memory.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _cache_url}
    if _cache_url
    else DATABASE_CACHE
}

# --- People -------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "clea_portal.accounts.adapter.AccountAdapter"
MFA_ADAPTER = "clea_portal.accounts.adapter.SecondFactorAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# In the browser in which the account was opened: the person goes on to where they were going.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {"signup": "clea_portal.accounts.signup.InvitedSignupForm"}
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[CLÉA] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if DEMONSTRATION or DEBUG else "https"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "CLÉA"
# Phones are some seconds off, and people type slowly: the code before and the one after count too.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMONSTRATION or DEBUG

if env.text("EMAIL_HOST"):
    EMAIL_BACKEND = "clea_portal.monitoring.mail.NotingBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.integer("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "CLÉA <clea@localhost>")

# --- Language and time ----------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("TIME_ZONE", "Europe/Paris")
USE_TZ = True
FORMAT_MODULE_PATH = ["clea_portal.formats"]

# --- Static files -----------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", NODE_MODULES / "bootstrap" / "dist"), ("qr", NODE_MODULES / "qr")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "clea_portal.static_files.StaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Security ---------------------------------------------------------------------------------------------------------------

_https = not (DEMONSTRATION or DEBUG)
SECURE_SSL_REDIRECT = _https and env.boolean("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.boolean("BEHIND_PROXY", False) else None
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_ENGINE = "clea_portal.accounts.session_store"
SESSION_SERIALIZER = "clea_portal.accounts.sessions.EncryptedSerializer"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("accelerometer", "camera", "geolocation", "gyroscope", "magnetometer", "microphone", "payment", "usb")
}
ADMIN_ENABLED = env.boolean("ADMIN_ENABLED", DEMONSTRATION or DEBUG)
# Uploads never touch a disk. Anybody may post a form anywhere, so by default a request with files holds little memory and what
# is larger is dropped; the pages that take pictures say so themselves (clea_portal.uploads).
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
# More than any form takes, so that the form can say how many it takes.
DATA_UPLOAD_MAX_NUMBER_FILES = 100
# Cluster servers on loopback or private addresses, over plain HTTP: only a rehearsal needs them.
ALLOW_PRIVATE_CLUSTER_SERVERS = env.boolean("ALLOW_PRIVATE_CLUSTER_SERVERS", DEMONSTRATION or DEBUG)

# With it, /metrics answers to a program that sends it; without it there is no such address.
METRICS_TOKEN = env.text("METRICS_TOKEN")
if METRICS_TOKEN and len(METRICS_TOKEN) < 32:
    raise ImproperlyConfigured("METRICS_TOKEN must have at least 32 characters.")

# Seconds that one call to a cluster server may take in all.
CLUSTER_SERVER_TIMEOUT = env.integer("CLUSTER_SERVER_TIMEOUT", 10, at_least=1)
# Memory that the process which reads one uploaded file may take.
READING_MEMORY_BYTES = env.integer("READING_MEMORY_MEGABYTES", 1024, at_least=256) * 1024 * 1024

# --- API --------------------------------------------------------------------------------------------------------------------

# Of one token. A ticket seller asks for a hundred codes a second; a typeset page takes as long as many of them.
API_CALLS_PER_MINUTE = env.integer("API_CALLS_PER_MINUTE", 6000, at_least=1)
API_DOCUMENTS_PER_MINUTE = env.integer("API_DOCUMENTS_PER_MINUTE", 60, at_least=1)
# The header in which the proxy says whose client certificate it has checked; empty: cluster servers send tokens.
SERVER_CERTIFICATE_HEADER = env.text("SERVER_CERTIFICATE_HEADER")
REST_FRAMEWORK = {
    # What every view has, clea_portal.api.base says; one that was made without it would answer nobody.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "clea_portal.api.problems.answer_problem",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CLÉA portal",
    "VERSION": "1",
    "DESCRIPTION": "Venues, events and their codes, and cases of contact tracing, by program.",
    "SERVERS": [{"url": PUBLIC_URL}],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {"CaseStateEnum": "mct.enums.CaseState.values"},
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "clea_portal.api.schema.complete"],
}

# --- Worker -----------------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.text("BROKER_URL", "filesystem://")
if CELERY_BROKER_URL == "filesystem://":
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT = "clea_portal.file_broker:Transport"
    _messages = DATA_DIR / "broker"
    _messages.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_messages),
        "data_folder_out": str(_messages),
        "polling_interval": 0.1,
    }
    # It would need to send to several queues at once.
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
elif CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 120}
# What people wait for must not keep warnings waiting: jobs have a queue of their own. A worker that is told nothing takes both.
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("celery", "jobs")]  # type: ignore[no-untyped-call]
CELERY_TASK_ROUTES = {"clea_portal.jobs.run": {"queue": "jobs"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "scheduler")
CELERY_TIMEZONE = "UTC"
SWEEP_SECONDS = env.integer("SWEEP_SECONDS", 10, at_least=1)
WATCH_SECONDS = env.integer("WATCH_SECONDS", 15, at_least=1)
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "mct.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "watch public lists": {"task": "mct.watch_lists", "schedule": WATCH_SECONDS, "options": {"expires": WATCH_SECONDS}},
    "sweep contact messages": {"task": "mct.sweep_messages", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "count figures": {"task": "mct.count_figures", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "count figures anew": {"task": "mct.count_figures_anew", "schedule": crontab(hour="2", minute="40")},
    "sweep jobs": {"task": "clea_portal.jobs.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "tell of deletions": {"task": "clea_portal.accounts.send_deletion_mails", "schedule": 300, "options": {"expires": 300}},
    "remind of renewals": {"task": "venues.remind", "schedule": 3600, "options": {"expires": 3600}},
    "seal the audit trail": {"task": "clea_portal.audit.seal", "schedule": 60, "options": {"expires": 60}},
    "purge": {"task": "clea_portal.purge", "schedule": 3600, "options": {"expires": 3600}},
    "suspend the absent": {"task": "clea_portal.administration.suspend_absent", "schedule": 3600, "options": {"expires": 3600}},
} | {
    f"sign of life: {queue.name}": {
        "task": "clea_portal.monitoring.beat",
        "args": [queue.name],
        "schedule": 60,
        "options": {"queue": queue.name, "expires": 60},
    }
    for queue in CELERY_TASK_QUEUES
}

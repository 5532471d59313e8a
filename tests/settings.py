"""The portal's own settings, with an environment that no machine's .env reaches into."""

import atexit
import os
import shutil
import tempfile

from cryptography.fernet import Fernet
from django.db.backends.signals import connection_created

from tests import migrated

_data = tempfile.mkdtemp(prefix="clea-tests-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
os.environ.update(
    {
        "DEBUG": "False",
        "DEMONSTRATION": "False",
        "SECRET_KEY": "only for tests",
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "DATA_DIR": _data,
        "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", "sqlite:///:memory:"),
        "SECURE_SSL_REDIRECT": "False",
        "ADMIN_ENABLED": "True",
        "ALLOW_PRIVATE_CLUSTER_SERVERS": "True",
        "CLUSTER_SERVER_TIMEOUT": "2",
        "PUBLIC_URL": "http://localhost:8000",
        "BROKER_URL": "memory://",
        "CACHE_URL": "",
        "EMAIL_HOST": "",
    }
)

from clea_portal.settings import *  # noqa: E402, F403
from clea_portal.settings import CACHES, DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
# Pages are rendered without a collected manifest; the whole path's tests collect the files as production does.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
# Tables are emptied after tests that commit, the audit trail too.
if "options" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["options"] += " -c clea.audit_may_be_emptied=on"
if migrated.POSTGRESQL in os.environ:
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ[migrated.POSTGRESQL]}
if migrated.SQLITE in os.environ:
    connection_created.connect(migrated.fill_memory)

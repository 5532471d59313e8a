import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils import timezone

from clea_portal.monitoring.starting import note_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clea_portal.settings")

application = get_wsgi_application()
# Every view, and what it imports, is loaded now and not by the first request. It stays for as long as the process: looking
# through all of it for garbage, time and again, took a tenth of a second in the middle of somebody's request.
list(get_resolver().url_patterns)
gc.collect()
gc.freeze()
note_start(timezone.now())

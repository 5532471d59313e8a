from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

# Bootstrap ships every flavour of itself. Pages use one style sheet (and its map, which it names); compressing the rest takes long.
UNUSED = ["bootstrap-*", "bootstrap.rtl*", "bootstrap.css*", "bootstrap.bundle*", "bootstrap.esm*", "bootstrap.js*", "bootstrap.min.js*"]


class Command(BaseCommand):
    help = "Bring database, cache table and static files up to date: before the first start and after every update."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)

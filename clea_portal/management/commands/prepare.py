from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

# Of Bootstrap, pages use one file; compressing the rest of its distribution takes most of a minute. Of qr, they use the reader.
UNUSED = ["bootstrap-*", "bootstrap.css*", "*.rtl.*", "bootstrap.*js*", "src", "*.d.ts", "dom.js"]


class Command(BaseCommand):
    help = "Bring database, cache table and static files up to date: before the first start and after every update."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        collect_static_files()


def collect_static_files() -> None:
    """Copy, hash and compress the static files, unless those that were collected last are the same."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    found = _fingerprint()
    if stamp.is_file() and stamp.read_text() == found:
        return
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)
    stamp.write_text(found)


def _fingerprint() -> str:
    files = [
        f"{path} {storage.size(path)} {storage.get_modified_time(path).isoformat()}"
        for finder in get_finders()
        for path, storage in finder.list(UNUSED)
    ]
    return sha256("\n".join([str(settings.STORAGES["staticfiles"]), *sorted(files)]).encode()).hexdigest()

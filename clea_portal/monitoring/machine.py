"""Database, disk, version."""

import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.monitoring.lines import Group, Light, Line, Measure, Moment

# Shares of the disk that are left.
_AMBER, _RED = 0.15, 0.05
_GIGABYTE = 10**9


def check(moment: Moment) -> Group:
    """One query."""
    lines = [
        _database(),
        _disk("data", gettext_lazy("Disk with the portal’s files"), settings.DATA_DIR),
        _disk("temporary", gettext_lazy("Disk for what is being worked on"), Path(tempfile.gettempdir())),
        Line(
            key="version",
            label=gettext_lazy("Version"),
            light=Light.GREEN,
            says=settings.VERSION,
            measures=(
                Measure(name="clea_info", about="The version of the portal.", value=1, labels={"version": settings.VERSION}),
            ),
        ),
    ]
    return Group(label=gettext_lazy("Machine"), lines=lines)


def _database() -> Line:
    """Asked by the page itself: when it does not answer, no line does."""
    if connection.vendor == "postgresql":
        question = "SELECT pg_database_size(current_database())"
    else:
        question = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with connection.cursor() as cursor:
        cursor.execute(question)
        (size,) = cursor.fetchone()
    return Line(
        key="database",
        label=gettext_lazy("Database"),
        light=Light.GREEN,
        says=_("Answers; %(size)s GB.") % {"size": _gigabytes(size)},
        measures=(Measure(name="clea_database_size_bytes", about="Size of the database.", value=int(size)),),
    )


def _disk(name: str, label: str | Promise, path: Path) -> Line:
    """Of the machine that answers: others have disks of their own."""
    usage = shutil.disk_usage(path)
    share = usage.free / usage.total if usage.total else 0
    light = Light.RED if share < _RED else Light.AMBER if share < _AMBER else Light.GREEN
    says = _("%(free)s of %(total)s GB free.") % {"free": _gigabytes(usage.free), "total": _gigabytes(usage.total)}
    where = {"disk": name}
    return Line(
        key=f"disk_{name}",
        label=label,
        light=light,
        says=says,
        advice=_("Make room: delete old logs and backups, or enlarge the disk.") if light != Light.GREEN else "",
        measures=(
            Measure(name="clea_disk_free_bytes", about="Free on the disk.", value=usage.free, labels=where),
            Measure(name="clea_disk_size_bytes", about="Size of the disk.", value=usage.total, labels=where),
        ),
    )


def _gigabytes(size: int) -> str:
    return f"{size / _GIGABYTE:.1f}"

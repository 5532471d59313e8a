"""Cases exported per second, and the memory that it takes, at two sizes. Run: ``python -m tests.benchmarks.exports [ROWS ROWS]``.

Each export runs in a process of its own, which tells its peak of memory, on an SQLite file with cases as people write them:
reference, notes, a code for each, a declaration for every other. What counts are the ratios: memory must not grow with the rows.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent.parent
FORMATS = ("csv", "xlsx", "sormas")
SIZES = (10_000, 100_000)
# What memory may grow by while the rows grow tenfold.
TARGET = 1.2
BATCH = 2000


def main(sizes: list[int]) -> None:
    found: dict[tuple[str, int], tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "clea_portal.settings",
            "SECRET_KEY": "only for measuring",
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "DATA_DIR": folder,
            "SECURE_SSL_REDIRECT": "False",
            "LOG_LEVEL": "WARNING",
        }
        for size in sizes:
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/{size}.sqlite3"
            _run("fill", str(size))
            for form in FORMATS:
                seconds, busy, megabytes, length = map(float, _run("export", form).split())
                found[form, size] = (size / busy, megabytes)
                rates = f"{size / seconds:>7,.0f} rows/s, {size / busy:>7,.0f} a second of processor"
                print(f"{form:>6} {size:>9,} rows {rates}, peak {megabytes:.0f} MB, file {length:.1f} MB")
    small, large = sizes[0], sizes[-1]
    for form in FORMATS:
        ratio = found[form, large][1] / found[form, small][1]
        print(f"{form:>6} memory × {ratio:.2f} for rows × {large / small:.0f} (target: at most {TARGET})")


def _run(*words: str) -> str:
    command = [sys.executable, "-m", "tests.benchmarks.exports", *words]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def fill(size: int) -> None:
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, check=True)
    _set_up()
    from django.utils import timezone

    from mct.enums import DeclarationState
    from mct.models import Case, CaseCode, Declaration
    from tests.factories import CaseCodeFactory, ServerAuthorityFactory, TeamMembershipFactory

    region = TeamMembershipFactory().team.region
    server, pattern = ServerAuthorityFactory(), CaseCodeFactory.build(case=None, country=None)
    now = timezone.now()
    for start in range(0, size, BATCH):
        numbers = range(start, min(size, start + BATCH))
        cases = Case.objects.bulk_create(
            Case(
                region=region,
                reference=f"2026-{number}",
                notes=f"Table {number % 40}, au fond à gauche ; a appelé deux fois, rappeler demain.",
                exposure_start=now - timedelta(hours=number % 300 + 3),
                exposure_end=now - timedelta(hours=number % 300 + 1),
            )
            for number in numbers
        )
        words: dict[str, Any] = {"lsp_type": 0, "host": pattern.host, "deep_link": pattern.deep_link}
        codes = CaseCode.objects.bulk_create(CaseCode(case=case, ltid=case.uuid, **words) for case in cases)
        for case, code in zip(cases, codes, strict=True):
            case.code, case.code_kind = code, code.kind
        Case.objects.bulk_update(cases, ["code", "code_kind"], batch_size=500)
        declarations = Declaration.objects.bulk_create(
            Declaration(
                server=server,
                ltid=case.uuid,
                deep_link=pattern.deep_link,
                start=case.exposure_start,
                end=case.exposure_end,
                state=DeclarationState.PUBLISHED,
                hold_until=now,
                next_attempt_at=now,
                published_at=now,
            )
            for case in cases[::2]
        )
        through = Declaration.cases.through
        through.objects.bulk_create(
            through(case=case, declaration=declaration) for case, declaration in zip(cases[::2], declarations, strict=True)
        )


def export(form: str) -> None:
    _set_up()
    from clea_portal.accounts.models import User
    from clea_portal.authorities.models import Region
    from clea_portal.jobs.results import CHUNK_BYTES
    from mct.jobs import export_cases

    arguments = {"regions": [Region.objects.get().pk], "show": "", "chosen": {}, "format": form}
    start, busy, length = time.monotonic(), time.process_time(), 0
    result = export_cases(arguments, by=User.objects.get(), report=lambda done, total: None)
    if hasattr(result.file, "read"):
        result.file.seek(0)
        while piece := result.file.read(CHUNK_BYTES):
            length += len(piece)
        result.file.close()
    else:
        length = sum(len(piece) for piece in result.file)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.monotonic() - start, time.process_time() - busy, peak, length / 1e6)


def _set_up() -> None:
    import django

    django.setup()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fill", size]:
            fill(int(size))
        case ["export", form]:
            export(form)
        case sizes:
            main([int(size) for size in sizes] or list(SIZES))

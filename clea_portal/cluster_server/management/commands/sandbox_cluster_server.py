import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from clea_portal.cluster_server.sandbox import options

ROOT = Path(__file__).resolve().parents[4]


class Command(BaseCommand):
    help = (
        "Runs a cluster server for demonstrations, tests and rehearsals on 127.0.0.1, as a process that knows nothing of the"
        " portal. Never a part of production."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        options.add_arguments(parser)

    def handle(self, *args: Any, **values: Any) -> None:
        options.to_environment(values)
        # The module is found from wherever manage.py was called.
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        # The sandbox takes this process's place, so that signals reach it and nothing of the portal stays loaded.
        os.execv(sys.executable, [sys.executable, "-m", "clea_portal.cluster_server.sandbox"])  # noqa: S606 - our own module

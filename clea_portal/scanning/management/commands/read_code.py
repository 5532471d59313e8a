"""``manage.py read_code FILE…``: what the intake of cases would read from these pictures and PDFs."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from clea_portal.scanning.advice import explain
from clea_portal.scanning.isolated import read_isolated
from clea_portal.scanning.results import MAX_BYTES


class Command(BaseCommand):
    help = "Reads the CLEA codes in pictures and PDF files: one JSON line per file, in order."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="JPEG, PNG, WebP, HEIC, AVIF or PDF")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        for file in files:
            try:
                with Path(file).open("rb") as stream:
                    content = stream.read(MAX_BYTES + 1)
            except (OSError, ValueError) as error:
                raise CommandError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from error
            reading = read_isolated(content)
            with translation.override("en"):
                advice = None if reading.advice is None else explain(reading.advice)
            line = {"file": file, "links": reading.links, "milliseconds": reading.milliseconds, "advice": advice}
            self.stdout.write(json.dumps(line))
            self.stdout.flush()

from typing import Any

from django.core.management.base import BaseCommand

from mct.counting import recount
from mct.figure_changes import everything_changed


class Command(BaseCommand):
    help = "Counts the figures of all days anew, from nothing but the cases. The worker does the same once a night."

    def handle(self, *args: Any, **options: Any) -> None:
        everything_changed()
        days = 0
        while done := recount():
            days += done
            self.stdout.write(f"{days} days counted")

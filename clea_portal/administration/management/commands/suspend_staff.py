from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from clea_portal.administration.management.country_command import CountryCommand
from clea_portal.administration.staff import lift_suspension, people_of, suspend
from clea_portal.authorities.models import Country


class Command(CountryCommand):
    help = "Suspends what somebody may do for a country's authority, at once; --lift gives it back. Writes no mail."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--lift", action="store_true", help="give back what was suspended")

    def act(self, country: Country, **options: Any) -> dict[str, Any]:
        user = people_of(country).filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError("Nobody with this address works for the authority; list_staff lists who does.")
        change = lift_suspension if options["lift"] else suspend
        change(user, country=country, by=None, now=timezone.now())
        return {"country": country.code, "email": user.email, "suspended": not options["lift"]}

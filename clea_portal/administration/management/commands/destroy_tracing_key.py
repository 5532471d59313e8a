from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from clea_portal.accounts.models import User
from clea_portal.administration.consenting import destroy_by_command
from clea_portal.administration.generations import generation_of
from clea_portal.administration.management.operating import CountryCommand, described, find_country
from clea_portal.authorities.models import TracingKey


class Command(CountryCommand):
    help = (
        "Erases the private key of a generation that nothing needs any more. It cannot be undone, and takes two administrators of"
        " the country, as on the page: name both."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("country", metavar="COUNTRY", help="ISO code, FR for instance")
        parser.add_argument("fingerprint", metavar="FINGERPRINT", help="all 64 digits, as list_keys gives them")
        parser.add_argument(
            "--administrator",
            metavar="EMAIL",
            action="append",
            default=[],
            help="an administrator of the country who agrees; twice, for two people",
        )

    def answer(self, **options: Any) -> dict[str, Any]:
        country, now = find_country(options["country"]), timezone.now()
        keys = TracingKey.objects.filter(authority__country=country)
        key = keys.filter(fingerprint=options["fingerprint"].lower()).first()
        if key is None:
            raise CommandError("no contact tracing key of this country has this fingerprint (64 digits: see list_keys)")
        destroy_by_command(key, answerable=[_administrator(email) for email in options["administrator"]], now=now)
        return described(generation_of(TracingKey.objects.get(pk=key.pk), now=now))


def _administrator(email: str) -> User:
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"{email!r} is the address of no account here")
    return user

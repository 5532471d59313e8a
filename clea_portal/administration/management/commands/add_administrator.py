from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from clea_portal.accounts.models import Administration, User
from clea_portal.administration.changes import record_change
from clea_portal.administration.management.administration_command import AdministrationCommand, find_country


class Command(AdministrationCommand):
    help = (
        "Makes a person the administrator of a country; without --country, one who may add countries. A new account has no"
        " password: its owner sets one with “Forgot your password?”."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--country", metavar="CODE", help="ISO code")

    @transaction.atomic
    def answer(self, **options: Any) -> dict[str, Any]:
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email[:80]!r} is no e-mail address.") from None
        country = find_country(options["country"]) if options["country"] else None
        user = User.objects.filter(email__iexact=email).first()
        made = user is None
        if user is None:
            user = User.objects.create_user(email=email, password=None)
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        if country is None:
            User.objects.filter(pk=user.pk).update(is_staff=True)
        else:
            administration, added = Administration.objects.get_or_create(user=user, country=country)
            if added:
                record_change(actor=None, verb="administrator_added", on=administration)
        return {
            "email": email,
            "country": country.code if country else None,
            "account_made": made,
            "set_password": settings.PUBLIC_URL + reverse("account_reset_password") if made else None,
        }

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from clea_portal.accounts.enums import StaffRole
from clea_portal.accounts.mails import address_of
from clea_portal.administration.management.country_command import CountryCommand
from clea_portal.administration.staff_invitations import invite_staff, send_staff_invitation
from clea_portal.authorities.models import Country, Team


class Command(CountryCommand):
    help = "Invites somebody by e-mail to work for a country's authority: as its administrator, or as agent or lead of a team."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--role", required=True, choices=StaffRole.values)
        parser.add_argument("--team", metavar="UUID", help="of the team, for agents and leads (set_teams lists them)")
        parser.add_argument("--language", default=settings.LANGUAGE_CODE, choices=[code for code, _ in settings.LANGUAGES])
        parser.add_argument("--show-link", action="store_true", help="also write the link, which whoever has it can open once")

    def act(self, country: Country, **options: Any) -> dict[str, Any]:
        try:
            validate_email(options["email"])
        except ValidationError:
            raise CommandError(f"{options['email'][:80]!r} is no e-mail address.") from None
        role = StaffRole(options["role"])
        team = _team(country, role, options["team"])
        invitation, token = invite_staff(
            country,
            by=None,
            email=options["email"],
            role=role,
            team=team,
            language=options["language"],
            now=timezone.now(),
        )
        sent = send_staff_invitation(invitation, token=token, by=None)
        found = {"invitation": str(invitation.uuid), "sent": sent, "valid_until": invitation.expires_at.isoformat()}
        return found | ({"url": address_of("staff_invitation", token)} if options["show_link"] else {})


def _team(country: Country, role: StaffRole, given: str | None) -> Team | None:
    if role == StaffRole.ADMINISTRATOR:
        if given:
            raise CommandError("An administrator belongs to no team.")
        return None
    if not given:
        raise CommandError("Agents and leads need --team UUID; set_teams lists the teams.")
    try:
        uuid = UUID(given)
    except ValueError:
        raise CommandError(f"{given[:40]!r} is no UUID.") from None
    team = Team.objects.filter(region__country=country, uuid=uuid).select_related("region").first()
    if team is None:
        raise CommandError("The country has no such team; set_teams lists them.")
    return team

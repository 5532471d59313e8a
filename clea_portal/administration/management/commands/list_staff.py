from typing import Any

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import Administration, TeamMembership
from clea_portal.accounts.session_listing import factors_of
from clea_portal.administration.management.country_command import CountryCommand
from clea_portal.administration.staff import people_of
from clea_portal.authorities.models import Country


class Command(CountryCommand):
    help = "Lists who works for a country's authority: roles, second factors, last sign-in, suspension."

    def act(self, country: Country, **options: Any) -> dict[str, Any]:
        users = list(people_of(country).order_by("email"))
        factors = factors_of(users)
        roles: dict[int, list[dict[str, Any]]] = {}
        for administration in Administration.objects.filter(country=country).order_by("pk"):
            seat = {"role": "administrator", "suspended": _when(administration.suspended_at)}
            roles.setdefault(administration.user_id, []).append(seat)
        for row in TeamMembership.objects.of_country(country).select_related("team__region").order_by("pk"):
            entry = {
                "role": TeamRole(row.role).value,
                "team": str(row.team.uuid),
                "region": row.team.region.number,
                "suspended": _when(row.suspended_at),
            }
            roles.setdefault(row.user_id, []).append(entry)
        people = [
            {
                "email": user.email,
                "active": user.is_active,
                "last_sign_in": _when(user.last_login),
                "second_factors": factors.get(user.pk, []),
                "roles": roles.get(user.pk, []),
            }
            for user in users
        ]
        return {"country": country.code, "people": people}


def _when(moment: Any) -> str | None:
    return moment.isoformat() if moment else None

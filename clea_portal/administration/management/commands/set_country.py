from typing import Any

from django.core.management.base import CommandError, CommandParser

from clea_portal.administration import countries
from clea_portal.administration.groups import Group, bound, groups_for
from clea_portal.administration.management.administration_command import (
    AdministrationCommand,
    read_object,
    refuse_errors,
    refuse_unknown,
)
from clea_portal.authorities.models import Country

_LISTS = ("languages", "other_time_zones")


class Command(AdministrationCommand):
    help = "Adds the country that a JSON object describes, or changes it; what is left out keeps its value, or has the usual one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="JSON; - for standard input")
        parser.add_argument("--confirm", action="store_true", help="also where codes have been issued that keep the old values")

    def answer(self, **options: Any) -> dict[str, Any]:
        data = read_object(options["file"])
        if not isinstance(data.get("code"), str):
            raise CommandError("code: missing")
        country = Country.objects.filter(code=data["code"].upper()).first()
        if country is None:
            issues_codes = data.get("issues_codes", True) is not False
        else:
            issues_codes = country.issues_codes
            if data.pop("issues_codes", issues_codes) is not issues_codes:
                raise CommandError("issues_codes: cannot be changed any more")
            del data["code"]
        groups = groups_for(issues_codes=issues_codes)
        refuse_unknown(data, {name for group in groups for name in _names(group, country)})
        forms = [bound(group, _values(group, country) | _given(group, country, data), country=country) for group in groups]
        refuse_errors(*forms)
        values = {name: value for form in forms for name, value in form.answers().items()}
        try:
            if country is None:
                country = countries.add_country(values=values, by=None)
                return {"code": country.code, "added": True, "changed": True}
            follows = countries.consequences(country, values)
            if follows and not options["confirm"]:
                raise CommandError(f"{' '.join(follows)} Say --confirm to change it all the same.")
            return {
                "code": country.code,
                "added": False,
                "changed": countries.change_country(country=country, values=values, by=None),
            }
        except countries.AlreadyThere:
            raise CommandError("Another country has this code, host or prefix.") from None


def _names(group: Group, country: Country | None) -> list[str]:
    return list(group.form(country=country).fields)


def _given(group: Group, country: Country | None, data: dict[str, Any]) -> dict[str, Any]:
    given = {name: data[name] for name in _names(group, country) if name in data}
    for name, value in given.items():
        is_list = name in _LISTS
        if not isinstance(value, list if is_list else str | int):
            raise CommandError(f"{name}: must be {'a list' if is_list else 'a text, a whole number, true or false'}")
    return given


def _values(group: Group, country: Country | None) -> dict[str, Any]:
    """What stands when nothing is given: the country's own, or what the form proposes."""
    form = group.form(country=country)
    return {name: value for name in form.fields if (value := form.get_initial_for_field(form.fields[name], name)) is not None}

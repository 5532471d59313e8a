"""Adding countries and changing them."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clea_portal.accounts.models import Administration, User
from clea_portal.administration.changes import facts_of, record_change
from clea_portal.administration.country_models import CountryDraft
from clea_portal.authorities.enums import AsynchronousStyle, Deployment
from clea_portal.authorities.models import Country


class AlreadyThere(Exception):
    """Somebody else has added a country with this code, host or prefix meanwhile."""


def answer(*, draft: CountryDraft, group: str, answers: dict[str, Any]) -> None:
    """Keep one step's answers."""
    draft.put(group, answers)
    draft.save(update_fields=["answers", "changed_at"])


@transaction.atomic
def finish(*, draft: CountryDraft, by: User) -> Country:
    """Make the country of a draft that misses nothing. Raises AlreadyThere."""
    country = add_country(values=draft.values, by=by)
    draft.delete()
    return country


@transaction.atomic
def add_country(*, values: dict[str, Any], by: User | None) -> Country:
    """``values``: by names of fields, as the forms give them. Whoever adds a country administers it; ``by`` None: a command.

    Raises AlreadyThere.
    """
    country = Country(**values)
    try:
        country.full_clean()
        with transaction.atomic():
            country.save()
    except (ValidationError, IntegrityError) as error:
        raise AlreadyThere from error
    record_change(actor=by, verb="country_added", on=country)
    if by is not None:
        administration = Administration.objects.create(user=by, country=country)
        record_change(actor=by, verb="administrator_added", on=administration)
    return country


@transaction.atomic
def change_country(*, country: Country, values: dict[str, Any], by: User | None) -> bool:
    """Whether anything changed. Raises AlreadyThere."""
    country = Country.objects.select_for_update().get(pk=country.pk)
    before = facts_of(country)
    changed = [name for name, value in values.items() if getattr(country, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(country, name, values[name])
    try:
        country.full_clean()
        with transaction.atomic():
            country.save(update_fields=changed)
    except (ValidationError, IntegrityError) as error:
        raise AlreadyThere from error
    record_change(actor=by, verb="country_changed", on=country, before=before)
    return True


def issued_codes(country: Country) -> int:
    """How many codes of its places the portal keeps."""
    return sum(import_string(path)(country) for path in settings.ISSUED_CODES)


def consequences(country: Country, values: dict[str, Any]) -> list[str]:
    """What follows for codes that were issued, where a change needs to be confirmed; nothing while there are none."""
    sentences = []
    if any(name in values and values[name] != getattr(country, name) for name in ("prefix", "host")):
        sentences += [
            _("Issued codes keep their link, which begins with %(prefix)s: phones must go on to understand it.")
            % {"prefix": country.prefix},
            _("New codes, and what displays and devices show from now on, begin with the new prefix."),
            _("Links with the old host are no longer recognised as this country's when somebody brings one to contact tracing."),
        ]
    deployment = values.get("deployment", country.deployment)
    if deployment != country.deployment:
        sentences.append(_("Issued codes keep the contact that they carry, or stay without one."))
        if deployment == Deployment.NONE:
            sentences.append(
                _("New codes carry no contact, and all pages of contact tracing close at once, those of open cases too.")
            )
        elif country.deployment == Deployment.NONE:
            sentences.append(
                _("New codes carry the contact of their place: without a key pair of contact tracing, none can be made.")
            )
        if Deployment.CENTRAL in (deployment, country.deployment):
            sentences.append(_("Whether phones need an agent's code to upload changes with it: the application must follow."))
    style = values.get("asynchronous_style", country.asynchronous_style)
    if style != country.asynchronous_style and style == AsynchronousStyle.TYPE_1:
        sentences.append(_("New codes for invitations are of type 1: the cluster server must accept it."))
    elif style != country.asynchronous_style:
        sentences.append(_("New codes for invitations carry the t parameter in their link."))
    number = issued_codes(country) if sentences else 0
    if not number:
        return []
    first = ngettext("%(number)d code was issued and is still kept.", "%(number)d codes were issued and are still kept.", number)
    return [first % {"number": number}, *sentences]

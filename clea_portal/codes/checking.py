"""What people and programs may say of a place. Each gives what is stored, or raises ValidationError with a sentence."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clea_portal.codes.contacts import PIN_DIGITS, BadPhone, example_numbers, phone_digits, propose_pin
from clea_portal.codes.models import NAME_LIMIT
from clea_portal.posters.errors import NameMissing, NameTooLong
from clea_portal.posters.names import clean_name


def checked_name(text: str) -> str:
    """As it will be printed."""
    try:
        name = clean_name(text)
    except NameMissing as error:
        raise ValidationError(str(error)) from error
    except NameTooLong as error:
        raise ValidationError(_too_long()) from error
    if len(name) > NAME_LIMIT:
        raise ValidationError(_too_long())
    return name


def checked_phone(text: str, *, country: str) -> str:
    """E.164 digits without ``+``. ``country``: the ISO code, for numbers in national form."""
    try:
        return phone_digits(text, country=country)
    except BadPhone as error:
        raise ValidationError(
            _("This number cannot be called. Write it like %(national)s or %(international)s."), params=example_numbers(country)
        ) from error


def checked_pin(text: str) -> str:
    pin = "".join(text.split())
    if not re.fullmatch(rf"[0-9]{{{PIN_DIGITS}}}", pin):
        raise ValidationError(_("The PIN has exactly six digits, for instance %(pin)s."), params={"pin": propose_pin()})
    return pin


def _too_long() -> str:
    return ngettext(
        "This name is too long: shorten it to %(limit)s character.",
        "This name is too long: shorten it to %(limit)s characters.",
        NAME_LIMIT,
    ) % {"limit": NAME_LIMIT}

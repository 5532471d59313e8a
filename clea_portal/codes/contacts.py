"""The contact that a code carries, encrypted, to the contact tracing team: a phone number and a PIN."""

import secrets

import phonenumbers

PIN_DIGITS = 6


class BadPhone(ValueError):
    """Not a telephone number that can be called."""


def phone_digits(text: str, *, country: str) -> str:
    """E.164 digits without ``+`` of a number in international form, or in the national form of ``country`` (ISO code)."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise BadPhone from error
    if not phonenumbers.is_valid_number(number):
        raise BadPhone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]


def readable_phone(digits: str) -> str:
    """The international form with spaces, for a person to read or dial."""
    return phonenumbers.format_number(phonenumbers.parse(f"+{digits}"), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def national_phone(digits: str, *, country: str) -> str:
    """As people of the country (ISO code) write it; a number of another country in international form, behind ``00``."""
    number = phonenumbers.parse(f"+{digits}")
    if phonenumbers.region_code_for_number(number) == country:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "00 " + readable_phone(digits)[1:]


def example_numbers(country: str) -> dict[str, str]:
    """A number that nobody has, in both forms of a country (ISO code), to show how one is written."""
    number = phonenumbers.example_number(country) or phonenumbers.parse("+33123456789")
    return {
        "national": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL),
        "international": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
    }


def propose_pin() -> str:
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"

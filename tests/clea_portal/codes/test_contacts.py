import pytest

from clea_portal.codes.contacts import BadPhone, example_numbers, phone_digits, propose_pin, readable_phone


@pytest.mark.parametrize(
    ("text", "country", "digits"),
    [
        ("04 65 71 00 38", "FR", "33465710038"),
        ("+32 2 555 12 12", "FR", "3225551212"),
        ("02 555 12 12", "BE", "3225551212"),
        ("06 12 34 56 78", "FR", "33612345678"),
    ],
)
def test_phone_digits(text, country, digits):
    assert phone_digits(text, country=country) == digits


@pytest.mark.parametrize("text", ["", "110", "1 2 3", "+33", "04 65 71 00 38 1"])
def test_phone_digits_of_what_cannot_be_called(text):
    with pytest.raises(BadPhone):
        phone_digits(text, country="FR")


def test_readable_phone():
    assert readable_phone("33465710038") == "+33 4 65 71 00 38"


def test_example_numbers_of_a_country_and_of_none():
    assert example_numbers("BE")["international"].startswith("+32 ")
    assert example_numbers("ZZ") == {"national": "01 23 45 67 89", "international": "+33 1 23 45 67 89"}


def test_propose_pin_gives_six_digits():
    assert {(len(pin), pin.isdecimal()) for pin in (propose_pin() for _ in range(200))} == {(6, True)}

"""Every sentence of the prints is there in every language, and says the same with the same values."""

import ast
import re
from collections.abc import Iterator
from datetime import date, datetime
from gettext import GNUTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from clea_portal import posters
from clea_portal.posters.poster import LANGUAGES
from clea_portal.posters.words import FOLDER, SOURCE, words

TRANSLATED = [language for language in LANGUAGES if language != SOURCE]
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
# The same in both.
ALIKE = {"Logo", "l j F Y", "D j F Y", "D j F", "j F Y", "Name", "Phone", "Date:", "time zone %(zone)s"}


def said() -> Iterator[tuple[str, ...]]:
    """What is marked by say and say_number in the source, read without running it."""
    for module in sorted(Path(posters.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("say", "say_number"):
                count = 1 if node.func.attr == "say" else 2
                yield tuple(ast.literal_eval(argument) for argument in node.args[:count])


SENTENCES = sorted(set(said()))


def catalogue(language: str) -> dict[object, str]:
    with (FOLDER / f"{language}.mo").open("rb") as file:
        return {key: text for key, text in GNUTranslations(file)._catalog.items() if key}


def test_there_are_sentences() -> None:
    assert len(SENTENCES) > 80


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_missing_and_nothing_left_over(language: str) -> None:
    singular = {key[0] if isinstance(key, tuple) else key for key in catalogue(language)}
    assert singular == {sentence[0] for sentence in SENTENCES}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_is_one(language: str) -> None:
    same = {key for key, text in catalogue(language).items() if key == text}
    assert same - ALIKE == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_values_are_in_the_translations(language: str) -> None:
    texts = catalogue(language)
    many = {sentence[0]: sentence[-1] for sentence in SENTENCES}
    for key, text in texts.items():
        if isinstance(key, tuple):
            # Arabic says one and two in words.
            assert set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(many[key[0]])), text
        else:
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(key)), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [0, 1, 2, 3, 11, 14, 100, 101])
def test_numbers_are_said_in_every_form(language: str, number: int) -> None:
    one, many = next(sentence for sentence in SENTENCES if sentence[0].startswith("Advice to the place: put up a new code every"))
    text = words(language).say_number(one, many, number, days=number)
    assert text
    assert "%" not in text


@pytest.mark.parametrize(
    ("language", "day", "short", "near", "plain"),
    [
        ("fr", "samedi 13 février 2027", "sam 13 février 2027", "sam 13 février", "13 février 2027"),
        ("en", "Saturday 13 February 2027", "Sat 13 February 2027", "Sat 13 February", "13 February 2027"),
        ("de", "Samstag, 13. Februar 2027", "Sa, 13. Februar 2027", "Sa, 13. Februar", "13. Februar 2027"),
        ("es", "sábado 13 de febrero de 2027", "sáb 13 febrero 2027", "sáb 13 febrero", "13 de febrero de 2027"),
        ("it", "sabato 13 febbraio 2027", "sab 13 febbraio 2027", "sab 13 febbraio", "13 febbraio 2027"),
        ("nl", "zaterdag 13 februari 2027", "za 13 februari 2027", "za 13 februari", "13 februari 2027"),
        ("pt", "sábado, 13 de fevereiro de 2027", "sáb 13 fevereiro 2027", "sáb 13 fevereiro", "13 de fevereiro de 2027"),
        ("ar", "السبت 13 فبراير 2027", "السبت 13 فبراير 2027", "السبت 13 فبراير", "13 فبراير 2027"),
    ],
)
def test_days(language: str, day: str, short: str, near: str, plain: str) -> None:
    said_in = words(language)
    moment = date(2027, 2, 13)
    dates = (said_in.day(moment), said_in.short_day(moment), said_in.near_day(moment), said_in.plain_day(moment))
    assert dates == (day, short, near, plain)


def test_zone_is_not_broken_over_two_lines() -> None:
    moment = datetime(2027, 2, 13, 4, tzinfo=ZoneInfo("America/Guadeloupe"))
    assert words("de").zone(moment) == "Ortszeit, America/\u2060Guadeloupe"


def test_language_of_the_reader_changes_nothing() -> None:
    from django.utils.translation import override

    with override("en"):
        assert words("fr").day(date(2027, 2, 13)) == "samedi 13 février 2027"


def test_direction() -> None:
    assert [language for language in LANGUAGES if words(language).direction == "rtl"] == ["ar"]

"""What is printed, in the languages of posters: catalogues of their own, since the portal itself speaks fewer languages.

`say` and `say_number` mark sentences for `make messages`, which collects them into `<language>.po` beside this file.
"""

from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import override

FOLDER = Path(__file__).parent
# English is what the sentences are written in.
SOURCE = "en"
RIGHT_TO_LEFT = frozenset({"ar"})
_WORD_JOINER = "\u2060"
# They write days and months without capitals, whatever Django's catalogues say.
_SMALL_LETTERS = frozenset({"fr", "es", "it", "nl", "pt"})


class Words:
    """Sentences and dates in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
        self._catalogue = _catalogue(language)

    def say(self, sentence: str, /, **values: object) -> str:
        """The sentence translated, with its `%(name)s` filled in."""
        translated = self._catalogue.gettext(sentence)
        return translated % values if values else translated

    def say_number(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form for this number of the sentence translated."""
        return self._catalogue.ngettext(one, many, number) % values

    def day(self, day: date) -> str:
        """With weekday: "Saturday 12 June 2027"."""
        return self._date(day, self.say("l j F Y"))

    def short_day(self, day: date) -> str:
        """As short as it stays clear: "Sat 12 June 2027"."""
        return self._date(day, self.say("D j F Y"))

    def near_day(self, day: date) -> str:
        """Where the year is said already: "Sat 12 June"."""
        return self._date(day, self.say("D j F"))

    def plain_day(self, day: date) -> str:
        """Without weekday: "12 June 2027"."""
        return self._date(day, self.say("j F Y"))

    def time(self, moment: datetime) -> str:
        return format_date(moment, "H:i")

    def zone(self, moment: datetime) -> str:
        if isinstance(moment.tzinfo, ZoneInfo) and "/" in moment.tzinfo.key:
            # No line ends inside the zone's name.
            return self.say("local time, %(zone)s", zone=moment.tzinfo.key.replace("/", f"/{_WORD_JOINER}"))
        return self.say("time zone %(zone)s", zone=moment.tzname() or "UTC")

    def _date(self, day: date, pattern: str) -> str:
        with override(self.language):
            text = format_date(day, pattern)
        return text.lower() if self.language in _SMALL_LETTERS else text


@cache
def words(language: str) -> Words:
    return Words(language)


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == SOURCE:
        return NullTranslations()
    with (FOLDER / f"{language}.mo").open("rb") as file:
        return GNUTranslations(file)

from datetime import datetime
from typing import Any

import pytest

from clea_portal.posters.errors import (
    AuthorityTooLong,
    BadCheckCode,
    BadColour,
    BadLanguages,
    BadPoster,
    BadValidity,
    LabelTooLong,
    NameMissing,
    NameTooLong,
    TextTooLong,
    UnknownLanguage,
)
from clea_portal.posters.poster import PosterKind
from tests.clea_portal.posters.making import LINK, NIGHT, PARIS, make_poster

START, END = NIGHT["valid_from"], NIGHT["valid_until"]


def test_texts_are_cleaned() -> None:
    poster = make_poster(
        name=" Bar\x00\r\nNord ", application_name="Tous\nAnti", application_purpose=" warns\x07 ", application_site=""
    )
    texts = (poster.name, poster.application_name, poster.application_purpose, poster.application_site)
    assert texts == ("Bar\nNord", "Tous Anti", "warns", "")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "\x00"}, NameMissing),
        ({"name": "x" * 201}, NameTooLong),
        ({"application_name": "x" * 61}, TextTooLong),
        ({"application_purpose": "x" * 121}, TextTooLong),
        ({"application_site": "x" * 121}, TextTooLong),
        ({"check_code": "K7PQ3"}, BadCheckCode),
        ({"check_code": "K7P Q3M"}, BadCheckCode),
        ({"check_code": "k7pq3m"}, BadCheckCode),
        ({"languages": ("la",)}, UnknownLanguage),
        ({"languages": ()}, BadLanguages),
        ({"languages": ("fr", "fr")}, BadLanguages),
        ({"languages": ("fr", "en", "de")}, BadLanguages),
        ({"place_label": "x" * 81}, LabelTooLong),
        ({"authority": "x" * 121}, AuthorityTooLong),
        ({"accent": "teal"}, BadColour),
        ({"kind": PosterKind.DATED, "valid_until": None}, BadValidity),
        ({"kind": PosterKind.STAFF, "valid_from": None}, BadValidity),
        ({"valid_from": START}, BadValidity),
        ({"valid_until": END}, BadValidity),
        ({"kind": PosterKind.ENTRANCE, "valid_until": None}, BadValidity),
        ({"kind": PosterKind.ENTRANCE, "valid_from": None}, BadValidity),
        ({"kind": PosterKind.ASYNCHRONOUS, "valid_from": None}, BadValidity),
        ({"kind": PosterKind.ENTRANCE, "valid_until": START}, BadValidity),
        ({"kind": PosterKind.ENTRANCE, "valid_from": START.replace(tzinfo=None)}, BadValidity),
    ],
)
def test_bad_description(changes: dict[str, Any], error: type[BadPoster]) -> None:
    with pytest.raises(error) as caught:
        make_poster(**changes)
    assert str(caught.value) == str(error.sentence)


def test_asynchronous_without_an_end() -> None:
    start = datetime(2027, 6, 12, 20, tzinfo=PARIS)
    assert make_poster(kind=PosterKind.ASYNCHRONOUS, valid_from=start, valid_until=None).valid_from == start


def test_representation_holds_neither_name_nor_link() -> None:
    poster = make_poster()
    assert LINK not in repr(poster)
    assert poster.name not in repr(poster)

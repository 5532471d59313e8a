"""Reads a profile that came from elsewhere: small, flat, every field checked, and a sentence for whatever is wrong."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clea_portal.administration.address_checks import check_address
from clea_portal.administration.link_checks import check_host, check_prefix
from clea_portal.administration.profiles import SCHEMA, VERSION
from clea_portal.authorities.enums import AsynchronousStyle, ServerKind
from clea_portal.authorities.exposure_models import MOST_SLOTS
from clea_portal.authorities.languages import POSTER_LANGUAGES
from clea_portal.authorities.models import validate_public_key
from clea_portal.authorities.time_zones import validate_time_zones
from clea_portal.posters.names import clean_line
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.keys import fingerprint, parse_public_key, public_key_hex

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
MAX_KEYS = 50
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


class BadProfile(Exception):
    """``sentences``: all that is wrong with it, each with the field's name."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = list(sentences)


def read_profile(data: bytes) -> dict[str, Any]:
    """The profile, in the form that ``profiles.profile_of`` gives. Raises BadProfile."""
    if len(data) > MAX_BYTES:
        raise BadProfile(_("A profile has 64 kB at most; this has %(size)d bytes.") % {"size": len(data)})
    parsed = _parse(data)
    reader = _Reader()
    profile = reader.profile(parsed)
    if reader.wrong:
        raise BadProfile(*reader.wrong)
    return profile


def _parse(data: bytes) -> dict[str, Any]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadProfile(_("This is not text in UTF-8.")) from None
    # Counted before it is read: brackets in strings count too, which no profile has so many of.
    if _depth(text) > MAX_DEPTH:
        raise BadProfile(_("This is nested more deeply than a profile is."))
    try:
        parsed = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except BadProfile:
        raise
    except json.JSONDecodeError as error:
        raise BadProfile(
            _("This is not JSON: line %(line)d, column %(column)d.") % {"line": error.lineno, "column": error.colno}
        ) from None
    except (ValueError, RecursionError):
        raise BadProfile(_("This is not JSON that can be used.")) from None
    if not isinstance(parsed, dict):
        raise BadProfile(_("A profile is a JSON object: {…}"))
    return parsed


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _value in pairs]
    if len(set(names)) != len(names):
        raise BadProfile(_("A name stands there twice in one object."))
    return dict(pairs)


def _no_number(text: str) -> Any:
    raise ValueError(text)


class _Reader:
    """``wrong``: what was found so far."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def profile(self, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("schema") != SCHEMA:
            raise BadProfile(_("This is not a profile of a country: its schema is not %(schema)s.") % {"schema": SCHEMA})
        if type(data.get("version")) is not int or data["version"] != VERSION:
            raise BadProfile(_("This profile is of another version than %(version)d.") % {"version": VERSION})
        self._names(data, "", {"schema", "version", "code", "names", "host", "prefix"} | _OPTIONAL)
        names = self._object(data, "names")
        self._names(names, "names.", {"fr", "en"})
        profile: dict[str, Any] = {
            "schema": SCHEMA,
            "version": VERSION,
            "code": self._pattern(data, "code", r"[A-Z]{2}", _("two letters from A to Z")),
            "names": {language: self._line(names, language, 80, at="names.") for language in ("fr", "en")},
            "host": self._pattern(data, "host", r"[a-z0-9](?:[a-z0-9.-]{0,58}[a-z0-9])?", _("a name like tac.gouv.fr")),
            "prefix": self._checked(data, "prefix", 200, check_prefix),
            "asynchronous": self._one_of(data, "asynchronous", AsynchronousStyle.values),
            "languages": self._languages(data),
            "time_zone": self._one_of(data, "time_zone", available_timezones()),
            "other_time_zones": self._zones(data),
            "server": None,
        }
        if profile["prefix"] and profile["host"]:
            self._try("host", lambda: check_host(profile["prefix"], profile["host"]))
        if data.get("server") is not None:
            profile["server"] = self._server(self._object(data, "server"))
        return profile

    def _server(self, data: dict[str, Any]) -> dict[str, Any]:
        at = "server."
        self._names(data, at, {"name", "kind", "address", "list", "accepts_type_1", "exposure", "keys"})
        return {
            "name": self._line(data, "name", 120, at=at),
            "kind": self._one_of(data, "kind", ServerKind.values, at=at),
            "address": self._checked(data, "address", 200, check_address, at=at),
            "list": self._checked(data, "list", 200, check_address, at=at),
            "accepts_type_1": self._boolean(data, "accepts_type_1", at=at),
            "exposure": self._exposure(self._object(data, "exposure", at=at)),
            "keys": self._keys(data),
        }

    def _exposure(self, data: dict[str, Any]) -> dict[str, Any]:
        at = "server.exposure."
        self._names(data, at, {"slot_seconds", "before", "after", "venue_types"})
        slot = self._number(data, "slot_seconds", 60, 86400, at=at)
        if slot % 60:
            self._say(f"{at}slot_seconds", _("must be whole minutes"))
        rows = self._list(data, "venue_types", 32, at=at)
        types = []
        for number, row in enumerate(rows):
            here = f"{at}venue_types[{number}]."
            self._names(row, here, {"venue_type", "before", "after"})
            types.append(
                {
                    "venue_type": self._number(row, "venue_type", 0, 31, at=here),
                    "before": self._number(row, "before", 0, MOST_SLOTS, at=here),
                    "after": self._number(row, "after", 0, MOST_SLOTS, at=here),
                }
            )
        if len({row["venue_type"] for row in types}) != len(types):
            self._say(f"{at}venue_types", _("names a venue type twice"))
        return {
            "slot_seconds": slot,
            "before": self._number(data, "before", 0, MOST_SLOTS, at=at),
            "after": self._number(data, "after", 0, MOST_SLOTS, at=at),
            "venue_types": sorted(types, key=lambda row: row["venue_type"]),
        }

    def _keys(self, data: dict[str, Any]) -> list[dict[str, str]]:
        keys = []
        for number, row in enumerate(self._list(data, "keys", MAX_KEYS, at="server.")):
            at = f"server.keys[{number}]."
            self._names(row, at, {"public_key", "fingerprint", "valid_from"})
            keys.append(
                {
                    "public_key": self._key(row, at),
                    "fingerprint": self._pattern(row, "fingerprint", r"[0-9a-f]{64}", _("64 hexadecimal digits"), at=at),
                    "valid_from": self._moment(row, at),
                }
            )
            if keys[-1]["public_key"] and fingerprint(parse_public_key(keys[-1]["public_key"])) != keys[-1]["fingerprint"]:
                self._say(f"{at}fingerprint", _("is not that of this key"))
        if len({key["public_key"] for key in keys}) != len(keys):
            self._say("server.keys", _("names a key twice"))
        return keys

    def _key(self, row: dict[str, Any], at: str) -> str:
        text = self._text(row, "public_key", 200, at=at)
        try:
            validate_public_key(text)
            return public_key_hex(parse_public_key(text))
        except ValidationError as error:
            self._say(f"{at}public_key", error.messages[0])
        except ProtocolError as error:
            self._say(f"{at}public_key", error.detail)
        return ""

    def _moment(self, row: dict[str, Any], at: str) -> str:
        text = self._text(row, "valid_from", 20, at=at)
        try:
            when = datetime.strptime(text if _MOMENT.fullmatch(text) else "", "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            self._say(f"{at}valid_from", _("must look like 2026-06-12T10:00:00Z"))
            return ""
        if not 2020 <= when.year <= 2100:
            self._say(f"{at}valid_from", _("must be between 2020 and 2100"))
        return text

    def _languages(self, data: dict[str, Any]) -> list[str]:
        given = data.get("languages")
        if (
            not isinstance(given, list)
            or not given
            or not all(isinstance(one, str) and one in POSTER_LANGUAGES for one in given)
            or len(set(given)) != len(given)
        ):
            self._say(
                "languages", _("must be a list of different ones of: %(choices)s") % {"choices": ", ".join(POSTER_LANGUAGES)}
            )
            return []
        return list(given)

    def _zones(self, data: dict[str, Any]) -> list[str]:
        given = data.get("other_time_zones")
        self._try("other_time_zones", lambda: validate_time_zones(given))
        if isinstance(given, list) and data.get("time_zone") in given:
            self._say("other_time_zones", _("names the main time zone again"))
        return given if isinstance(given, list) else []

    def _say(self, where: str, what: str) -> None:
        self.wrong.append(f"{where}: {what}.")

    def _try(self, where: str, check: Callable[[], object]) -> None:
        try:
            check()
        except ValidationError as error:
            self.wrong.append(f"{where}: {error.messages[0]}")

    def _names(self, data: dict[str, Any], at: str, known: set[str]) -> None:
        for name in sorted(set(data) - known)[:5]:
            self._say(f"{at}{name[:40]}" if name.isprintable() else at, _("is not a name that a profile has"))

    def _object(self, data: dict[str, Any], name: str, *, at: str = "") -> dict[str, Any]:
        value = data.get(name)
        if isinstance(value, dict):
            return value
        self._say(f"{at}{name}", _("must be an object"))
        # What should be in it would all be missing.
        raise BadProfile(*self.wrong)

    def _list(self, data: dict[str, Any], name: str, most: int, *, at: str) -> list[dict[str, Any]]:
        value = data.get(name)
        if isinstance(value, list) and len(value) <= most and all(isinstance(one, dict) for one in value):
            return value
        self._say(f"{at}{name}", _("must be a list of at most %(most)d objects") % {"most": most})
        return []

    def _text(self, data: dict[str, Any], name: str, most: int, *, at: str = "") -> str:
        value = data.get(name)
        if isinstance(value, str) and 0 < len(value) <= most and value.isprintable():
            return value
        self._say(f"{at}{name}", _("must be a text of 1 to %(most)d characters, without invisible ones") % {"most": most})
        return ""

    def _line(self, data: dict[str, Any], name: str, most: int, *, at: str) -> str:
        text = self._text(data, name, most, at=at)
        if text and clean_line(text) != text:
            self._say(f"{at}{name}", _("must be a name that can be read, without needless spaces"))
        return text

    def _pattern(self, data: dict[str, Any], name: str, pattern: str, words: str, *, at: str = "") -> str:
        value = data.get(name)
        if isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII):
            return value
        self._say(f"{at}{name}", _("must be %(what)s") % {"what": words})
        return ""

    def _one_of(self, data: dict[str, Any], name: str, choices: Any, *, at: str = "") -> str:
        value = data.get(name)
        if isinstance(value, str) and value in choices:
            return value
        self._say(f"{at}{name}", _("is none of the values that it can have"))
        return ""

    def _checked(self, data: dict[str, Any], name: str, most: int, check: Callable[[str], object], *, at: str = "") -> str:
        text = self._text(data, name, most, at=at)
        if not text:
            return ""
        try:
            check(text)
        except ValidationError as error:
            self.wrong.append(f"{at}{name}: {error.messages[0]}")
            return ""
        return text

    def _number(self, data: dict[str, Any], name: str, least: int, most: int, *, at: str) -> int:
        value = data.get(name)
        # A bool is an int to Python.
        if type(value) is int and least <= value <= most:
            return value
        self._say(f"{at}{name}", _("must be a whole number from %(least)d to %(most)d") % {"least": least, "most": most})
        return least

    def _boolean(self, data: dict[str, Any], name: str, *, at: str) -> bool:
        value = data.get(name)
        if not isinstance(value, bool):
            self._say(f"{at}{name}", _("must be true or false"))
        return value is True


_OPTIONAL = {"asynchronous", "languages", "time_zone", "other_time_zones", "server"}

"""The sandbox's options. Each has a flag and a variable of the environment; the environment carries them into its processes."""

import os
from argparse import ArgumentParser
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from clea_portal import environment as env
from clea_portal.cluster_server.exposure import ExposureRule
from clea_portal.cluster_server.reports import report_url

HOST = "127.0.0.1"
SETTINGS = "clea_portal.cluster_server.sandbox.settings"
DEFAULT_STATE = Path(__file__).resolve().parents[3] / "var" / "sandbox.sqlite3"


@dataclass(frozen=True)
class Option:
    """One option: its flag, its variable, its default as text, and what it means."""

    flag: str
    variable: str
    default: str
    explanation: str
    is_switch: bool = False


OPTIONS = (
    Option("--port", "CLEA_SANDBOX_PORT", "8001", "port on 127.0.0.1; 0 takes a free one"),
    Option("--state", "CLEA_SANDBOX_STATE", str(DEFAULT_STATE), "SQLite file that keeps everything"),
    Option("--sk-sa", "CLEA_SANDBOX_SK_SA", "", "SK_SA in hexadecimal; without it one is made and kept in the state file"),
    Option("--client-keys", "CLEA_SANDBOX_CLIENT_KEYS", "", "comma list of public keys whose tokens the api accepts"),
    Option("--list-prefix-length", "CLEA_SANDBOX_LIST_PREFIX_LENGTH", "2", "hexadecimal digits of an LTId that name a file"),
    Option("--publish-delay", "CLEA_SANDBOX_PUBLISH_DELAY", "2", "seconds from an accepted declaration to the public list"),
    Option("--slot-seconds", "CLEA_SANDBOX_SLOT_SECONDS", "1800", "length of the slots that the form flags"),
    Option("--slots-before", "CLEA_SANDBOX_SLOTS_BEFORE", "2", "slots that the form flags before the declared one"),
    Option("--slots-after", "CLEA_SANDBOX_SLOTS_AFTER", "2", "slots that the form flags after the declared one"),
    Option("--portal", "CLEA_SANDBOX_PORTAL", "", "address of the portal that gets contact messages; without it, none are sent"),
    Option("--portal-key", "CLEA_SANDBOX_PORTAL_KEY", "", "ES256 key that signs for them; without it one is made and kept"),
    Option("--threshold", "CLEA_SANDBOX_THRESHOLD", "2", "people who report a place for an hour that make it a cluster"),
    Option("--strict-form", "CLEA_SANDBOX_STRICT_FORM", "False", "form: LSP type 0 only, as the deployed server", is_switch=True),
)


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The options as the sandbox's processes read them. ``publish_delay`` in seconds; keys and ``portal`` may be empty."""

    port: int
    state: str
    sk_sa: str
    client_keys: tuple[str, ...]
    list_prefix_length: int
    publish_delay: int
    rule: ExposureRule
    threshold: int
    strict_form: bool
    portal: str
    portal_key: str

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def audiences(self) -> list[str]:
        """What a token may name as its audience: this server, by either name."""
        return [self.base_url, f"http://localhost:{self.port}"]

    @property
    def report_audiences(self) -> list[str]:
        """The same for a token that lets a phone report."""
        return [report_url(audience) for audience in self.audiences]


def add_arguments(parser: ArgumentParser) -> None:
    """Add the flags to a command."""
    for option in OPTIONS:
        shown = f"{option.explanation} ({option.variable}; default: {option.default or 'none'})"
        kind: dict[str, Any] = {"action": "store_const", "const": "True"} if option.is_switch else {}
        parser.add_argument(option.flag, dest=option.variable, help=shown, **kind)


def to_environment(values: dict[str, Any]) -> None:
    """Write what the command line gave over what the environment says."""
    os.environ.update({option.variable: values[option.variable] for option in OPTIONS if values.get(option.variable) is not None})


def read() -> Configuration:
    """The options as they stand in the environment. Raises ImproperlyConfigured or ValueError for nonsense."""
    prefix_length = _integer("CLEA_SANDBOX_LIST_PREFIX_LENGTH", at_least=1)
    if prefix_length > 8:
        raise ValueError("CLEA_SANDBOX_LIST_PREFIX_LENGTH must be at most 8.")
    return Configuration(
        port=_integer("CLEA_SANDBOX_PORT"),
        state=_text("CLEA_SANDBOX_STATE"),
        sk_sa=_text("CLEA_SANDBOX_SK_SA"),
        client_keys=tuple(env.words("CLEA_SANDBOX_CLIENT_KEYS")),
        list_prefix_length=prefix_length,
        publish_delay=_integer("CLEA_SANDBOX_PUBLISH_DELAY"),
        rule=ExposureRule(
            slot_seconds=_integer("CLEA_SANDBOX_SLOT_SECONDS", at_least=1),
            slots_before=_integer("CLEA_SANDBOX_SLOTS_BEFORE"),
            slots_after=_integer("CLEA_SANDBOX_SLOTS_AFTER"),
        ),
        threshold=_integer("CLEA_SANDBOX_THRESHOLD", at_least=1),
        strict_form=env.boolean("CLEA_SANDBOX_STRICT_FORM", False),
        portal=_text("CLEA_SANDBOX_PORTAL").rstrip("/"),
        portal_key=_text("CLEA_SANDBOX_PORTAL_KEY"),
    )


@lru_cache(maxsize=1)
def current() -> Configuration:
    """The options, read once, by a process whose environment is complete."""
    return read()


def _default(variable: str) -> str:
    return next(option.default for option in OPTIONS if option.variable == variable)


def _text(variable: str) -> str:
    return env.text(variable, _default(variable))


def _integer(variable: str, *, at_least: int = 0) -> int:
    return env.integer(variable, int(_default(variable)), at_least=at_least)

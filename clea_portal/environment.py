"""Strict readers of the environment: nonsense stops the start instead of meaning something."""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import Env


def read_file(path: Path) -> None:
    """Take the ``NAME=value`` lines of a file, where it exists, for variables that are not set otherwise."""
    if path.is_file():
        Env.read_env(path)


def text(name: str, default: str = "") -> str:
    """The variable, or what the file named by ``{name}_FILE`` holds (mounted secrets), or the default."""
    file = os.environ.get(f"{name}_FILE")
    if not file:
        return os.environ.get(name, default)
    if name in os.environ:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE={file} cannot be read: {error.strerror}.") from error


def boolean(name: str, default: bool) -> bool:
    value = os.environ.get(name, str(default))
    if value not in ("True", "False"):
        raise ImproperlyConfigured(f"{name} must be True or False, not {value!r}.")
    return value == "True"


def integer(name: str, default: int, *, at_least: int = 0) -> int:
    value = os.environ.get(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) < at_least:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {at_least}, not {value!r}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma list, without empty entries."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(name: str, default: str) -> dict[str, Any]:
    """Django's database settings from ``sqlite:///path`` or ``postgresql://user:password@host:port/name``."""
    url = text(name, default)
    config: dict[str, Any]
    if url.startswith("sqlite:///"):
        # Writers queue at the start of a transaction; an upgrade from read to write in the middle of one fails at once instead.
        config = Env.db_url_config(url)
        return config | {
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            }
        }
    if url.startswith("postgresql://"):
        limits = "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
        config = Env.db_url_config(url)
        return config | {
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"connect_timeout": 10, "options": limits},
        }
    raise ImproperlyConfigured(f"{name} must begin with sqlite:/// or postgresql://.")

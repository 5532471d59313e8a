"""``python -m clea_portal.cluster_server.sandbox``: the sandbox as a process of its own. ``manage.py`` starts this."""

import os
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connections

from clea_portal.cluster_server.sandbox import options
from clea_portal.protocol.errors import ProtocolError


def main() -> None:
    parser = ArgumentParser(prog="sandbox_cluster_server", description="A cluster server for rehearsals. Never for production.")
    options.add_arguments(parser)
    options.to_environment(vars(parser.parse_args()))
    os.environ["DJANGO_SETTINGS_MODULE"] = options.SETTINGS
    try:
        configuration = options.read()
        listener = listen(configuration.port)
        # Where it took a free port, everything else must know which.
        os.environ["CLEA_SANDBOX_PORT"] = str(listener.getsockname()[1])
        # The state file holds a private key.
        os.umask(0o077)
        Path(configuration.state).resolve().parent.mkdir(parents=True, exist_ok=True)
        base_url = prepare()
    except (ImproperlyConfigured, ProtocolError, DatabaseError, ValueError, OSError) as error:
        sys.exit(f"The sandbox cluster server cannot start: {error}")
    from clea_portal.cluster_server.sandbox.server import Server  # noqa: PLC0415 - not needed where the start fails

    Server(descriptor=listener.detach(), greeting=f"Sandbox cluster server: {base_url} (public list: {base_url}/list)").run()


def listen(port: int) -> socket.socket:
    """A listening socket on loopback. Raises OSError with a sentence that says what to do."""
    try:
        return socket.create_server((options.HOST, port))
    except (OSError, OverflowError):
        raise OSError(f"port {port} is taken or not allowed; choose another one with --port or CLEA_SANDBOX_PORT.") from None


def prepare() -> str:
    """Bring the state file up to date; the address to tell. Raises BadKey."""
    django.setup()
    from clea_portal.cluster_server.sandbox import keys  # noqa: PLC0415 - after django.setup()

    call_command("migrate", verbosity=0, interactive=False)
    keys.prepare()
    # SQLite must not be carried over a fork.
    connections.close_all()
    return options.current().base_url


if __name__ == "__main__":
    main()

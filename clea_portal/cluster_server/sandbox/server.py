"""Runs the sandbox in this process: one gunicorn worker with threads, quiet, stopped at once by Ctrl-C or SIGTERM."""

from typing import Any

from gunicorn.app.base import BaseApplication

from clea_portal.cluster_server.sandbox.contact_messages import start_telling

THREADS = 16


class Server(BaseApplication):  # type: ignore[misc]
    """``descriptor``: the listening socket's."""

    def __init__(self, *, descriptor: int, greeting: str) -> None:
        self._descriptor = descriptor
        self._greeting = greeting
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": [f"fd://{self._descriptor}"],
            "worker_class": "gthread",
            "threads": THREADS,
            "preload_app": True,
            "loglevel": "warning",
            # Calls that it was told to make slow must not hold up its end.
            "graceful_timeout": 1,
            "keepalive": 0,
            "timeout": 0,
            "control_socket_disable": True,
            # Not before the fork, which threads do not survive.
            "post_worker_init": lambda worker: start_telling(),
            "when_ready": lambda arbiter: print(self._greeting, flush=True),  # noqa: T201 - what the person who started it sees
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from clea_portal.cluster_server.sandbox.wsgi import application  # noqa: PLC0415 - after django.setup()

        return application

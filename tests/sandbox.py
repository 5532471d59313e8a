"""The real sandbox cluster server as a process, for tests."""

import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from clea_portal.cluster_server.tokens import make_token
from clea_portal.protocol.keys import generate_private_key, parse_private_key, private_key_hex, public_key_hex
from tests.servers import tied

ROOT = Path(__file__).resolve().parent.parent
MODULE = [sys.executable, "-m", "clea_portal.cluster_server.sandbox"]
START_SECONDS = 60


@dataclass(kw_only=True)
class Sandbox:
    """The keys are private ones in hexadecimal; ``state`` outlives a stop, so that it can start again."""

    state: Path
    flags: list[str]
    command: list[str] = field(default_factory=lambda: list(MODULE))
    sk_sa: str = field(default_factory=lambda: private_key_hex(generate_private_key()))
    client_key: str = field(default_factory=lambda: private_key_hex(generate_private_key()))
    portal_key: str = field(default_factory=lambda: private_key_hex(generate_private_key()))
    port: int = 0
    process: "subprocess.Popen[str] | None" = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def list_url(self) -> str:
        return f"{self.base_url}/list"

    @property
    def pk_sa(self) -> str:
        return self.get("/sandbox/")["pk_sa"]

    def start(self) -> None:
        """Start on the port that it had before, or on a free one; comes back when it listens."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CLEA_SANDBOX_")}
        environment |= {"CLEA_SANDBOX_SK_SA": self.sk_sa, "CLEA_SANDBOX_CLIENT_KEYS": self.public_client_key}
        environment["CLEA_SANDBOX_PORTAL_KEY"] = self.portal_key
        self.process = subprocess.Popen(
            tied(*self.command, "--port", str(self.port), "--state", str(self.state), *self.flags),
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        ready, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if found is None:
            self.stop()
            raise RuntimeError(f"the sandbox did not start: {line!r}")
        self.port = int(found[1])

    def stop(self, *, with_signal: signal.Signals = signal.SIGTERM) -> float:
        """Stop it and tell how many seconds that took."""
        begin = time.monotonic()
        self.process.send_signal(with_signal)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        return time.monotonic() - begin

    @property
    def public_client_key(self) -> str:
        return public_key_hex(parse_private_key(self.client_key).public_key())

    def token(self, **changes: Any) -> str:
        """A token that the api accepts, unless ``changes`` say otherwise."""
        words = {"private_key_hex": self.client_key, "issuer": "tests", "audience": self.base_url, "now": datetime.now(UTC)}
        return make_token(**(words | changes))

    def behave(self, mode: str, **details: Any) -> None:
        """``seconds``, ``status``, ``retry_after``, ``times`` as the sandbox takes them."""
        answer = httpx.put(f"{self.base_url}/sandbox/behaviour", json={"mode": mode, **details}, trust_env=False)
        answer.raise_for_status()

    def received(self, *, ltid: Any = None) -> list[dict[str, Any]]:
        """What it has accepted, all of it or one place's."""
        return [one for one in self.get("/sandbox/received") if ltid is None or one["ltid"] == str(ltid)]

    def get(self, path: str) -> Any:
        answer = httpx.get(self.base_url + path, trust_env=False)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def running_sandbox(**options: Any) -> Iterator[Sandbox]:
    """A sandbox with an empty state on a free port. Options are its flags: ``publish_delay=0``, ``strict_form=True``."""
    options = {"publish_delay": 0} | options
    flags = [
        word
        for name, value in options.items()
        if value is not False
        for word in ([f"--{name.replace('_', '-')}"] if value is True else [f"--{name.replace('_', '-')}", str(value)])
    ]
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(state=Path(folder) / "state.sqlite3", flags=flags)
        sandbox.start()
        try:
            yield sandbox
        finally:
            if sandbox.process.poll() is None:
                sandbox.stop()

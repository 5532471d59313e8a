"""The real portal: web, worker, scheduler and sandbox cluster server as processes of their own, on free ports."""

import atexit
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from clea_portal import first_start
from clea_portal.accounts.demonstration import PASSWORD, current_code
from tests.migrated import SQLITE
from tests.sandbox import Sandbox
from tests.servers import free_port, tied

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 90
# Of the tests' own environment, what a program needs to run at all.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


@dataclass(kw_only=True)
class Portal:
    """``folder`` holds the database, the broker's files and the logs; ``environment`` is all that the processes know."""

    folder: Path
    environment: dict[str, str]
    port: int
    sandbox: Sandbox
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                tied(sys.executable, "-m", *COMMANDS[name](self.port), ending="KILL"),
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own, so that a kill reaches the children too.
                start_new_session=True,
            )

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        process = self.running.pop(name)
        os.killpg(process.pid, how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill_worker(self) -> None:
        """As a power cut would: the worker and its children are gone in the middle of whatever they did."""
        self.stop("worker", signal.SIGKILL)

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """What a management command prints. Raises RuntimeError with its complaint when it fails."""
        return self.python("manage.py", *arguments, stdin=stdin)

    def python(self, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-4000:] or done.stdout[-4000:])
        return done.stdout

    def logs(self) -> str:
        return "\n".join(
            f"--- {file.name}\n{file.read_text(errors='replace')[-6000:]}" for file in sorted(self.folder.glob("*.log"))
        )


COMMANDS: dict[str, Callable[[int], list[str]]] = {
    "web": lambda port: ["gunicorn", "clea_portal.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4"],
    "worker": lambda port: ["celery", "--app", "clea_portal", "worker", "--concurrency", "2", "--loglevel", "INFO"],
    "scheduler": lambda port: ["celery", "--app", "clea_portal", "beat", "--loglevel", "INFO"],
}


@contextmanager
def running_portal(
    *, database: str | None = None, broker: str = "filesystem://", web: bool = True, sandbox_options: tuple[str, ...] = ()
) -> Iterator[Portal]:
    """The processes, ready, with the demonstration's data; without ``database``, on SQLite.

    The sweep and the watch come every second, and calls end after two, so that tests need not wait for people's times.
    """
    with tempfile.TemporaryDirectory(prefix="clea-portal-") as name:
        folder, port = Path(name), free_port()
        secrets = dict(line.split("=", 1) for line in first_start.lines() if not line.startswith("#"))
        sandbox = Sandbox(
            state=folder / "sandbox.sqlite3",
            flags=["--publish-delay", "0", "--portal", f"http://127.0.0.1:{port}", *sandbox_options],
            sk_sa=secrets["CLEA_SANDBOX_SK_SA"],
            client_key=secrets["CLEA_DEMONSTRATION_CLIENT_KEY"],
            portal_key=secrets["CLEA_SANDBOX_PORTAL_KEY"],
        )
        environment = {variable: os.environ[variable] for variable in INHERITED if variable in os.environ}
        environment |= secrets
        environment |= {
            "DATA_DIR": name,
            "DATABASE_URL": database or f"sqlite:///{folder}/portal.sqlite3",
            "BROKER_URL": broker,
            "CACHE_URL": _next_database(broker) if broker.startswith("redis") else "",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SWEEP_SECONDS": "1",
            "WATCH_SECONDS": "1",
            "CLUSTER_SERVER_TIMEOUT": "2",
        }
        portal = Portal(folder=folder, environment=environment, port=port, sandbox=sandbox)
        try:
            sandbox.start()
            # On what was prepared before, it finds next to nothing to do.
            shutil.copytree(_prepared(), folder, dirs_exist_ok=True)
            portal.manage("prepare")
            portal.manage("load_demonstration", "--sandbox-url", sandbox.base_url)
            for process in ("web", "worker", "scheduler") if web else ("worker", "scheduler"):
                portal.start(process)
            if web:
                wait_until(lambda: _is_ready(portal), seconds=START_SECONDS, what="the portal to be ready")
            yield portal
        except BaseException:
            print(portal.logs(), file=sys.stderr)
            raise
        finally:
            for client in portal.clients:
                client.close()
            for process in list(portal.running):
                portal.stop(process)
            if sandbox.process and sandbox.process.poll() is None:
                sandbox.stop()


@cache
def _prepared() -> Path:
    """What ``prepare`` makes of nothing: an empty SQLite database and the static files, once for all portals of this process."""
    folder = Path(tempfile.mkdtemp(prefix="clea-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {variable: os.environ[variable] for variable in INHERITED if variable in os.environ}
    environment |= dict(line.split("=", 1) for line in first_start.lines() if not line.startswith("#"))
    environment |= {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3", "BROKER_URL": "filesystem://"}
    if SQLITE in os.environ:
        shutil.copy(os.environ[SQLITE], folder / "portal.sqlite3")
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, env=environment, check=True)
    return folder


def _next_database(address: str) -> str:
    server, _, number = address.rpartition("/")
    return f"{server}/{int(number) + 1}"


def _is_ready(portal: Portal) -> bool:
    try:
        return httpx.get(f"{portal.base_url}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(condition: Callable[[], Any], *, seconds: float, what: str, pause: float = 0.2) -> Any:
    """What the condition gives once it is true. Raises TimeoutError that names what was waited for."""
    until = time.monotonic() + seconds
    while True:
        if result := condition():
            return result
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(pause)


class Visitor:
    """A browser without a screen: keeps cookies, sends forms with their token, follows redirects, refuses errors."""

    def __init__(self, portal: Portal) -> None:
        self.client = httpx.Client(
            base_url=portal.base_url, follow_redirects=True, timeout=60, trust_env=False, headers={"Accept-Language": "en"}
        )
        portal.clients.append(self.client)

    def sign_in(self, email: str) -> "Visitor":
        """As a demonstration account, with the second factor where its role needs one."""
        page = self.send("/account/login/", {"login": email, "password": PASSWORD})
        if "/account/2fa/authenticate" in str(page.url) or "second-factor/authenticate" in str(page.url):
            # A code serves once; somebody else of the demonstration may have used the present one.
            for _ in range(40):
                page = self.send(str(page.url.path), {"code": current_code()})
                if "authenticate" not in str(page.url):
                    return self
                time.sleep(1)
            raise AssertionError(f"{email} could not sign in")
        assert "login" not in str(page.url), f"{email} could not sign in"
        return self

    def get(self, path: str) -> httpx.Response:
        response = self.client.get(path)
        assert response.status_code == 200, f"{response.status_code} for {path}"
        return response

    def send(self, path: str, data: dict[str, Any], files: Any = None, action: str | None = None) -> httpx.Response:
        """Fill in the form of the page at ``path`` that goes to ``action``, with its hidden fields, and send it."""
        text = self.get(path).text
        forms = [form for form in re.findall(r"<form.*?</form>", text, re.DOTALL) if action and f'action="{action}"' in form]
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', forms[0] if forms else text))
        return self.post(action or path, hidden | data, files)

    def post(self, path: str, data: dict[str, Any], files: Any = None) -> httpx.Response:
        response = self.client.post(path, data=data, files=files, headers={"Referer": str(self.client.base_url) + path})
        assert response.status_code == 200, f"{response.status_code} for {path}"
        return response

import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from clea_portal.cluster_server.form import declare_by_form
from clea_portal.protocol.keys import parse_private_key, public_key_hex
from tests.clea_portal.cluster_server.codes import some_code
from tests.sandbox import MODULE, ROOT, running_sandbox

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_stops_at_once(stop):
    with running_sandbox() as sandbox:
        assert sandbox.stop(with_signal=stop) < 5
        assert sandbox.process.returncode == 0


def test_stops_at_once_also_while_it_is_slow(eventually):
    with running_sandbox() as sandbox:
        sandbox.behave("slow", seconds=60, times=2)
        url = f"{sandbox.base_url}/cluster-declaration"

        def wait():
            with pytest.raises(httpx.HTTPError):
                httpx.post(url, timeout=50, trust_env=False)

        waiting = threading.Thread(target=wait)
        waiting.start()
        eventually(lambda: sandbox.get("/sandbox/behaviour")["times"] == 1)
        assert sandbox.stop() < 8
        waiting.join()


def test_state_outlives_a_restart_on_the_same_port():
    with running_sandbox() as sandbox:
        code = some_code(sandbox)
        instant = datetime.now(UTC) - timedelta(hours=1)
        declare_by_form(base_url=sandbox.base_url, deep_link=code.deep_link, instant=instant, timeout=5, allow_private=True)
        before, port = sandbox.received(), sandbox.port
        sandbox.stop()
        sandbox.start()
        assert (sandbox.received(), sandbox.port, len(before)) == (before, port, 1)


def test_own_key_is_made_once_and_kept_for_its_owner_only():
    with running_sandbox() as sandbox:
        given, sandbox.sk_sa = sandbox.pk_sa, ""
        sandbox.stop()
        sandbox.start()
        made = sandbox.pk_sa
        sandbox.stop()
        sandbox.start()
        assert (sandbox.pk_sa, made != given) == (made, True)
        assert oct(sandbox.state.stat().st_mode & 0o777) == "0o600"


def test_given_key_is_used_and_not_kept():
    with running_sandbox() as sandbox:
        assert sandbox.pk_sa == public_key_hex(parse_private_key(sandbox.sk_sa).public_key())
        assert sandbox.sk_sa.encode() not in sandbox.state.read_bytes()


def test_starts_by_manage_py():
    with running_sandbox() as sandbox:
        sandbox.stop()
        sandbox.command = [sys.executable, str(ROOT / "manage.py"), "sandbox_cluster_server"]
        sandbox.start()
        assert sandbox.get("/sandbox/")["base_url"] == sandbox.base_url
        assert sandbox.stop() < 5


def run(*words, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLEA_SANDBOX_")}
    return subprocess.run([*MODULE, *words], check=False, cwd=ROOT, env=environment | variables, capture_output=True, text=True)


def test_taken_port_gives_one_line_that_names_the_variable(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = run("--port", str(port), "--state", str(tmp_path / "state"))
    advice = f"port {port} is taken or not allowed; choose another one with --port or CLEA_SANDBOX_PORT."
    assert (result.returncode, result.stderr) == (1, f"The sandbox cluster server cannot start: {advice}\n")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CLEA_SANDBOX_PORT", "http"),
        ("CLEA_SANDBOX_PORT", "99999"),
        ("CLEA_SANDBOX_SK_SA", "zz"),
        ("CLEA_SANDBOX_CLIENT_KEYS", "zz"),
        ("CLEA_SANDBOX_STRICT_FORM", "yes"),
        ("CLEA_SANDBOX_THRESHOLD", "0"),
        ("CLEA_SANDBOX_LIST_PREFIX_LENGTH", "9"),
        ("CLEA_SANDBOX_SLOT_SECONDS", "90"),
        ("CLEA_SANDBOX_STATE", "/dev/null/state"),
    ],
)
def test_nonsense_gives_one_line(tmp_path, variable, value):
    result = run(**({"CLEA_SANDBOX_PORT": "0", "CLEA_SANDBOX_STATE": str(tmp_path / "state")} | {variable: value}))
    assert (result.returncode, result.stdout, len(result.stderr.splitlines())) == (1, "", 1)
    assert result.stderr.startswith("The sandbox cluster server cannot start: ")


def test_sandbox_loads_nothing_of_the_portal():
    program = """
import sys, os
os.environ["DJANGO_SETTINGS_MODULE"] = "clea_portal.cluster_server.sandbox.settings"
import django
django.setup()
import clea_portal.cluster_server.sandbox.urls
names = {name for name in sys.modules if name.split(".")[0] in ("clea_portal", "venues", "events", "mct")}
allowed = ("clea_portal.cluster_server", "clea_portal.protocol")
print(sorted(name for name in names if not name.startswith(allowed)))
"""
    result = subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, capture_output=True, text=True)
    assert result.stdout == "['clea_portal', 'clea_portal.celery', 'clea_portal.environment']\n"

import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from clea_portal.cluster_server.form import declare_by_form
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import NTP_OFFSET, to_ntp
from tests.clea_portal.cluster_server.codes import some_code
from tests.clea_portal.cluster_server.servers import file, raw_server, routing
from tests.sandbox import ROOT

THERE = (datetime.now(UTC) - timedelta(hours=5)).replace(microsecond=0)
ELSEWHEN = THERE - timedelta(hours=10)


def check(link, sandbox, *words):
    output = io.StringIO()
    call_command("check_exposure", link, f"--list={sandbox.list_url}", *words, stdout=output)
    lines = output.getvalue().splitlines()
    assert len(lines) == 1
    return json.loads(lines[0])


def declared(sandbox, **changes):
    code = some_code(sandbox, **changes)
    declare_by_form(base_url=sandbox.base_url, deep_link=code.deep_link, instant=THERE, timeout=5, allow_private=True)
    return code


def test_visitor_who_was_there_is_exposed(sandbox):
    code = declared(sandbox)
    assert check(code.deep_link, sandbox, f"--at={THERE.isoformat()}") == {
        "ltid": str(code.ltid),
        "visit": to_ntp(THERE),
        "exposed": True,
        "risk": 3.0,
    }


def test_visitor_at_another_time_is_not_exposed(sandbox):
    code = declared(sandbox)
    assert check(code.deep_link, sandbox, f"--at={ELSEWHEN.isoformat()}") == {
        "ltid": str(code.ltid),
        "visit": to_ntp(ELSEWHEN),
        "exposed": False,
        "risk": None,
    }


def test_visitor_of_another_place_is_not_exposed(sandbox):
    declared(sandbox)
    other = some_code(sandbox)
    assert check(other.deep_link, sandbox, f"--at={THERE.isoformat()}")["exposed"] is False


def test_time_in_the_link_counts_instead_of_the_scan(sandbox):
    code = declared(sandbox, t=int(THERE.timestamp()))
    result = check(code.deep_link, sandbox, f"--at={ELSEWHEN.isoformat()}")
    assert (result["visit"], result["exposed"]) == (int(THERE.timestamp()) + NTP_OFFSET, True)


def test_time_of_the_event_counts_for_type_1(sandbox):
    code = declared(sandbox, lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(THERE), visit_duration=3)
    result = check(code.deep_link, sandbox)
    assert (result["visit"], result["exposed"]) == (to_ntp(THERE), True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "add --at"),
        (["--at=yesterday"], "--at must be a time with its offset"),
        (["--at=2021-06-12T12:00:00"], "--at must be a time with its offset"),
        (["--at=2021-13-12T12:00:00Z"], "--at must be a time with its offset"),
        (["--at=1812-06-12T12:00:00Z"], "NTP seconds"),
    ],
)
def test_time_of_the_scan_is_needed_and_checked(sandbox, words, message):
    with pytest.raises(CommandError, match=message):
        check(some_code(sandbox).deep_link, sandbox, *words)


@pytest.mark.parametrize("link", ["", "nonsense!", "https://tac.gouv.fr?v=0#AAAA", "https://tac.gouv.fr?v=0"])
def test_link_that_is_none_is_said(sandbox, link):
    with pytest.raises(CommandError):
        check(link, sandbox, f"--at={THERE.isoformat()}")


def test_list_that_is_malformed_is_said(sandbox):
    link = some_code(sandbox).deep_link
    with (
        raw_server(routing({"/clusterIndex.json": file(b"nonsense")})) as server,
        pytest.raises(CommandError, match="The list is malformed: index: is not JSON"),
    ):
        call_command("check_exposure", link, f"--at={THERE.isoformat()}", f"--list={server.url}")


def run(*words):
    command = [sys.executable, "manage.py", "check_exposure", *words]
    return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.processes
def test_command_line_one_line_on_each_side_and_its_status(sandbox):
    link = some_code(sandbox).deep_link
    good = run(link, "--at", ELSEWHEN.isoformat(), "--list", sandbox.list_url)
    assert (good.returncode, json.loads(good.stdout)["exposed"], good.stderr) == (0, False, "")
    bad = run(link, "--at", "yesterday", "--list", sandbox.list_url)
    assert (bad.returncode, bad.stdout, len(bad.stderr.splitlines())) == (1, "", 1)
    away = run(link, "--at", ELSEWHEN.isoformat(), "--list", "http://127.0.0.1:9/list")
    assert (away.returncode, away.stderr) == (1, "CommandError: The list cannot be fetched: no_connection.\n")

"""Power cuts: the worker is killed again and again while cases go through."""

import json
import random
import subprocess
import sys
import time

import pytest

from tests.processes import ROOT, Portal, running_portal, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.timeout(400)]

CASES = 200
SEED = 20210510
ON_THEIR_WAY = {"held", "ready", "sending"}


def script(portal: Portal, *words: str) -> str:
    return portal.python("-m", "tests.whole.cases", *words)


def settled(portal: Portal) -> dict | None:
    report = json.loads(script(portal, "report"))
    if any(declaration["state"] in ON_THEIR_WAY | {"accepted"} for declaration in report["declarations"]):
        return None
    if any(case["state"] in ("linking", "declaring", "declared") for case in report["cases"]):
        return None
    return report


@pytest.mark.parametrize("driver", ["api", "form"])
def test_worker_killed_again_and_again_loses_and_doubles_nothing(setup, driver):
    moments = random.Random(SEED)
    with running_portal(**setup, web=False) as portal:
        script(portal, "set", driver)
        # Slow enough that a kill finds calls on their way.
        portal.sandbox.behave("slow", seconds=0.1)
        agent = subprocess.Popen(
            [sys.executable, "-m", "tests.whole.cases", "declare", str(CASES)],
            cwd=ROOT,
            env=portal.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        kills = 0
        while agent.poll() is None or kills < 6:
            time.sleep(moments.uniform(1.5, 5))
            portal.kill_worker()
            portal.start("worker")
            kills += 1
        output = agent.communicate()[0].decode()
        assert agent.returncode == 0, output
        report = wait_until(lambda: settled(portal), seconds=120, pause=1, what="every declaration to have an outcome")
        received = {one["ltid"]: one["count"] for one in portal.sandbox.received()}
    declarations = {one["ltid"]: one["state"] for one in report["declarations"]}
    assert len(report["cases"]) == len(report["declarations"]) == len(declarations) == CASES
    if driver == "api":
        assert set(declarations.values()) == {"published"}
        assert received == dict.fromkeys(declarations, 1)
        assert [case["state"] for case in report["cases"]] == ["published"] * CASES
    else:
        assert set(declarations.values()) <= {"published", "unknown"}
        assert received == {ltid: 1 for ltid, state in declarations.items() if state == "published"}
        in_doubt = sum(state == "unknown" for state in declarations.values())
        assert sum(case["problem"] == "unknown_outcome" for case in report["cases"]) == in_doubt
        assert sum(case["state"] == "published" for case in report["cases"]) == CASES - in_doubt
    print(f"\n{driver}: {kills} kills, {sum(state == 'unknown' for state in declarations.values())} unknown")

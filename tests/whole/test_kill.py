"""Power cuts: the worker is killed again and again, at moments that nobody chose, while cases go through."""

import random
import time
from collections import Counter

import pytest

from mct.sweeping import WORKER_LOST
from tests.processes import running_portal
from tests.whole.office import clerk_of

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]

CASES = 200
KILLS = 8
SEED = 20210510


@pytest.mark.parametrize("driver", ["api", "form"])
def test_worker_killed_again_and_again_loses_and_doubles_nothing(setup, driver):
    moments = random.Random(f"{SEED} {driver} {sorted(setup)}")
    with running_portal(**setup, web=False) as portal, clerk_of(portal) as clerk:
        clerk.do("register", driver=driver, number=CASES)
        # The first kill surely cuts a call off; the others fall when they fall.
        portal.sandbox.behave("slow", seconds=3)
        clerk.do("see_sending", seconds=60)
        portal.kill_worker()
        kills = 1
        portal.sandbox.behave("slow", seconds=0.15)
        portal.start("worker")
        clerk.begin("see_through", seconds=180)
        while kills < KILLS and not clerk.answers_within(moments.uniform(1, 5)):
            portal.kill_worker()
            kills += 1
            time.sleep(moments.uniform(0, 0.5))
            portal.start("worker")
        seconds = clerk.end()
        received = portal.sandbox.received()
        # Calls that were cut off after they had arrived: the public list answers for them.
        clerk.do("see_published", ltids=[one["ltid"] for one in received], seconds=60)
        declarations = clerk.do("report")
    lost = [row["ltid"] for row in declarations if WORKER_LOST in row["reasons"]]
    states = Counter(row["state"] for row in declarations)
    print(f"\n{driver}: {kills} kills, {len(lost)} calls cut off, {dict(states)}, {seconds:.0f} s")

    assert kills == KILLS
    assert lost, "no kill fell into a call"
    assert len({row["ltid"] for row in declarations}) == len(declarations) == CASES
    # The server has each that the portal says it has, each once, and no other.
    arrived = sorted(row["ltid"] for row in declarations if row["state"] == "published")
    assert sorted(one["ltid"] for one in received) == arrived
    assert {one["count"] for one in received} == {1}
    if driver == "api":
        assert [(row["state"], row["cases"]) for row in declarations] == [("published", [["published", ""]])] * CASES
        assert sorted(one["uuid"] for one in received) == sorted(row["uuid"] for row in declarations)
    else:
        for row in declarations:
            # Never sent a second time; in doubt only where the worker died during the call.
            assert row["attempts"] == 1
            in_doubt = row["state"] == "unknown"
            assert row["cases"] == [["needs_attention", "unknown_outcome"] if in_doubt else ["published", ""]]
            assert row["ltid"] in lost or not in_doubt


@pytest.mark.parametrize("driver", ["api", "form"])
def test_worker_told_to_stop_finishes_its_calls(setup, driver):
    with running_portal(**setup, web=False) as portal, clerk_of(portal) as clerk:
        clerk.do("register", driver=driver, number=12)
        portal.sandbox.behave("slow", seconds=0.5)
        clerk.do("see_sending", seconds=60)
        portal.stop("worker")
        portal.start("worker")
        clerk.do("see_through", seconds=60)
        declarations = clerk.do("report")
    assert [(row["state"], row["attempts"], row["reasons"]) for row in declarations] == [("published", 1, ["accepted"])] * 12


def test_worker_killed_while_it_reads_a_picture_reads_it_again():
    with running_portal(web=False) as portal, clerk_of(portal) as clerk:
        clerk.do("register", driver="api", number=1, with_picture=True)
        clerk.do("see_reading", seconds=60)
        portal.kill_worker()
        assert clerk.do("pictures") == [["reading", 1, True]]
        portal.start("worker")
        # Until the dead worker's claim has run out.
        clerk.do("see_ready", number=1, seconds=150)
        assert clerk.do("pictures") == [["read", 2, False]]

"""Power cuts while agents approve, send back, withdraw, take back and merge: every place is warned of as the portal says."""

import random
import time
from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise

import pytest

from tests.processes import running_portal
from tests.whole.office import clerk_of

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]

PLACES = 12
KILLS = 8
SEED = 20210511


@pytest.mark.parametrize("driver", ["api", "form"])
def test_worker_killed_among_approvals_withdrawals_and_merges(setup, driver):
    seed = f"{SEED} {driver} {sorted(setup)}"
    moments = random.Random(seed)
    with running_portal(**setup, web=False) as portal, clerk_of(portal) as clerk:
        portal.sandbox.behave("slow", seconds=0.4)
        ltids = clerk.do("register_places", driver=driver, places=PLACES, hold_seconds=2)
        clerk.begin("act", seed=seed, seconds=240)
        kills = 0
        while kills < KILLS and not clerk.answers_within(moments.uniform(1, 5)):
            portal.kill_worker()
            kills += 1
            time.sleep(moments.uniform(0, 0.5))
            portal.start("worker")
        done = clerk.end()
        received = portal.sandbox.received()
        # Calls that were cut off after they had arrived: the public list answers for them.
        clerk.do("see_settled", uuids=_cut_off(received, clerk.do("everything")["declarations"]), seconds=60)
        found = clerk.do("everything")
    print(f"\n{driver}: {kills} kills, {done}, {dict(Counter(row['state'] for row in found['declarations']))}")

    assert kills == KILLS
    _check_that_all_acts_happened(done, driver)
    _check_that_the_server_has_what_the_portal_says(received, found["declarations"], driver)
    _check_that_no_hour_is_declared_twice(found["declarations"], driver)
    _check_that_no_hour_of_a_case_is_lost(found, ltids)


def _key(row):
    """Which call a row of the portal or of the server is: of which place, and of which hours."""
    instant = row["instant"]
    instant = datetime.fromisoformat(instant).timestamp() if isinstance(instant, str) else instant
    return row["ltid"], instant if instant is not None else row["uuid"]


def _cut_off(received, declarations):
    arrived = {_key(one) for one in received if one["state"] != "withdrawn"}
    return [row["uuid"] for row in declarations if row["state"] == "unknown" and _key(row) in arrived]


def _check_that_all_acts_happened(done, driver):
    wanted = {"declare", "approve", "send_back", "withdraw", "merge"} | ({"take_back"} if driver == "api" else set())
    assert wanted <= set(done), done


def _check_that_the_server_has_what_the_portal_says(received, declarations, driver):
    assert {one["count"] for one in received} == {1}
    standing = {_key(one) for one in received if one["state"] != "withdrawn"}
    published = {_key(row) for row in declarations if row["state"] == "published"}
    in_doubt = {_key(row) for row in declarations if row["state"] == "unknown"}
    assert standing == published
    assert {row["state"] for row in declarations} <= {"published", "withdrawn", "unknown"}
    assert driver == "form" or not in_doubt
    # What was withdrawn before it left never arrived; what was taken back is gone.
    withdrawn = {_key(row) for row in declarations if row["state"] == "withdrawn"}
    assert not standing & (withdrawn - published)
    if driver == "form":
        assert len(received) == len(published)
        assert {row["attempts"] for row in declarations if row["state"] == "published"} == {1}
    else:
        hours = {row["uuid"]: (row["ltid"], row["start"], row["end"]) for row in declarations}
        for one in received:
            if one["state"] != "withdrawn":
                # The server flags whole hours of the code's period, and these hold the declared ones.
                ltid, start, end = hours[one["uuid"]]
                assert one["ltid"] == ltid
                assert datetime.fromisoformat(one["start"]).timestamp() <= start
                assert datetime.fromisoformat(one["end"]).timestamp() >= end


def _check_that_no_hour_is_declared_twice(declarations, driver):
    by_place = defaultdict(list)
    for row in declarations:
        if row["state"] != "withdrawn":
            by_place[row["ltid"]].append(row)
    for rows in by_place.values():
        assert len({_key(row) for row in rows}) == len(rows)
        if driver == "api":
            spans = sorted((row["start"], row["end"]) for row in rows)
            assert all(end <= start for (_, end), (start, _) in pairwise(spans)), spans


def _check_that_no_hour_of_a_case_is_lost(found, ltids):
    by_case = defaultdict(list)
    for row in found["declarations"]:
        if row["state"] != "withdrawn":
            for pk in row["cases"]:
                by_case[pk].append(row)
    cases = {case["pk"]: case for case in found["cases"]}
    assert len(cases) == 3 * PLACES
    assert Counter(case["ltid"] for case in cases.values()) == dict.fromkeys(ltids, 3)
    for case in cases.values():
        if case["state"] == "closed":
            # Merged: what it wanted, the case that stays has.
            assert case["merged_into"], case
            kept = cases[case["merged_into"]]
            while kept["merged_into"]:
                kept = cases[kept["merged_into"]]
            assert kept["ltid"] == case["ltid"]
            rows = by_case[kept["pk"]]
        else:
            rows = by_case[case["pk"]]
            states = {row["state"] for row in rows}
            wanted = ("needs_attention", "unknown_outcome") if "unknown" in states else ("published", "")
            assert (case["state"], case["problem"]) == wanted
        assert {row["ltid"] for row in rows} == {case["ltid"]}
        reached = case["start"]
        for row in sorted(rows, key=lambda row: row["start"]):
            if row["start"] <= reached:
                reached = max(reached, row["end"])
        assert reached >= case["end"], case

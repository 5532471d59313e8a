"""Phones report where they were; a place that enough people report becomes a cluster."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import jwt
import pytest

from clea_portal.cluster_server.reports import report_url
from clea_portal.protocol.keys import parse_private_key
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp
from tests.clea_portal.cluster_server.codes import PREFIX, some_code
from tests.clea_portal.cluster_server.sandbox.test_api_contract import problem

THEN = (datetime.now(UTC) - timedelta(hours=5)).replace(minute=20, second=0, microsecond=0)
HOUR = timedelta(hours=1)


def token(sandbox, **changes):
    return sandbox.token(**({"audience": report_url(sandbox.base_url)} | changes))


def visit(code, at=THEN):
    return {"qrCode": code.deep_link.removeprefix(PREFIX), "qrCodeScanTime": to_ntp(at)}


def send(sandbox, *visits, by=None, **changes):
    words = {"pivotDate": to_ntp(THEN - timedelta(days=3)), "visits": list(visits)} | changes
    headers = {"Authorization": f"Bearer {token(sandbox) if by is None else by}"}
    return httpx.post(report_url(sandbox.base_url), json=words, headers=headers, trust_env=False)


def accepted(sandbox, *visits, **changes):
    answer = send(sandbox, *visits, **changes)
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    return answer.json()["message"]


def clusters(sandbox, code):
    return [
        (one["kind"], one["count"], datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]), one["state"])
        for one in sandbox.received(ltid=code.ltid)
    ]


def listed(sandbox, code):
    index = sandbox.get("/list/clusterIndex.json")
    entries = sandbox.get(f"/list/{index['i']}/{code.ltid.hex[:2]}.json") if code.ltid.hex[:2] in index["c"] else []
    return [entry["exp"] for entry in entries if entry["ltid"] == str(code.ltid)]


def test_second_person_of_an_hour_makes_the_cluster_that_stands_in_the_list(sandbox):
    code = some_code(sandbox)
    hour = THEN.replace(minute=0)
    assert accepted(sandbox, visit(code)) == "1/1 accepted visits"
    assert (clusters(sandbox, code), listed(sandbox, code)) == ([], [])
    accepted(sandbox, visit(code, hour + timedelta(minutes=59)))
    assert clusters(sandbox, code) == [("visits", 2, hour, hour + HOUR, "published")]
    assert listed(sandbox, code) == [[{"s": to_ntp(hour), "d": 3600, "r": 3.0}]]
    accepted(sandbox, visit(code))
    assert clusters(sandbox, code) == [("visits", 3, hour, hour + HOUR, "published")]


def test_people_of_other_hours_and_places_do_not_add_up(sandbox):
    code, other = some_code(sandbox), some_code(sandbox)
    accepted(sandbox, visit(code))
    accepted(sandbox, visit(code, THEN - HOUR), visit(other))
    assert clusters(sandbox, code) + clusters(sandbox, other) == []


def test_one_report_is_one_person(sandbox):
    code = some_code(sandbox)
    assert accepted(sandbox, visit(code), visit(code, THEN + timedelta(minutes=1))) == "2/2 accepted visits"
    assert clusters(sandbox, code) == []


def test_code_that_tells_its_own_time_counts_then(sandbox):
    code = some_code(sandbox, lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(THEN), visit_duration=2)
    for scan in (THEN + 3 * HOUR, THEN + 4 * HOUR):
        accepted(sandbox, visit(code, scan))
    assert [start for _, _, start, _, _ in clusters(sandbox, code)] == [THEN.replace(minute=0)]


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"pk_sa": parse_private_key("11" * 32).public_key()}, THEN),
        ({}, THEN + timedelta(days=2)),
        ({}, THEN - timedelta(days=15)),
        ({}, THEN - timedelta(days=3)),
        ({"cri_exp": 10, "t_qr_start": to_ntp(THEN), "period_duration": 24}, THEN - 2 * HOUR),
    ],
)
def test_visit_that_cannot_be_is_left_out(sandbox, changes, at):
    code, good = some_code(sandbox, **changes), some_code(sandbox)
    assert accepted(sandbox, visit(code, at), visit(good)) == "1/2 accepted visits"
    accepted(sandbox, visit(code, at), visit(good))
    assert (clusters(sandbox, code), len(clusters(sandbox, good))) == ([], 1)


def test_what_is_no_code_is_left_out(sandbox):
    for text in ("é", "AAAA", "https://"):
        assert accepted(sandbox, {"qrCode": text, "qrCodeScanTime": to_ntp(THEN)}) == "0/1 accepted visits"


def test_renewing_code_counts_around_its_own_time(sandbox):
    code = some_code(sandbox, cri_exp=10, t_qr_start=to_ntp(THEN), period_duration=24)
    assert accepted(sandbox, visit(code, THEN + timedelta(minutes=5))) == "1/1 accepted visits"


def test_token_lets_one_report_in_and_the_same_one_again(sandbox):
    code, by = some_code(sandbox), token(sandbox)
    assert {accepted(sandbox, visit(code), by=by) for _ in range(3)} == {"1/1 accepted visits"}
    assert clusters(sandbox, code) == []
    answer = send(sandbox, visit(code, THEN - HOUR), by=by)
    assert (answer.status_code, problem(answer)["detail"]) == (403, "The token has let another report in. Ask for a new code.")


def test_tokens_of_one_kind_do_not_open_the_other_s_door(sandbox):
    code = some_code(sandbox)
    assert send(sandbox, visit(code), by=sandbox.token()).status_code == 401
    url = f"{sandbox.base_url}/api/clea/v1/manual-clusters/{uuid4()}"
    for method in ("GET", "DELETE", "PUT"):
        answer = httpx.request(method, url, headers={"Authorization": f"Bearer {token(sandbox)}"}, trust_env=False)
        assert (answer.status_code, problem(answer)["detail"]) == (401, "The token is for another server.")


@pytest.mark.parametrize("by", ["x", "expired", "unsigned"])
def test_without_a_token_nothing_is_counted(sandbox, by):
    code = some_code(sandbox)
    if by == "expired":
        by = token(sandbox, now=datetime.now(UTC) - timedelta(minutes=10))
    elif by == "unsigned":
        by = jwt.encode({"aud": report_url(sandbox.base_url), "jti": "1"}, None, algorithm="none")
    assert send(sandbox, visit(code), by=by).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"visits": []},
        {"visits": [{}]},
        {"visits": [{"qrCode": "A" * 401, "qrCodeScanTime": 1}]},
        {"visits": [{"qrCode": "A", "qrCodeScanTime": 2**32}]},
        {"visits": [{"qrCode": "A", "qrCodeScanTime": 1}] * 1001},
        {"visits": None},
        {"pivotDate": "yesterday"},
        {"pivotDate": -1},
        {"pivotDate": to_ntp(datetime.now(UTC) + timedelta(days=1))},
    ],
)
def test_malformed_report_is_a_problem_and_leaves_the_token_unused(sandbox, changes):
    code, by = some_code(sandbox), token(sandbox)
    answer = send(sandbox, visit(code), by=by, **changes)
    assert (answer.status_code, problem(answer)["title"]) == (400, "Bad Request")
    assert accepted(sandbox, visit(code), by=by) == "1/1 accepted visits"


def test_misbehaves_as_told(sandbox):
    sandbox.behave("refuse", times=1)
    assert send(sandbox, visit(some_code(sandbox))).status_code == 422

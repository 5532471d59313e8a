import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from clea_portal.cluster_server.api import declare_by_api, withdraw_by_api
from clea_portal.cluster_server.credentials import bearer
from clea_portal.cluster_server.form import declare_by_form
from clea_portal.cluster_server.sandbox.publication import merge
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.ntp import to_ntp
from tests.clea_portal.cluster_server.codes import some_code
from tests.sandbox import running_sandbox


@pytest.fixture
def fresh():
    """A sandbox with nothing in it."""
    with running_sandbox(list_prefix_length=4) as sandbox:
        yield sandbox


def get(sandbox, path, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.get(f"{sandbox.list_url}/{path}", headers=headers, trust_env=False)


def declare(sandbox, code, hours_ago):
    instant = datetime.now(UTC) - timedelta(hours=hours_ago)
    declare_by_form(base_url=sandbox.base_url, deep_link=code.deep_link, instant=instant, timeout=5, allow_private=True)
    return to_ntp(instant) // 1800 * 1800


def test_list_grows_with_what_is_declared_and_merges_hours(fresh):
    assert get(fresh, "clusterIndex.json").json() == {"i": 1, "c": []}
    code = some_code(fresh)
    prefix = code.ltid.hex[:4]
    first = declare(fresh, code, 10)
    assert get(fresh, "clusterIndex.json").json() == {"i": 2, "c": [prefix]}
    assert get(fresh, f"2/{prefix}.json").json() == [{"ltid": str(code.ltid), "exp": [{"s": first - 3600, "d": 9000, "r": 3.0}]}]
    declare(fresh, code, 8)
    last = declare(fresh, code, 2)
    assert get(fresh, "clusterIndex.json").json() == {"i": 3, "c": [prefix]}
    assert get(fresh, f"3/{prefix}.json").json() == [
        {
            "ltid": str(code.ltid),
            "exp": [{"s": first - 3600, "d": 9000 + 7200, "r": 3.0}, {"s": last - 3600, "d": 9000, "r": 3.0}],
        }
    ]
    declare(fresh, code, 8)
    assert get(fresh, "clusterIndex.json").json()["i"] == 3
    assert get(fresh, f"2/{prefix}.json").status_code == 200
    assert get(fresh, "2/0000.json").status_code == 404
    assert get(fresh, "99/0000.json").status_code == 404


def test_withdrawn_declaration_leaves_the_list(fresh):
    code = some_code(fresh)
    end = datetime.now(UTC) - timedelta(hours=1)
    where = {
        "base_url": fresh.base_url,
        "uuid": uuid4(),
        "credentials": bearer(fresh.token()),
        "timeout": 5,
        "allow_private": True,
    }
    declare_by_api(lsp=parse_link(code.deep_link).lsp, start=end - timedelta(hours=1), end=end, **where)
    assert get(fresh, "clusterIndex.json").json()["c"] == [code.ltid.hex[:4]]
    withdraw_by_api(**where)
    assert get(fresh, "clusterIndex.json").json() == {"i": 2, "c": []}


def test_files_have_etags_that_change_with_their_content(fresh):
    first = get(fresh, "clusterIndex.json")
    etag = first.headers["ETag"]
    again = get(fresh, "clusterIndex.json", If_None_Match=etag)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert get(fresh, "clusterIndex.json", If_None_Match='"other"').content == first.content
    code = some_code(fresh)
    declare(fresh, code, 5)
    changed = get(fresh, "clusterIndex.json", If_None_Match=etag)
    assert (changed.status_code, changed.headers["ETag"] != etag) == (200, True)
    path = f"2/{code.ltid.hex[:4]}.json"
    assert get(fresh, path, If_None_Match=get(fresh, path).headers["ETag"]).status_code == 304


def test_publication_waits_for_its_delay(eventually):
    with running_sandbox(publish_delay=2) as sandbox:
        code = some_code(sandbox)
        begin = time.monotonic()
        declare(sandbox, code, 5)
        assert get(sandbox, "clusterIndex.json").json()["c"] == []
        assert [one["state"] for one in sandbox.received()] == ["accepted"]
        eventually(lambda: get(sandbox, "clusterIndex.json").json()["c"] == [code.ltid.hex[:2]])
        assert time.monotonic() - begin >= 2
        assert [one["state"] for one in sandbox.received()] == ["published"]


def test_merge_joins_hours_that_touch_or_overlap():
    day = datetime(2021, 6, 12, tzinfo=UTC)
    hours = [(day + timedelta(hours=start), day + timedelta(hours=end)) for start, end in [(9, 10), (1, 3), (3, 4), (2, 3)]]
    assert merge(hours) == [(day + timedelta(hours=1), day + timedelta(hours=4)), hours[0]]

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from clea_portal.cluster_server.form import declare_by_form
from clea_portal.cluster_server.list_format import Exposition, MalformedListError
from clea_portal.cluster_server.public_list import CachedFile, ClusterListClient, ListUnavailableError
from clea_portal.protocol.ntp import to_ntp
from tests.clea_portal.cluster_server.codes import some_code
from tests.clea_portal.cluster_server.servers import answering, file, raw_server, routing, sending

LTID = UUID("85e90975-0000-4000-8000-000000000001")
OTHER = UUID("b6e90975-0000-4000-8000-000000000002")
EXPOSITION = Exposition(3824820000, 7200, 2.0)
CLIENT = ClusterListClient(timeout=5, allow_private=True)


def index(iteration, *prefixes):
    return json.dumps({"i": iteration, "c": prefixes}).encode()


def prefix_file(*ltids):
    return json.dumps([{"ltid": str(ltid), "exp": [{"s": 3824820000, "d": 7200, "r": 2.0}]} for ltid in ltids]).encode()


def paths(server):
    return [request.split(b" ", 2)[1].decode() for request in server.requests]


@pytest.fixture
def routes():
    """A list with two places in two files."""
    return {
        "/list/clusterIndex.json": file(index(42, "85", "b6"), etag='"i42"'),
        "/list/42/85.json": file(prefix_file(LTID), etag='"a"'),
        "/list/42/b6.json": file(prefix_file(OTHER), etag='"b"'),
    }


@pytest.fixture
def server(routes):
    with raw_server(routing(routes)) as server:
        yield server


def test_fetch_reads_only_the_files_that_are_needed(server):
    assert CLIENT.fetch(f"{server.url}/list/", ltids=[LTID]) == {LTID: [EXPOSITION]}
    assert paths(server) == ["/list/clusterIndex.json", "/list/42/85.json"]


def test_fetch_by_prefix(server):
    assert CLIENT.fetch(f"{server.url}/list", {"b6"}) == {OTHER: [EXPOSITION]}


def test_fetch_place_without_a_listed_prefix_reads_the_index_only(server):
    assert CLIENT.fetch(f"{server.url}/list", ltids=[UUID(int=0)]) == {}
    assert paths(server) == ["/list/clusterIndex.json"]


def test_fetch_again_asks_with_etags_and_gives_the_same(server):
    cache = {}
    first = CLIENT.fetch(f"{server.url}/list", ltids=[LTID], cache=cache)
    assert cache == {
        f"{server.url}/list/clusterIndex.json": CachedFile('"i42"', index(42, "85", "b6")),
        f"{server.url}/list/42/85.json": CachedFile('"a"', prefix_file(LTID)),
    }
    assert CLIENT.fetch(f"{server.url}/list", ltids=[LTID], cache=cache) == first
    etags = [b'\r\nIf-None-Match: "i42"' in server.requests[2], b'\r\nIf-None-Match: "a"' in server.requests[3]]
    assert (len(server.requests), etags) == (4, [True, True])


def test_fetch_next_iteration_forgets_the_last_one(server, routes):
    cache = {}
    CLIENT.fetch(f"{server.url}/list", ltids=[LTID], cache=cache)
    routes["/list/clusterIndex.json"] = file(index(43, "85"), etag='"i43"')
    routes["/list/43/85.json"] = file(prefix_file(LTID))
    assert CLIENT.fetch(f"{server.url}/list", ltids=[LTID], cache=cache) == {LTID: [EXPOSITION]}
    assert set(cache) == {f"{server.url}/list/clusterIndex.json"}


def test_fetch_iteration_that_vanishes_meanwhile_is_read_again(server, routes):
    def vanish(channel, over, request):
        routes["/list/clusterIndex.json"] = file(index(43, "85"))
        routes["/list/43/85.json"] = file(prefix_file(LTID))
        answering("404 Not Found")(channel, over, request)

    routes["/list/42/85.json"] = vanish
    assert CLIENT.fetch(f"{server.url}/list", ltids=[LTID]) == {LTID: [EXPOSITION]}


@pytest.mark.parametrize(
    ("path", "handler", "code", "status"),
    [
        ("/list/42/85.json", answering("404 Not Found"), "not_found", 404),
        ("/list/42/85.json", answering("500 Error"), "server_failed", 500),
        ("/list/42/85.json", answering("304 Not Modified"), "redirected", 304),
        ("/list/clusterIndex.json", answering("404 Not Found"), "not_found", 404),
        ("/list/clusterIndex.json", answering("302 Found", Location="/other"), "redirected", 302),
        ("/list/clusterIndex.json", answering("403 Forbidden"), "unexpected_answer", 403),
        ("/list/clusterIndex.json", answering("204 No Content"), "unexpected_answer", 204),
        ("/list/clusterIndex.json", sending(), "dropped", None),
        ("/list/clusterIndex.json", sending(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), "dropped", 200),
        ("/list/clusterIndex.json", sending(b"HTTP/1.1 200 OK\r\n\r\n", endless=b" " * 65536), "answer_too_large", 200),
        ("/list/clusterIndex.json", answering("200 OK", b"{}", Content_Encoding="br"), "unexpected_answer", 200),
    ],
)
def test_fetch_unusable_answer_has_a_named_error(server, routes, path, handler, code, status):
    routes[path] = handler
    with pytest.raises(ListUnavailableError) as caught:
        CLIENT.fetch(f"{server.url}/list", ltids=[LTID])
    assert (caught.value.code, caught.value.status) == (code, status)


def test_fetch_trickling_list_times_out(server, routes):
    routes["/list/clusterIndex.json"] = sending(b"HTTP/1.1 200 OK\r\n\r\n", endless=b" ", pause=0.05)
    with pytest.raises(ListUnavailableError, match="timed_out"):
        ClusterListClient(timeout=0.5, allow_private=True).fetch(f"{server.url}/list", ltids=[LTID])


@pytest.mark.parametrize("path", ["/list/clusterIndex.json", "/list/42/85.json"])
def test_fetch_malformed_file_has_a_named_error_and_stays_malformed(server, routes, path):
    routes[path] = file(b"<html>", etag='"x"')
    cache = {}
    for _ in range(2):
        with pytest.raises(MalformedListError):
            CLIENT.fetch(f"{server.url}/list", ltids=[LTID], cache=cache)


def test_fetch_private_address_is_refused_unless_allowed(server):
    with pytest.raises(ListUnavailableError, match="address_not_encrypted"):
        ClusterListClient(allow_private=False).fetch(f"{server.url}/list", ltids=[LTID])
    assert server.requests == []


def test_sandbox_list_shows_what_was_declared(sandbox):
    code = some_code(sandbox)
    instant = datetime.now(UTC) - timedelta(hours=5)
    cache = {}
    assert code.ltid not in CLIENT.fetch(sandbox.list_url, ltids=[code.ltid], cache=cache)
    declare_by_form(base_url=sandbox.base_url, deep_link=code.deep_link, instant=instant, timeout=5, allow_private=True)
    slot = to_ntp(instant) // 1800 * 1800
    for _ in range(2):
        listed = CLIENT.fetch(sandbox.list_url, ltids=[code.ltid], cache=cache)
        assert listed[code.ltid] == [Exposition(slot - 2 * 1800, 5 * 1800, 3.0)]

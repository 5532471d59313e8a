import httpx
import pytest

from clea_portal.protocol.keys import (
    fingerprint,
    generate_private_key,
    parse_private_key,
    private_key_hex,
    public_key_hex,
)
from tests.sandbox import running_sandbox


def test_about_tells_everything_but_the_private_keys(sandbox):
    key = parse_private_key(sandbox.sk_sa).public_key()
    answer = httpx.get(f"{sandbox.base_url}/sandbox/", trust_env=False)
    assert answer.json() == {
        "pk_sa": public_key_hex(key),
        "base_url": sandbox.base_url,
        "list_url": sandbox.list_url,
        "list_prefix_length": 2,
        "publish_delay": 0,
        "exposure_rule": {"slot_seconds": 1800, "slots_before": 2, "slots_after": 2},
        "threshold": 2,
        "strict_form": False,
        "client_keys": [fingerprint(parse_private_key(sandbox.client_key).public_key())],
        "portal": "",
        "portal_public_key": public_key_hex(parse_private_key(sandbox.portal_key).public_key()),
    }
    assert [key for key in (sandbox.sk_sa, sandbox.portal_key) if key in answer.text] == []


def put_behaviour(sandbox, **words):
    return httpx.put(f"{sandbox.base_url}/sandbox/behaviour", trust_env=False, **words)


def test_behaviour_is_told_asked_and_used_up(sandbox):
    told = {"mode": "error", "seconds": 0.0, "status": 429, "retry_after": 7, "times": 2}
    assert put_behaviour(sandbox, json=told).json() == told
    assert sandbox.get("/sandbox/behaviour") == told
    declarations = [httpx.post(f"{sandbox.base_url}/cluster-declaration", trust_env=False) for _ in range(3)]
    assert [(one.status_code, one.headers.get("Retry-After")) for one in declarations] == [(429, "7"), (429, "7"), (200, None)]
    assert sandbox.get("/sandbox/behaviour") == told | {"mode": "well", "times": None}


def test_behaviour_without_times_lasts_and_spares_reading(sandbox):
    sandbox.behave("refuse")
    for _ in range(3):
        assert "refuser" in httpx.post(f"{sandbox.base_url}/cluster-declaration", trust_env=False).text
    assert "refuser" not in httpx.get(f"{sandbox.base_url}/cluster-declaration", trust_env=False).text


@pytest.mark.parametrize(
    "words",
    [
        {"content": b"{"},
        {"json": []},
        {"json": {}},
        {"json": {"mode": "bad"}},
        {"json": {"mode": "slow", "seconds": -1}},
        {"json": {"mode": "error", "status": 200}},
        {"json": {"mode": "error", "times": 0}},
    ],
)
def test_behaviour_nonsense_changes_nothing(sandbox, words):
    before = sandbox.get("/sandbox/behaviour")
    assert put_behaviour(sandbox, **words).status_code == 400
    assert sandbox.get("/sandbox/behaviour") == before


def test_client_keys_can_be_told_while_it_runs():
    with running_sandbox() as sandbox:
        other = generate_private_key()
        url = f"{sandbox.base_url}/sandbox/client-keys"
        for nonsense in ({}, {"public_keys": ["no key"]}, {"public_keys": [7]}, {"public_keys": "a"}):
            assert httpx.put(url, json=nonsense, trust_env=False).status_code == 400
        declaration = f"{sandbox.base_url}/api/clea/v1/manual-clusters/2d9b3a6e-0000-4000-8000-000000000001"
        token = {"Authorization": f"Bearer {sandbox.token(private_key_hex=private_key_hex(other))}"}
        assert httpx.get(declaration, headers=token, trust_env=False).status_code == 401
        told = httpx.put(url, json={"public_keys": [public_key_hex(other.public_key())]}, trust_env=False)
        assert told.status_code == 204
        assert httpx.get(declaration, headers=token, trust_env=False).status_code == 404
        own = {"Authorization": f"Bearer {sandbox.token()}"}
        assert httpx.get(declaration, headers=own, trust_env=False).status_code == 404


def test_other_hosts_names_are_refused(sandbox):
    answer = httpx.get(f"{sandbox.base_url}/sandbox/", headers={"Host": "evil.example.org"}, trust_env=False)
    assert answer.status_code == 400

"""Case 1: what the sandbox orders to tell the portal. The way to the portal is tested from there."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from clea_portal.cluster_server.form import declare_by_form
from clea_portal.protocol.keys import generate_private_key, parse_private_key, public_key_hex
from tests.clea_portal.cluster_server.codes import PREFIX, some_code
from tests.sandbox import running_sandbox
from tests.servers import free_port

pytestmark = pytest.mark.processes
NOON = (datetime.now(UTC) - timedelta(hours=6)).replace(minute=0, second=0, microsecond=0)
SK_MCTA = generate_private_key()


@pytest.fixture(scope="module")
def telling():
    """Tells a portal that is not there; long enough after the declaration that a test sees what has not left."""
    with running_sandbox(publish_delay=600, portal=f"http://127.0.0.1:{free_port()}/") as sandbox:
        yield sandbox


def contact_code(sandbox):
    return some_code(sandbox, pk_mcta=SK_MCTA.public_key(), contact_phone="33476123456", contact_region=38, contact_pin="314159")


def declare(sandbox, code, instant):
    declare_by_form(base_url=sandbox.base_url, deep_link=code.deep_link, instant=instant, timeout=10, allow_private=True)


def put(sandbox, code, uuid, **hours):
    return httpx.put(
        f"{sandbox.base_url}/api/clea/v1/manual-clusters/{uuid}",
        json={"locationSpecificPart": code.deep_link.removeprefix(PREFIX), **hours},
        headers={"Authorization": f"Bearer {sandbox.token()}"},
        trust_env=False,
    )


def ordered(sandbox, code):
    found = [one for one in sandbox.get("/sandbox/contact-messages") if one["ltid"] == str(code.ltid)]
    return [(datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]), one["state"]) for one in found]


def test_calls_of_the_form_that_touch_become_one_message(telling):
    code, half = contact_code(telling), timedelta(minutes=30)
    for instant in (NOON, NOON + timedelta(hours=2), NOON):
        declare(telling, code, instant)
    assert ordered(telling, code) == [(NOON - 2 * half, NOON + 4 * half + 3 * half, "waiting")]


def test_cluster_of_another_time_is_another_message(telling):
    code = contact_code(telling)
    for instant in (NOON, NOON - timedelta(hours=10)):
        declare(telling, code, instant)
    assert len(ordered(telling, code)) == 2


def test_declaration_by_the_api_is_told_once_and_kept_back_when_it_is_withdrawn(telling):
    code, uuid = contact_code(telling), uuid4()
    hours = {"start": NOON.isoformat(), "end": (NOON + timedelta(hours=2)).isoformat()}
    assert [put(telling, code, uuid, **hours).status_code for _ in range(2)] == [201, 200]
    assert ordered(telling, code) == [(NOON, NOON + timedelta(hours=2), "waiting")]
    httpx.delete(
        f"{telling.base_url}/api/clea/v1/manual-clusters/{uuid}",
        headers={"Authorization": f"Bearer {telling.token()}"},
        trust_env=False,
    ).raise_for_status()
    assert ordered(telling, code) == []


def test_code_without_contact_is_not_told(telling):
    code = some_code(telling)
    declare(telling, code, NOON)
    assert ordered(telling, code) == []


def test_nothing_is_told_without_a_portal(sandbox):
    code = contact_code(sandbox)
    declare(sandbox, code, NOON)
    assert (ordered(sandbox, code), sandbox.get("/sandbox/")["portal"]) == ([], "")


def test_own_key_is_made_once_and_the_given_one_counts_first(telling):
    assert telling.get("/sandbox/")["portal_public_key"] == public_key_hex(parse_private_key(telling.portal_key).public_key())
    with running_sandbox() as sandbox:
        keys = []
        sandbox.portal_key = ""
        for _ in range(2):
            sandbox.stop()
            sandbox.start()
            keys.append(sandbox.get("/sandbox/")["portal_public_key"])
    assert keys[0] == keys[1]


def test_message_waits_while_the_portal_does_not_answer(eventually):
    with running_sandbox(portal=f"http://127.0.0.1:{free_port()}") as sandbox:
        code = contact_code(sandbox)
        declare(sandbox, code, NOON)
        eventually(lambda: sandbox.get("/sandbox/contact-messages")[0]["attempts"] >= 2)
        (message,) = sandbox.get("/sandbox/contact-messages")
        assert (message["state"], message["status"]) == ("waiting", None)

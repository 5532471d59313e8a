"""The api as a client of any make sees it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import jwt
import pytest

from clea_portal.protocol.keys import parse_private_key
from tests.clea_portal.cluster_server.codes import PREFIX, some_code


def call(sandbox, method, *, uuid=None, token=None, **options):
    headers = {"Authorization": f"Bearer {sandbox.token() if token is None else token}"}
    url = f"{sandbox.base_url}/api/clea/v1/manual-clusters/{uuid or uuid4()}"
    return httpx.request(method, url, headers=headers | options.pop("headers", {}), trust_env=False, **options)


def words(sandbox, **changes):
    code = some_code(sandbox)
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    start = end - timedelta(hours=2)
    lsp = code.deep_link.removeprefix(PREFIX)
    return {"locationSpecificPart": lsp, "start": start.isoformat(), "end": end.isoformat()} | changes


def problem(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body.pop("type"), body.pop("status")) == ("about:blank", answer.status_code)
    return body


def test_accepted_declaration_is_represented(sandbox):
    uuid, body = uuid4(), words(sandbox)
    answer = call(sandbox, "PUT", uuid=uuid, json=body)
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    represented = answer.json()
    hours = [datetime.fromisoformat(represented.pop(key)) for key in ("start", "end")]
    assert hours == [datetime.fromisoformat(body[key]) for key in ("start", "end")]
    assert represented == {"uuid": str(uuid), "state": "accepted"}


def test_same_declaration_in_another_spelling_is_the_same(sandbox):
    uuid, body = uuid4(), words(sandbox)
    call(sandbox, "PUT", uuid=uuid, json=body)
    start = datetime.fromisoformat(body["start"]).astimezone().isoformat()
    padded = body["locationSpecificPart"] + "=" * (-len(body["locationSpecificPart"]) % 4)
    assert call(sandbox, "PUT", uuid=uuid, json=body | {"start": start, "locationSpecificPart": padded}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"{", 400, "JSON parse error"),
        (b"[]", 400, "Invalid data. Expected a dictionary"),
        (b"{}", 400, "locationSpecificPart: This field is required. start: This field is required. end: This field is required."),
    ],
)
def test_malformed_body_is_a_problem(sandbox, body, status, detail):
    answer = call(sandbox, "PUT", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert detail in problem(answer)["detail"]


@pytest.mark.parametrize(
    ("changes", "status", "detail"),
    [
        ({"start": "2021-06-12T12:00:00"}, 400, "start: The time needs its offset, for instance Z or +02:00."),
        ({"start": "yesterday"}, 400, "start: Datetime has wrong format."),
        ({"locationSpecificPart": "A" * 401}, 400, "locationSpecificPart: Ensure this field has no more than 400 characters."),
        ({"locationSpecificPart": "é"}, 422, "locationSpecificPart is not Base64url."),
        ({"locationSpecificPart": "AAAA"}, 422, "The location-specific part cannot be decrypted or fails validation."),
        ({"end": "2999-01-01T00:00:00Z"}, 422, "The time lies in the future."),
        ({"end": "2001-01-01T00:00:00Z"}, 422, "end must lie after start."),
        ({"start": "2001-01-01T00:00:00Z", "end": "2001-01-01T01:00:00Z"}, 422, "The code was not valid at that time."),
    ],
)
def test_declaration_that_cannot_be_accepted_is_a_problem(sandbox, changes, status, detail):
    answer = call(sandbox, "PUT", json=words(sandbox, **changes))
    assert answer.status_code == status
    assert problem(answer)["detail"].startswith(detail)


@pytest.mark.parametrize("authorisation", [None, "Basic abc", "Bearer", "Bearer x", "Bearer x y"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "GET"])
def test_without_a_token_nothing_happens(sandbox, method, authorisation):
    headers = {} if authorisation is None else {"Authorization": authorisation}
    url = f"{sandbox.base_url}/api/clea/v1/manual-clusters/{uuid4()}"
    answer = httpx.request(method, url, headers=headers, trust_env=False)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert problem(answer)["title"] == "Unauthorized"


def claims(sandbox, **changes):
    now = int(datetime.now(UTC).timestamp())
    told = {"iss": "tests", "aud": sandbox.base_url, "iat": now, "exp": now + 60, "jti": str(uuid4())} | changes
    return {name: value for name, value in told.items() if value is not None}


def sign(sandbox, told):
    return jwt.encode(told, parse_private_key(sandbox.client_key), algorithm="ES256")


@pytest.mark.parametrize("missing", ["iss", "aud", "iat", "exp", "jti"])
def test_token_without_a_claim_is_not_valid(sandbox, missing):
    answer = call(sandbox, "GET", token=sign(sandbox, claims(sandbox, **{missing: None})))
    assert answer.status_code == 401


def test_token_that_lives_too_long_is_not_valid(sandbox):
    told = claims(sandbox)
    answer = call(sandbox, "GET", token=sign(sandbox, told | {"exp": told["iat"] + 301}))
    assert (answer.status_code, problem(answer)["detail"]) == (401, "The token lives longer than 300 seconds.")
    assert call(sandbox, "GET", token=sign(sandbox, told | {"exp": told["iat"] + 300})).status_code == 404


def test_token_signed_with_the_public_key_as_secret_is_not_valid(sandbox):
    secret = sandbox.public_client_key
    assert call(sandbox, "GET", token=jwt.encode(claims(sandbox), secret, algorithm="HS256")).status_code == 401
    assert call(sandbox, "GET", token=jwt.encode(claims(sandbox), None, algorithm="none")).status_code == 401


def test_token_for_the_other_name_of_this_machine_is_valid(sandbox):
    audience = sandbox.base_url.replace("127.0.0.1", "localhost")
    assert call(sandbox, "GET", token=sandbox.token(audience=audience)).status_code == 404


def test_other_methods_and_addresses_are_problems_or_not_found(sandbox):
    answer = call(sandbox, "POST", json={})
    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, {"PUT", "DELETE", "GET", "HEAD", "OPTIONS"})
    assert problem(answer)["title"] == "Method Not Allowed"
    assert call(sandbox, "GET", uuid="not-a-uuid").status_code == 404

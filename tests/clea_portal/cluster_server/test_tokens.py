from datetime import UTC, datetime

import jwt
import pytest

from clea_portal.cluster_server.tokens import make_token
from clea_portal.protocol.errors import BadKey
from clea_portal.protocol.keys import fingerprint, generate_private_key, private_key_hex

NOW = datetime(2021, 6, 12, 12, 0, tzinfo=UTC)
KEY = generate_private_key()
WORDS = {
    "private_key_hex": private_key_hex(KEY),
    "issuer": "https://portal.example.org",
    "audience": "https://server.example.org",
    "now": NOW,
}


def test_token_says_who_for_whom_and_until_when_and_nothing_else():
    token = make_token(**WORDS, lifetime=120)
    options = {"verify_exp": False}
    claims = jwt.decode(token, KEY.public_key(), algorithms=["ES256"], audience=WORDS["audience"], options=options)
    assert len(claims.pop("jti")) == 36
    start = int(NOW.timestamp())
    assert claims == {"iss": WORDS["issuer"], "aud": WORDS["audience"], "iat": start, "exp": start + 120}
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "JWT", "kid": fingerprint(KEY.public_key())}


def test_token_is_never_the_same():
    claims = [jwt.decode(make_token(**WORDS), options={"verify_signature": False}) for _ in range(2)]
    assert claims[0]["jti"] != claims[1]["jti"]


@pytest.mark.parametrize("lifetime", [0, -1, 301])
def test_token_lifetime_out_of_range_is_refused(lifetime):
    with pytest.raises(ValueError, match="300"):
        make_token(**WORDS, lifetime=lifetime)


def test_token_bad_key_is_refused_without_showing_it():
    with pytest.raises(BadKey) as caught:
        make_token(**(WORDS | {"private_key_hex": "not a key"}))
    assert "not a key" not in str(caught.value)

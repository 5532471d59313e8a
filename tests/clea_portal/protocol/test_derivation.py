from uuid import UUID

import pytest

from clea_portal.protocol.derivation import Profile, derive_lt_key, derive_ltid, new_location_secret
from clea_portal.protocol.errors import BadValue
from tests.clea_portal.protocol import reference

SECRET = bytes(range(51))


@pytest.mark.parametrize(("profile", "hashed"), [(Profile.SPECIFICATION, 55), (Profile.REFERENCE_C, 64)])
def test_lt_key_hashes_secret_then_time(profile: Profile, hashed: int) -> None:
    assert derive_lt_key(SECRET, 3_832_444_800, profile) == reference.lt_key(SECRET, 3_832_444_800, buffer=hashed)


def test_lt_key_follows_the_specification_unless_told_otherwise() -> None:
    assert derive_lt_key(SECRET, 3600) == derive_lt_key(SECRET, 3600, Profile.SPECIFICATION)


def test_another_period_or_place_has_another_identifier() -> None:
    other = bytes(51)
    keys = [derive_lt_key(secret, start) for secret in (SECRET, other) for start in (0, 3600, 4_294_965_600)]
    assert len({derive_ltid(key) for key in keys}) == 6


@pytest.mark.parametrize("lt_key", [bytes(32), bytes([255]) * 32, bytes(range(32))])
def test_ltid_is_the_first_half_of_an_hmac(lt_key: bytes) -> None:
    assert derive_ltid(lt_key) == UUID(bytes=reference.ltid(lt_key))


@pytest.mark.parametrize("start", [1, 3599, -3600, 2**32, 3600.0, True])
def test_lt_key_refuses_a_start_off_the_hour(start: int) -> None:
    with pytest.raises(BadValue) as caught:
        derive_lt_key(SECRET, start)
    assert caught.value.where == "t_period_start"


@pytest.mark.parametrize("secret", [b"", SECRET[:-1], SECRET + b"\0", SECRET.hex()])
def test_lt_key_refuses_a_secret_of_another_size(secret: bytes) -> None:
    with pytest.raises(BadValue) as caught:
        derive_lt_key(secret, 0)
    assert str(caught.value) == "sk_l: must be 51 bytes"


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_ltid_refuses_a_key_of_another_size(key: bytes) -> None:
    with pytest.raises(BadValue, match="lt_key: must be 32 bytes"):
        derive_ltid(key)


def test_new_location_secrets_differ() -> None:
    first, second = new_location_secret(), new_location_secret()
    assert (len(first), len(second), first == second) == (51, 51, False)

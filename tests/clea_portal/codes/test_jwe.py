import json
from base64 import urlsafe_b64decode

import pytest

from clea_portal.codes.jwe import CannotOpen, open_with_key, seal_to_key
from clea_portal.protocol.keys import parse_private_key

KEY = parse_private_key("44" * 32)
OTHER_KEY = parse_private_key("55" * 32)
# Made by jwcrypto for KEY.
FOREIGN = (
    "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSIsImVwayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6Ilk1X1NtTnVCM0tGTmduMHlYY1d1MnJFd19"
    "CWklBS2lQb1dWTUNHZ3JvZDgiLCJ5IjoiblFSVGpVWlVmSF9QcnR1TzhtX2U3Q3ZfNXRyYVFmUlk5ZnM3OE00eDV0SSJ9fQ..xTeCwRMlJ6-oT8Iu."
    "OD5bEe6vOxAB5qu5Iz95YueHSm4JOAUCS7kV.K5-6T2msXhA5cwEhlT4TOA"
)


def sealed(plain=b"a secret"):
    return seal_to_key(plain, public_key=KEY.public_key(), content_type="json")


def test_what_another_tool_sealed_is_opened():
    assert open_with_key(FOREIGN, private_key=KEY) == b'{"made": "by another tool"}'


def test_only_the_key_opens_and_no_two_are_alike():
    assert open_with_key(f" {sealed()}\n", private_key=KEY) == b"a secret"
    assert sealed() != sealed()
    with pytest.raises(CannotOpen, match="another key"):
        open_with_key(sealed(), private_key=OTHER_KEY)


def test_header_says_how_it_is_sealed():
    header = json.loads(urlsafe_b64decode(sealed().split(".")[0] + "=="))
    assert {name: header[name] for name in ("alg", "enc", "cty")} == {"alg": "ECDH-ES", "enc": "A256GCM", "cty": "json"}
    assert sorted(header["epk"]) == ["crv", "kty", "x", "y"]


@pytest.mark.parametrize("part", [0, 2, 3, 4])
def test_altered_part_is_noticed(part):
    parts = sealed().split(".")
    middle = len(parts[part]) // 2
    other = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + other + parts[part][middle + 1 :]
    with pytest.raises(CannotOpen):
        open_with_key(".".join(parts), private_key=KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c",
        "....",
        "a.b.c.d.e",
        "e30..AA.AA.AA",
        "é..a.b.c",
        FOREIGN[:-1] + "é",
        "bnVsbA..AA.AA.AA",
        "W10..AA.AA.AA",
        "." * 9,
    ],
)
def test_what_is_no_jwe_of_this_kind_is_refused(text):
    with pytest.raises(CannotOpen):
        open_with_key(text, private_key=KEY)

import shutil
import subprocess

import pytest

from clea_portal.protocol.errors import BadKey, BadValue, WrongPassphrase
from clea_portal.protocol.key_forms import read_private_key, read_public_key
from clea_portal.protocol.key_sealing import seal_private_key
from clea_portal.protocol.keys import generate_private_key, parse_private_key, private_key_hex, public_key_hex

KEY = parse_private_key("4d" * 32)
PASSPHRASE = "sixteen letters, é"


def test_sealed_key_opens_with_its_passphrase_alone():
    for key in (KEY, generate_private_key()):
        sealed = seal_private_key(key, passphrase=PASSPHRASE)
        assert private_key_hex(key) not in sealed
        opened = read_private_key(sealed.encode(), passphrase=PASSPHRASE)
        assert private_key_hex(opened) == private_key_hex(key)


@pytest.mark.parametrize("passphrase", ["", "sixteen letters, e"])
def test_other_passphrase_opens_nothing(passphrase):
    with pytest.raises(WrongPassphrase):
        read_private_key(seal_private_key(KEY, passphrase=PASSPHRASE).encode(), passphrase=passphrase)


def test_altered_file_opens_nothing():
    sealed = seal_private_key(KEY, passphrase=PASSPHRASE)
    lines = sealed.splitlines()
    with pytest.raises(WrongPassphrase):
        read_private_key("\n".join([lines[0], lines[2], lines[1], *lines[3:]]).encode(), passphrase=PASSPHRASE)
    for broken in (b"ENCRYPTED", b"ENCRYPTED" * 4000):
        with pytest.raises(BadKey, match="neither a key in text"):
            read_private_key(broken, passphrase=PASSPHRASE)


def test_sealed_key_is_still_no_public_key():
    with pytest.raises(BadKey, match="under a passphrase"):
        read_public_key(seal_private_key(KEY, passphrase=PASSPHRASE).encode())


def test_two_seals_of_one_key_have_nothing_in_common():
    first, second = (seal_private_key(KEY, passphrase=PASSPHRASE) for _ in range(2))
    assert first.splitlines()[4] != second.splitlines()[4]


@pytest.mark.parametrize("length", [0, 15, 201])
def test_passphrase_of_a_wrong_length_is_refused(length):
    with pytest.raises(BadValue, match="16 to 200 characters"):
        seal_private_key(KEY, passphrase="x" * length)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_openssl_opens_it():
    read = subprocess.run(
        ["openssl", "pkey", "-passin", f"pass:{PASSPHRASE}", "-pubout", "-outform", "DER"],
        input=seal_private_key(KEY, passphrase=PASSPHRASE).encode(),
        capture_output=True,
        check=True,
    )
    assert read.stdout.hex().endswith(public_key_hex(KEY.public_key()))

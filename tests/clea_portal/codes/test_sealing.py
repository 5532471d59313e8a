import pytest

from clea_portal.codes.sealing import MIN_PASSPHRASE, BadPassphrase, NotSealed, propose_passphrase, seal, unseal

SECRET = bytes(range(51))


def test_what_was_sealed_comes_back():
    sealed = seal(SECRET, passphrase="dix-huit pommes à côté")
    assert len(sealed) == len(SECRET) + 45
    assert SECRET not in sealed
    # Typed on another keyboard, the same accents may be other characters.
    assert unseal(sealed, passphrase="dix-huit pommes a\u0300 co\u0302te\u0301") == SECRET


def test_the_same_secret_is_never_sealed_the_same():
    assert seal(SECRET, passphrase="p" * 12) != seal(SECRET, passphrase="p" * 12)


def test_another_passphrase_opens_nothing():
    with pytest.raises(BadPassphrase):
        unseal(seal(SECRET, passphrase="correct horse"), passphrase="Correct horse")


@pytest.mark.parametrize("place", [1, 20, 30, -1])
def test_a_changed_byte_is_noticed(place):
    sealed = bytearray(seal(SECRET, passphrase="correct horse"))
    sealed[place] ^= 1
    with pytest.raises(BadPassphrase):
        unseal(bytes(sealed), passphrase="correct horse")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" + bytes(100), bytes(100)])
def test_what_was_not_sealed_is_told_apart(sealed):
    with pytest.raises(NotSealed):
        unseal(sealed, passphrase="correct horse")


def test_proposed_passphrases_are_long_enough_and_differ():
    proposed = {propose_passphrase() for _ in range(50)}
    assert len(proposed) == 50
    assert all(len(one) == 29 and len(one) >= MIN_PASSPHRASE for one in proposed)

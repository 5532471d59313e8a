from uuid import UUID

from clea_portal.protocol.check_code import CHECK_CODE_ALPHABET, check_code

LTIDS = [UUID(int=number) for number in range(2000)]


def test_check_code_stays_the_same_for_ever() -> None:
    # Posters on walls carry it: a change would make every one of them look forged.
    assert check_code(UUID("c5be12e7-52b3-adf1-950e-228a679cdc0d")) == "M9CWTW"


def test_check_codes_use_the_whole_alphabet_and_nothing_else() -> None:
    codes = [check_code(ltid) for ltid in LTIDS]
    assert {len(code) for code in codes} == {6}
    assert set("".join(codes)) == set(CHECK_CODE_ALPHABET)
    assert len(set(codes)) == len(LTIDS)


def test_alphabet_has_no_look_alikes() -> None:
    assert set(CHECK_CODE_ALPHABET).isdisjoint("01258OQDILZSBGUVAE6")
    assert len(set(CHECK_CODE_ALPHABET)) == len(CHECK_CODE_ALPHABET)

from django.utils import translation

from mct.authorising.spelling import ALPHABET, LENGTH, as_typed, new_code, spelled


def test_no_two_characters_are_mistaken_for_each_other():
    for alike in ("O0QD", "I1L", "Z2", "S5", "G6", "B8", "UV"):
        # D and Q are told apart by whoever hears "Delta"; of the rest, one at most.
        assert len(set(alike) & set(ALPHABET) - set("D")) <= 1
    assert (len(ALPHABET), len(set(ALPHABET)), set("AEIOU") & set(ALPHABET)) == (24, 24, set())


def test_codes_are_of_the_alphabet_and_differ():
    codes = {new_code() for _ in range(200)}
    assert (len(codes), {len(code) for code in codes}, {*"".join(codes)} <= {*ALPHABET}) == (200, {LENGTH}, True)


def test_what_was_typed_is_understood():
    for typed in ("ZSGB347K", "zsgb 347k", " ZSGB-347K ", "2568 347k", "z.s.g.b.3.4.7.k"):
        assert as_typed(typed) == "ZSGB347K"
    assert as_typed("é\x00ß") == "ÉSS"


def test_every_character_has_a_word_of_its_own_that_begins_with_it():
    for language in ("en", "fr"):
        with translation.override(language):
            (letters,) = zip(*[iter(spelled(ALPHABET[:4] + ALPHABET[4:]))] * 6, strict=True)
        pairs = [pair for group in letters for pair in group]
        assert [character for character, _ in pairs] == list(ALPHABET)
        assert len({word for _, word in pairs}) == len(ALPHABET)
        assert [word[0] for character, word in pairs if character.isalpha()] == [c for c in ALPHABET if c.isalpha()]


def test_code_is_spelled_in_two_groups_of_four():
    assert spelled("B7KTZ9XN") == [
        [("B", "Bravo"), ("7", "seven"), ("K", "Kilo"), ("T", "Tango")],
        [("Z", "Zulu"), ("9", "nine"), ("X", "X-ray"), ("N", "November")],
    ]

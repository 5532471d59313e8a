import pytest

from clea_portal.codes.tables import (
    FILE_LIMIT,
    LABEL_LIMIT,
    Misread,
    NoList,
    Reason,
    decode_list,
    understand_labels,
    understand_names,
)


def labels(text):
    understood = understand_labels(text)
    assert understood.misread == ()
    return list(understood.labels)


def misread(text):
    return [(found.line, found.text, found.reason) for found in understand_labels(text).misread]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1\n2\r\n3\r4", ["1", "2", "3", "4"]),
        ("1, 2;3\t4", ["1", "2", "3", "4"]),
        ("  Terrasse   1 \n\n\nBar", ["Terrasse 1", "Bar"]),
        ("8-11", ["8", "9", "10", "11"]),
        ("A1-A3, B1–B2", ["A1", "A2", "A3", "B1", "B2"]),
        ("A1-3", ["A1", "A2", "A3"]),
        ("Table 9 - Table 11", ["Table 9", "Table 10", "Table 11"]),
        ("08-11", ["08", "09", "10", "11"]),
        ("1 to 3\n4 à 5\n6..7\n8…9", ["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        ("A-D", ["A", "B", "C", "D"]),
        ("a–c", ["a", "b", "c"]),
        ("A1-B3", ["A1-B3"]),
        ("Bar-Lounge\nSéjour 2-bis", ["Bar-Lounge", "Séjour 2-bis"]),
        ('"Salon, gauche";"Salon ""bleu"""', ["Salon, gauche", 'Salon "bleu"']),
        ("Table\n1\n2", ["1", "2"]),
        ("\ufeffNuméro;\n1;\n2;", ["1", "2"]),
        ("طاولة ١\n桌 2", ["طاولة ١", "桌 2"]),
        ("", []),
    ],
)
def test_lists_as_people_write_them(text, expected):
    assert labels(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"1\n{'x' * (LABEL_LIMIT + 1)}", [(2, f"{'x' * LABEL_LIMIT}…", Reason.TOO_LONG)]),
        ("bar\n\nBar", [(3, "Bar", Reason.TWICE)]),
        ("1-3\n2-4", [(2, "2", Reason.TWICE), (2, "3", Reason.TWICE)]),
        ("9-3", [(1, "9-3", Reason.BACKWARDS)]),
        ("Z-A", [(1, "Z-A", Reason.BACKWARDS)]),
        ("1-1001", [(1, "1-1001", Reason.TOO_MANY)]),
        ("1-1000\nBar", [(2, "Bar", Reason.TOO_MANY)]),
        ("Caf\ufffd\n2", [(1, "Caf\ufffd", Reason.UNREADABLE)]),
        ("\x00\x01\n2", [(1, "\ufffd\ufffd", Reason.UNREADABLE)]),
    ],
)
def test_what_is_not_understood_is_named_with_its_line(text, expected):
    assert misread(text) == expected


def test_what_is_misread_costs_nothing_else():
    understood = understand_labels("1\n1\n2")
    assert (understood.labels, understood.misread) == (("1", "2"), (Misread(line=2, text="1", reason=Reason.TWICE),))


def test_reasons_are_sentences():
    assert [found.why for found in understand_labels(f"1-1001,{'x' * 31}").misread] == [
        "is more than the 1,000 labels that fit",
        "is too long: shorten it to 30 characters",
    ]


def test_what_was_understood_is_understood_again():
    understood = understand_labels("A1-A3\nBar; Terrasse 1-2")
    assert understand_labels(understood.text) == understood


def test_the_largest_list():
    assert len(labels("1-1000")) == 1000


def test_hostile_patterns_take_no_time():
    assert len(misread("-".join(["1"] * 20_000))) == 1
    assert len(misread("à" * 50_000)) == 1
    assert len(misread("9" * 50_000)) == 1
    assert len(misread("1-" * 50_000 + "x")) == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Salle à manger".encode(), "Salle à manger"),
        ("Salle à manger".encode("utf-8-sig"), "Salle à manger"),
        ("Salle à manger".encode("utf-16"), "Salle à manger"),
        ("Salle à manger".encode("cp1252"), "Salle à manger"),
        (b"1\nSalle \x81\xe9", "1\nSalle \ufffdé"),
    ],
)
def test_files_in_the_encodings_of_spreadsheets(content, expected):
    assert decode_list(content) == expected


@pytest.mark.parametrize("content", [b"PK\x03\x04 sheet", b"%PDF-1.7", b"a\x00b", b"\xd0\xcf\x11\xe0 old sheet"])
def test_files_that_hold_no_text_are_refused(content):
    with pytest.raises(NoList):
        decode_list(content)


def test_limit_of_files_lets_the_longest_list_through():
    assert len(("é" * LABEL_LIMIT + ";;;\r\n").encode("utf-8")) * 1000 < FILE_LIMIT


def test_one_range_again_and_again_is_not_written_out_for_ever():
    understood = understand_labels("1-1000\n" * 14_000)
    assert len(understood.labels) == 1000
    assert {(found.line, found.reason) for found in understood.misread} == {(2, Reason.TWICE)}


def test_names_keep_commas_and_dashes():
    assert understand_names("Salle 1-2, gauche\n\n Étage  2 ", limit=40).labels == ("Salle 1-2, gauche", "Étage 2")


def test_names_that_are_not_understood_are_named_with_their_line():
    understood = understand_names("Cave\ncave\nabcdef\nA\ufffd", limit=5)
    assert understood.labels == ("Cave",)
    assert [(found.line, found.why) for found in understood.misread] == [
        (2, "is there already"),
        (3, "is too long: shorten it to 5 characters"),
        (4, "cannot be read: save the file in the encoding UTF-8, or type the label"),
    ]

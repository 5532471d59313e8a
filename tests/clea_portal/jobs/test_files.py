import pytest

from clea_portal.jobs.files import disposition, safe_name


@pytest.mark.parametrize(("name", "safe"), [
    ("CLEA ABC123 Chez Léa.pdf", "CLEA ABC123 Chez Léa.pdf"),
    ("../../etc/passwd\n.zip", "etc passwd.zip"),
    (".hidden.pdf", "hidden.pdf"),
    ("a/b\\c:d*e?f\"g<h>i|j.png", "a b c d e f g h i j.png"),
    ("مطعم.pdf", "مطعم.pdf"),
    ("😀.zip", "clea.zip"),
    ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
])  # fmt: skip
def test_name_is_safe_everywhere(name, safe):
    assert safe_name(name) == safe


def test_disposition_has_a_plain_name_and_the_whole_one():
    assert disposition('Chez "Léa"\r\n.pdf') == "attachment; filename=\"Chez-La.pdf\"; filename*=UTF-8''Chez%20L%C3%A9a.pdf"

from base64 import urlsafe_b64encode

import pytest

from clea_portal.protocol.errors import BadLink, BadValue, ProtocolError
from clea_portal.protocol.links import MAX_LINK_LENGTH, DeepLink, build_link, parse_link
from tests.clea_portal.protocol import vectors

FRENCH = "https://tac.gouv.fr?v=0#"
LSP = bytes.fromhex(vectors.STAFF_LSP)
TEXT = urlsafe_b64encode(LSP).rstrip(b"=").decode()
T = 1_623_520_800


@pytest.mark.parametrize(
    ("link", "prefix", "t"),
    [
        (FRENCH, FRENCH, None),
        (f"https://tac.gouv.fr?v=0&t={T}#", FRENCH, T),
        (f"https://tac.gouv.fr?t={T}&v=0#", FRENCH, T),
        (f"https://tac.gouv.fr?a=1&t={T}&v=0#", "https://tac.gouv.fr?a=1&v=0#", T),
        (f"https://tac.gouv.fr?v=0&%74={T}#", FRENCH, T),
        (f"https://tac.gouv.fr?t={T}#", "https://tac.gouv.fr#", T),
        ("https://tac.gouv.fr?v=0&t=0#", FRENCH, 0),
        ("https://tac.gouv.fr?v=0&t=2085978495#", FRENCH, 2_085_978_495),
        ("https://tac.gouv.fr?v=0&tt=1&at=2&T=3#", "https://tac.gouv.fr?v=0&tt=1&at=2&T=3#", None),
        ("https://tac.gouv.fr/?v=0#", "https://tac.gouv.fr/?v=0#", None),
        ("HTTPS://TAC.GOUV.FR?v=0#", "HTTPS://TAC.GOUV.FR?v=0#", None),
        ("https://example.de#", "https://example.de#", None),
        ("https://example.de:8443/a/b%20c?x=1#", "https://example.de:8443/a/b%20c?x=1#", None),
    ],
)
def test_link_comes_apart(link: str, prefix: str, t: int | None) -> None:
    assert parse_link(link + TEXT) == DeepLink(prefix=prefix, lsp=LSP, t=t)


@pytest.mark.parametrize("start", ["", FRENCH])
@pytest.mark.parametrize("padding", ["", "==", "%3D%3D", "%3d%3d", "=%3D"])
@pytest.mark.parametrize("space", ["", " ", "\n", "\t\r\n"])
def test_link_with_or_without_padding_prefix_and_space_around(start: str, padding: str, space: str) -> None:
    assert parse_link(f"{space}{start}{TEXT}{padding}{space}") == DeepLink(prefix=start or None, lsp=LSP, t=None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        FRENCH,
        f"{FRENCH}==",
        f"https://tac.gouv.fr?v=0{TEXT}",
        f"https://tac.gouv.fr/{TEXT}",
        f"tac.gouv.fr?v=0#{TEXT}",
        f"http://tac.gouv.fr?v=0#{TEXT}",
        f"ftp://tac.gouv.fr?v=0#{TEXT}",
        f"javascript:alert(1)#{TEXT}",
        f"https://#{TEXT}",
        f"https://?v=0#{TEXT}",
        f"https://tac.gouv.fr@evil.example?v=0#{TEXT}",
        f"https://user:word@tac.gouv.fr?v=0#{TEXT}",
        f"https://tac.gouv.fr:999999?v=0#{TEXT}",
        f"https://tac gouv.fr?v=0#{TEXT}",
        f"https://tác.gouv.fr?v=0#{TEXT}",
        f'https://tac.gouv.fr?v=0"#{TEXT}',
        f"https://tac.gouv.fr?#{TEXT}",
        f"{FRENCH}#{TEXT}",
        f"{FRENCH}{TEXT}#",
        f"{FRENCH}{TEXT}&t=5",
        f"{FRENCH}{TEXT[:50]} {TEXT[50:]}",
        f"{FRENCH}{TEXT[:50]}\n{TEXT[50:]}",
        f"{FRENCH}{TEXT[:50]}+{TEXT[51:]}",
        f"{FRENCH}{TEXT[:50]}/{TEXT[51:]}",
        f"{FRENCH}{TEXT[:50]}={TEXT[51:]}",
        f"{FRENCH}{TEXT[:50]}é{TEXT[51:]}",
        f"{FRENCH}{TEXT}=",
        f"{FRENCH}{TEXT}===",
        f"{FRENCH}{TEXT}%3D",
        f"{FRENCH}{TEXT}%3",
        f"{FRENCH}{TEXT[:-1]}",
        f"{FRENCH}A",
        f"{FRENCH}{'A' * MAX_LINK_LENGTH}",
        f"https://tac.gouv.fr?v=0&t=1&t=1#{TEXT}",
        f"https://tac.gouv.fr?v=0&t=1&%74=2#{TEXT}",
        f"https://tac.gouv.fr?v=0&t=#{TEXT}",
        f"https://tac.gouv.fr?v=0&t#{TEXT}",
        f"https://tac.gouv.fr?v=0&t=-1#{TEXT}",
        f"https://tac.gouv.fr?v=0&t=1.5#{TEXT}",
        f"https://tac.gouv.fr?v=0&t=1_0#{TEXT}",
        f"https://tac.gouv.fr?v=0&t=%31#{TEXT}",
        f"https://tac.gouv.fr?v=0&t={'9' * 1000}#{TEXT}",
    ],
)
def test_other_text_is_no_link(text: str) -> None:
    with pytest.raises(BadLink):
        parse_link(text)


@pytest.mark.parametrize("t", ["2085978496", "9999999999"])
def test_t_beyond_32_bits_of_ntp_time_is_refused(t: str) -> None:
    with pytest.raises(BadValue, match="link, t: "):
        parse_link(f"https://tac.gouv.fr?v=0&t={t}#{TEXT}")


@pytest.mark.parametrize(("size", "spare_bits"), [(175, 4), (110, 2), (115, 4)])
def test_spare_bits_of_the_last_character_must_be_zero(size: int, spare_bits: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    text = urlsafe_b64encode(bytes(range(size))).rstrip(b"=").decode()
    last = alphabet.index(text[-1])
    for spare in range(1, 1 << spare_bits):
        with pytest.raises(BadLink, match="ends with bits that must be zero"):
            parse_link(FRENCH + text[:-1] + alphabet[last | spare])


def test_errors_about_links_do_not_repeat_them() -> None:
    for text in (f"{FRENCH}{TEXT}é", f"https://tac.gouv.fr/{TEXT}", f"{TEXT}=", f"https://tac.gouv.fr?v=0&t=x#{TEXT}"):
        with pytest.raises(ProtocolError) as caught:
            parse_link(text)
        assert TEXT[:12] not in str(caught.value)
    assert TEXT[:12] not in repr(parse_link(TEXT))


@pytest.mark.parametrize(
    ("prefix", "t", "start"),
    [
        (FRENCH, None, FRENCH),
        (FRENCH, T, "https://tac.gouv.fr?v=0&t=1623520800#"),
        (FRENCH, 0, "https://tac.gouv.fr?v=0&t=0#"),
        ("https://example.de/#", 5, "https://example.de/?t=5#"),
    ],
)
def test_link_is_built(prefix: str, t: int | None, start: str) -> None:
    assert build_link(prefix=prefix, lsp=LSP, t=t) == start + TEXT


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "https://tac.gouv.fr?v=0",
        "https://tac.gouv.fr",
        "http://tac.gouv.fr?v=0#",
        "https://tac.gouv.fr?v=0##",
        "https://tac.gouv.fr?v=0&t=5#",
        "https://tac.gouv.fr?v=0#\n",
        " https://tac.gouv.fr?v=0#",
        "https://tac.gouv.fr?v=0 #",
        f"{FRENCH}{TEXT}",
    ],
)
def test_link_is_not_built_on_another_prefix(prefix: str) -> None:
    with pytest.raises(BadLink):
        build_link(prefix=prefix, lsp=LSP)


@pytest.mark.parametrize("t", [-1, 2_085_978_496, True, 1.0, "5"])
def test_link_is_not_built_with_another_t(t: int) -> None:
    with pytest.raises(BadValue):
        build_link(prefix=FRENCH, lsp=LSP, t=t)


@pytest.mark.parametrize(
    ("prefix", "host"),
    [(FRENCH, "tac.gouv.fr"), ("https://TAC.gouv.fr/?v=0#", "tac.gouv.fr"), ("https://h.eu:8443/a#", "h.eu"), (None, None)],
)
def test_host_names_the_country(prefix: str | None, host: str | None) -> None:
    assert DeepLink(prefix=prefix, lsp=LSP).host == host

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from clea_portal.protocol.codes import CodeRequest, make_code
from clea_portal.protocol.derivation import Profile
from clea_portal.protocol.errors import BadLink, BadValue, UnknownType
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import LspType, decode_header, decrypt_message
from tests.clea_portal.protocol import vectors
from tests.clea_portal.protocol.strategies import PK_MCTA, PK_SA, SK_SA

SECRET = bytes.fromhex(vectors.SK_L)
PLAIN = CodeRequest(
    prefix="https://tac.gouv.fr?v=0#",
    lsp_type=LspType.SYNCHRONOUS,
    venue_type=1,
    venue_category1=2,
    venue_category2=3,
    period_duration=255,
    t_period_start=vectors.T_PERIOD_START,
    t_qr_start=vectors.T_PERIOD_START + 17,
    sk_l=SECRET,
    pk_sa=PK_SA,
)
CONTACT: dict[str, Any] = {"pk_mcta": PK_MCTA, "contact_phone": "33612345678", "contact_region": 75, "contact_pin": "012345"}
EVENT: dict[str, Any] = {"lsp_type": LspType.ASYNCHRONOUS, "visit_duration": 0, "t_event": 3_832_455_600}


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ({}, 171),
        (CONTACT, 258),
        (EVENT, 178),
        (EVENT | CONTACT, 264),
        ({"t": 1_623_520_800}, 184),
        (CONTACT | {"t": 1_623_520_800}, 271),
    ],
    ids=["type 0", "type 0 with contact", "type 1", "type 1 with contact", "t", "t with contact"],
)
def test_size_of_a_french_link(changes: dict[str, Any], size: int) -> None:
    assert len(make_code(replace(PLAIN, **changes)).deep_link) == size


def test_code_carries_its_identifiers() -> None:
    code = make_code(PLAIN)
    lsp = parse_link(code.deep_link).lsp
    assert (code.lt_key.hex(), code.ltid.hex) == (vectors.LT_KEY, vectors.LTID)
    assert (decrypt_message(lsp, SK_SA).lt_key, decode_header(lsp).ltid) == (code.lt_key, code.ltid)


def test_profile_of_a_device_gives_its_identifier() -> None:
    code = make_code(replace(PLAIN, profile=Profile.REFERENCE_C))
    assert (code.lt_key.hex(), code.ltid.hex) == (vectors.LT_KEY_REFERENCE_C, vectors.LTID_REFERENCE_C)


def test_same_place_and_period_share_one_identifier_in_different_links() -> None:
    first, second = make_code(PLAIN), make_code(replace(PLAIN, t_qr_start=PLAIN.t_qr_start + 1024))
    assert first.ltid == second.ltid
    assert first.deep_link != second.deep_link != make_code(PLAIN).deep_link


@pytest.mark.parametrize("left_out", CONTACT)
def test_contact_is_given_whole_or_not_at_all(left_out: str) -> None:
    with pytest.raises(BadValue) as caught:
        make_code(replace(PLAIN, **CONTACT | {left_out: None}))
    assert str(caught.value) == "contact: phone, region, pin and the key pk_mcta go together"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"period_duration": 0}, "period_duration"),
        ({"staff": True}, "period_duration"),
        ({"t_period_start": 1}, "t_period_start"),
        ({"sk_l": SECRET[:-1]}, "sk_l"),
        ({"t_event": 5}, "t_event"),
        ({"lsp_type": LspType.ASYNCHRONOUS}, "visit_duration"),
        (EVENT | {"cri_exp": 10}, "cri_exp"),
        (CONTACT | {"contact_phone": "1" * 16}, "phone"),
        (CONTACT | {"contact_pin": "12345"}, "pin"),
        ({"t": -1}, "t"),
    ],
)
def test_code_is_not_made_with_bad_values(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(BadValue) as caught:
        make_code(replace(PLAIN, **changes))
    assert caught.value.where == where


def test_code_is_not_made_of_another_type_or_prefix() -> None:
    with pytest.raises(UnknownType):
        make_code(replace(PLAIN, lsp_type=2))
    with pytest.raises(BadLink):
        make_code(replace(PLAIN, prefix="https://tac.gouv.fr/"))


def test_nothing_secret_shows_when_printed_and_nothing_changes() -> None:
    request = replace(PLAIN, **CONTACT)
    code = make_code(request)
    shown = repr(request) + repr(code)
    for secret in (repr(SECRET), "33612345678", "012345", code.deep_link, repr(code.lt_key)):
        assert secret not in shown
    for thing, field in ((request, "staff"), (code, "ltid"), (decode_header(parse_link(code.deep_link).lsp), "ltid")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, field, None)

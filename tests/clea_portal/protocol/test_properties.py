"""Whatever is encoded decodes to the same; whatever comes in decodes or raises a named error."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clea_portal.protocol import ecies
from clea_portal.protocol.codes import CodeRequest, make_code
from clea_portal.protocol.derivation import derive_ltid
from clea_portal.protocol.errors import (
    AuthenticationFailed,
    BadKey,
    BadLink,
    BadPoint,
    BadValue,
    ProtocolError,
    ReservedBitsSet,
)
from clea_portal.protocol.keys import (
    CURVE_ORDER,
    parse_private_key,
    parse_public_key,
    private_key_hex,
    public_key_hex,
)
from clea_portal.protocol.links import DeepLink, build_link, parse_link
from clea_portal.protocol.lsp import (
    Contact,
    Header,
    Message,
    decode_header,
    decrypt_contact,
    decrypt_message,
    encode_lsp,
    encrypt_contact,
)
from clea_portal.protocol.ntp import from_ntp, to_ntp
from tests.clea_portal.protocol import reference, vectors
from tests.clea_portal.protocol.strategies import (
    PK_MCTA,
    PK_SA,
    SK_MCTA,
    SK_SA,
    contacts,
    few,
    many,
    ntp_seconds,
    prefixes,
    requests,
)


@many
@given(requests())
def test_code_decodes_to_what_was_asked(request: CodeRequest) -> None:
    code = make_code(request)
    link = parse_link(code.deep_link)
    message = decrypt_message(link.lsp, SK_SA)
    contact = decrypt_contact(message.encrypted_contact, SK_MCTA) if message.encrypted_contact else None

    assert (link.prefix, link.t) == (request.prefix, request.t)
    assert decode_header(link.lsp) == Header(
        lsp_type=request.lsp_type, ltid=code.ltid, visit_duration=request.visit_duration, t_event=request.t_event
    )
    assert message == Message(
        staff=request.staff,
        cri_exp=request.cri_exp,
        venue_type=request.venue_type,
        venue_category1=request.venue_category1,
        venue_category2=request.venue_category2,
        period_duration=request.period_duration,
        t_period_start=request.t_period_start,
        t_qr_start=request.t_qr_start,
        lt_key=code.lt_key,
        encrypted_contact=message.encrypted_contact,
    )
    if request.contact_phone is None or request.contact_region is None or request.contact_pin is None:
        assert contact is None
    else:
        assert contact == Contact(
            phone=request.contact_phone,
            region=request.contact_region,
            pin=request.contact_pin,
            t_period_start=request.t_period_start,
        )


@few
@given(requests())
def test_code_reads_the_same_in_the_second_implementation(request: CodeRequest) -> None:
    code = make_code(request)
    lsp = parse_link(code.deep_link).lsp
    header = reference.header(
        int(request.lsp_type),
        code.ltid.bytes,
        visit_duration=request.visit_duration or 0,
        t_event=request.t_event or 0,
    )
    plain = reference.dec(int(vectors.SK_SA, 16), lsp, header_size=len(header))
    key = reference.lt_key(request.sk_l, request.t_period_start)

    assert lsp[: len(header)] == header
    assert (code.lt_key, code.ltid.bytes) == (key, reference.ltid(key))
    assert plain == reference.message(
        staff=request.staff,
        cri_exp=request.cri_exp,
        venue_type=request.venue_type,
        venue_category1=request.venue_category1,
        venue_category2=request.venue_category2,
        period_duration=request.period_duration,
        t_period_start=request.t_period_start,
        t_qr_start=request.t_qr_start,
        key=key,
        encrypted_contact=plain[44:],
    )
    if request.contact_phone is not None:
        assert reference.dec(int(vectors.SK_MCTA, 16), plain[44:], header_size=0) == reference.contact_message(
            phone=request.contact_phone,
            region=request.contact_region or 0,
            pin=request.contact_pin or "",
            t_period_start=request.t_period_start,
        )
    else:
        assert len(plain) == 44


@many
@given(contacts)
def test_contact_decodes_to_itself(contact: Contact) -> None:
    assert decrypt_contact(encrypt_contact(contact, PK_MCTA), SK_MCTA) == contact


@many
@given(
    prefixes, st.binary(min_size=1, max_size=200), st.none() | st.integers(0, 2_085_978_495), st.sampled_from(["=", "%3D", "%3d"])
)
def test_link_decodes_to_itself_with_and_without_padding(prefix: str, lsp: bytes, t: int | None, padding: str) -> None:
    link = build_link(prefix=prefix, lsp=lsp, t=t)
    fragment = link.partition("#")[2]
    missing = -len(fragment) % 4
    assert parse_link(link) == parse_link(link + padding * missing) == DeepLink(prefix=prefix, lsp=lsp, t=t)
    assert parse_link(fragment) == DeepLink(prefix=None, lsp=lsp, t=None)


@many
@given(ntp_seconds)
def test_ntp_seconds_come_back(seconds: int) -> None:
    assert to_ntp(from_ntp(seconds)) == seconds


@many
@given(st.integers(1, CURVE_ORDER - 1))
@example(1)
@example(CURVE_ORDER - 1)
def test_keys_come_back_in_every_form(value: int) -> None:
    key = parse_private_key(f"{value:x}")
    public = key.public_key()
    assert private_key_hex(key) == f"{value:064x}"
    assert parse_public_key(public_key_hex(public)) == parse_public_key(public_key_hex(public, compressed=True)) == public


@many
@given(st.binary(max_size=200))
@example(b"")
@example(b"\x04")
def test_any_bytes_decode_or_raise_a_named_error(data: bytes) -> None:
    for attempt in (
        lambda: Header.decode(data),
        lambda: decode_header(data),
        lambda: decrypt_message(data, SK_SA),
        lambda: decrypt_contact(data, SK_MCTA),
    ):
        with suppress(ProtocolError):
            attempt()


@many
@given(
    st.sampled_from([(0, 110), (0, 175), (1, 115), (1, 180)]).flatmap(
        lambda form: st.binary(min_size=form[1] - 1, max_size=form[1] - 1).map(lambda rest: bytes([form[0] << 2]) + rest)
    )
)
def test_well_sized_noise_is_never_a_message(lsp: bytes) -> None:
    header = decode_header(lsp)
    assert header.encode() == lsp[: len(header.encode())]
    with pytest.raises((BadPoint, AuthenticationFailed)):
        decrypt_message(lsp, SK_SA)


@many
@given(st.binary(min_size=44, max_size=44) | st.binary(min_size=109, max_size=109), st.booleans())
def test_any_authenticated_message_decodes_or_raises_a_named_error(plain: bytes, zero_reserved: bool) -> None:
    if zero_reserved:
        # Otherwise nearly every example stops at the reserved bits.
        plain = bytes([plain[0] & 0xC0, plain[1] & 0x03]) + plain[2:]
        plain = bytes([plain[0] & 0xBF | (0x40 if len(plain) > 44 else 0)]) + plain[1:]
    header = bytes(1) + derive_ltid(plain[12:44]).bytes
    lsp = ecies.encrypt(plain, public_key=PK_SA, header=header, where="msg")
    try:
        message = decrypt_message(lsp, SK_SA)
    except (BadValue, ReservedBitsSet):
        return
    # What is accepted is exactly what we would have written.
    again = encode_lsp(header=decode_header(lsp), message=message, pk_sa=PK_SA)
    assert reference.dec(int(vectors.SK_SA, 16), again, header_size=17) == plain


@many
@given(
    st.binary(min_size=16, max_size=16)
    | contacts.map(
        lambda contact: reference.contact_message(
            phone=contact.phone, region=contact.region, pin=contact.pin, t_period_start=contact.t_period_start
        )
    )
    .flatmap(lambda plain: st.tuples(st.just(plain), st.integers(0, 127)))
    .map(lambda drawn: (int.from_bytes(drawn[0], "big") ^ (1 << drawn[1])).to_bytes(16, "big"))
)
def test_any_authenticated_contact_decodes_or_raises_a_named_error(plain: bytes) -> None:
    blob = ecies.encrypt(plain, public_key=PK_MCTA, where="contact message")
    try:
        contact = decrypt_contact(blob, SK_MCTA)
    except (BadValue, ReservedBitsSet):
        return
    assert plain == reference.contact_message(
        phone=contact.phone, region=contact.region, pin=contact.pin, t_period_start=contact.t_period_start
    )


@many
@given(st.text(max_size=80) | st.from_regex(r"\Ahttps://[a-z./:@-]{0,20}(\?[vt=&0-9%]{0,20})?#?[\w=%+/-]{0,40}\Z"))
@example("https://tac.gouv.fr?v=0#")
@example("\ud800")
@example("https://[::1]#AAAA")
def test_any_text_is_a_link_or_raises_a_named_error(text: str) -> None:
    try:
        link = parse_link(text)
    except (BadLink, BadValue):
        return
    if link.prefix is not None:
        assert parse_link(build_link(prefix=link.prefix, lsp=link.lsp, t=link.t)) == link


@many
@given(st.text(max_size=140) | st.text("0123456789abcdefABCDEFx", max_size=140))
def test_any_text_is_a_key_or_raises_bad_key(text: str) -> None:
    for parse in (parse_private_key, parse_public_key):
        with suppress(BadKey):
            parse(text)

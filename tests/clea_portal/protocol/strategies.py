"""Everything that the protocol allows, for property-based tests."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from clea_portal.protocol.codes import CodeRequest
from clea_portal.protocol.keys import parse_private_key, parse_public_key
from clea_portal.protocol.lsp import NEVER_RENEWED, UNLIMITED_PERIOD, Contact, LspType
from tests.clea_portal.protocol import vectors

# The same examples every time, and no deadline, so that a slow machine fails nothing.
few = settings(max_examples=40, deadline=None, derandomize=True, database=None)
many = settings(max_examples=300, deadline=None, derandomize=True, database=None)

SK_SA = parse_private_key(vectors.SK_SA)
SK_MCTA = parse_private_key(vectors.SK_MCTA)
PK_SA = parse_public_key(vectors.PK_SA)
PK_MCTA = parse_public_key(vectors.PK_MCTA)

ntp_seconds = st.integers(0, 2**32 - 1)
round_hours = st.integers(0, (2**32 - 1) // 3600).map(lambda hour: hour * 3600)
phones = st.text("0123456789", min_size=1, max_size=15)
pins = st.text("0123456789", min_size=6, max_size=6)
prefixes = st.sampled_from(
    ["https://tac.gouv.fr?v=0#", "https://example.de:8443/app/?v=0&w=1#", "https://xn--exmple-cua.eu#", "https://h/?tt=1&v=0#"]
)
contacts = st.builds(Contact, phone=phones, region=st.integers(0, 255), pin=pins, t_period_start=round_hours)


@st.composite
def requests(draw: st.DrawFn) -> CodeRequest:
    lsp_type = draw(st.sampled_from(LspType))
    asynchronous = lsp_type is LspType.ASYNCHRONOUS
    period_duration = draw(st.integers(1, UNLIMITED_PERIOD))
    fields: dict[str, Any] = {}
    if asynchronous:
        fields |= {"visit_duration": draw(st.integers(0, 255)), "t_event": draw(ntp_seconds)}
    if draw(st.booleans()):
        fields |= {
            "pk_mcta": PK_MCTA,
            "contact_phone": draw(phones),
            "contact_region": draw(st.integers(0, 255)),
            "contact_pin": draw(pins),
        }
    return CodeRequest(
        prefix=draw(prefixes),
        lsp_type=lsp_type,
        staff=period_duration != UNLIMITED_PERIOD and draw(st.booleans()),
        cri_exp=NEVER_RENEWED if asynchronous else draw(st.integers(0, 31)),
        venue_type=draw(st.integers(0, 31)),
        venue_category1=draw(st.integers(0, 15)),
        venue_category2=draw(st.integers(0, 15)),
        period_duration=period_duration,
        t_period_start=draw(round_hours),
        t_qr_start=draw(ntp_seconds),
        sk_l=draw(st.binary(min_size=51, max_size=51)),
        pk_sa=PK_SA,
        t=draw(st.none() | st.integers(0, 2_085_978_495)),
        **fields,
    )

"""One call from a place's secret to the link that its QR code holds."""

from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from clea_portal.protocol.derivation import Profile, derive_lt_key, derive_ltid
from clea_portal.protocol.errors import BadValue
from clea_portal.protocol.links import build_link
from clea_portal.protocol.lsp import NEVER_RENEWED, Contact, Header, LspType, Message, encode_lsp, encrypt_contact


@dataclass(frozen=True, kw_only=True)
class CodeRequest:
    """What a code says; fields as in ``lsp.Header``, ``lsp.Message`` and ``lsp.Contact``.

    ``pk_mcta`` and the three ``contact_`` fields are given together or not at all. ``t`` (Unix seconds) goes into the link.
    """

    prefix: str
    lsp_type: LspType
    staff: bool = False
    cri_exp: int = NEVER_RENEWED
    venue_type: int
    venue_category1: int
    venue_category2: int
    period_duration: int
    t_period_start: int
    t_qr_start: int
    sk_l: bytes = field(repr=False)
    pk_sa: EllipticCurvePublicKey
    pk_mcta: EllipticCurvePublicKey | None = None
    contact_phone: str | None = field(default=None, repr=False)
    contact_region: int | None = None
    contact_pin: str | None = field(default=None, repr=False)
    visit_duration: int | None = None
    t_event: int | None = None
    t: int | None = None
    profile: Profile = Profile.SPECIFICATION


@dataclass(frozen=True)
class Code:
    """An issued code. ``lt_key`` (32 bytes) and the link are secrets of the place."""

    deep_link: str = field(repr=False)
    ltid: UUID
    lt_key: bytes = field(repr=False)


def make_code(request: CodeRequest) -> Code:
    """A new code; a second call gives the same LTId in another link. Raises BadValue, BadLink, BadKey, UnknownType."""
    lt_key = derive_lt_key(request.sk_l, request.t_period_start, request.profile)
    ltid = derive_ltid(lt_key)
    header = Header(lsp_type=request.lsp_type, ltid=ltid, visit_duration=request.visit_duration, t_event=request.t_event)
    message = Message(
        staff=request.staff,
        cri_exp=request.cri_exp,
        venue_type=request.venue_type,
        venue_category1=request.venue_category1,
        venue_category2=request.venue_category2,
        period_duration=request.period_duration,
        t_period_start=request.t_period_start,
        t_qr_start=request.t_qr_start,
        lt_key=lt_key,
        encrypted_contact=_encrypted_contact(request),
    )
    lsp = encode_lsp(header=header, message=message, pk_sa=request.pk_sa, check_ltid=False)
    return Code(build_link(prefix=request.prefix, lsp=lsp, t=request.t), ltid, lt_key)


def _encrypted_contact(request: CodeRequest) -> bytes | None:
    phone, region, pin, pk_mcta = request.contact_phone, request.contact_region, request.contact_pin, request.pk_mcta
    if phone is None or region is None or pin is None or pk_mcta is None:
        if (phone, region, pin, pk_mcta) != (None, None, None, None):
            raise BadValue("phone, region, pin and the key pk_mcta go together", where="contact")
        return None
    contact = Contact(phone=phone, region=region, pin=pin, t_period_start=request.t_period_start)
    return encrypt_contact(contact, pk_mcta)

"""Makes the deep link of a place's code from its secret, its place and its country's keys of the moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from clea_portal.authorities.keys import NoKey, issuing_keys
from clea_portal.codes.models import Place
from clea_portal.protocol.codes import CodeRequest, make_code
from clea_portal.protocol.derivation import Profile
from clea_portal.protocol.lsp import LspType

HOUR = 3600
UNLIMITED = 255
NEVER_RENEWED = 31


@dataclass(frozen=True, kw_only=True)
class Timing:
    """NTP seconds, but ``period_duration`` and ``visit_duration`` (hours) and ``t`` (Unix seconds); CLEA protocol, LSP."""

    t_period_start: int
    t_qr_start: int
    period_duration: int = UNLIMITED
    cri_exp: int = NEVER_RENEWED
    lsp_type: LspType = LspType.SYNCHRONOUS
    t_event: int | None = None
    visit_duration: int | None = None
    t: int | None = None
    staff: bool = False
    profile: Profile = Profile.SPECIFICATION


@dataclass(frozen=True, kw_only=True)
class Issued:
    """``links``: the deep links; ``tracing_key``: id of the generation that their contact message is for, None without one."""

    links: list[str]
    tracing_key: int | None

    @property
    def link(self) -> str:
        """The only one."""
        (link,) = self.links
        return link


def issue(*, place: Place, sk_l: str, timing: Timing, at: datetime) -> Issued:
    """One code. ``sk_l`` in hex. Raises authorities.keys.NoKey.

    Where the country runs without contact tracing (deployment 3), or the place has no phone, no contact message goes in.
    """
    return issue_all(place=place, wanted=[(sk_l, timing)], at=at)


def issue_all(*, place: Place, wanted: Sequence[tuple[str, Timing]], at: datetime) -> Issued:
    """Many codes of one place, in the order of their secrets and timings, with the keys looked up once."""
    country = place.country
    if not country.issues_codes:
        raise NoKey(f"{country.code} issues no codes here")
    keys = issuing_keys(country, at=at)
    contact: dict[str, Any] = {}
    if keys.pk_mcta is not None and place.phone:
        contact = {
            "pk_mcta": keys.pk_mcta,
            "contact_phone": place.phone,
            "contact_region": place.region.number,
            "contact_pin": place.pin,
        }
    return Issued(
        links=[_deep_link(place, sk_l=sk_l, timing=timing, pk_sa=keys.pk_sa, contact=contact) for sk_l, timing in wanted],
        tracing_key=keys.tracing_key if contact else None,
    )


def _deep_link(place: Place, *, sk_l: str, timing: Timing, pk_sa: EllipticCurvePublicKey, contact: dict[str, Any]) -> str:
    code = make_code(
        CodeRequest(
            prefix=place.country.prefix,
            lsp_type=timing.lsp_type,
            staff=timing.staff,
            cri_exp=timing.cri_exp,
            venue_type=place.venue_type.number,
            venue_category1=place.venue_category1,
            venue_category2=place.venue_category2,
            period_duration=timing.period_duration,
            t_period_start=timing.t_period_start,
            t_qr_start=timing.t_qr_start,
            sk_l=bytes.fromhex(sk_l),
            pk_sa=pk_sa,
            visit_duration=timing.visit_duration,
            t_event=timing.t_event,
            t=timing.t,
            profile=timing.profile,
            **contact,
        )
    )
    return code.deep_link

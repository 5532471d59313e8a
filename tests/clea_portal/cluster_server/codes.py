"""Codes of places that the sandbox can open."""

from datetime import UTC, datetime, timedelta
from typing import Any

from clea_portal.protocol.codes import Code, CodeRequest, make_code
from clea_portal.protocol.derivation import new_location_secret
from clea_portal.protocol.keys import parse_private_key
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import round_to_hour, to_ntp
from tests.sandbox import Sandbox

PREFIX = "https://tac.gouv.fr?v=0#"


def some_code(sandbox: Sandbox, **changes: Any) -> Code:
    """A static code of a new place, made a day ago, unless ``changes`` say otherwise."""
    a_day_ago = to_ntp(datetime.now(UTC) - timedelta(days=1))
    words = {
        "prefix": PREFIX,
        "lsp_type": LspType.SYNCHRONOUS,
        "venue_type": 1,
        "venue_category1": 2,
        "venue_category2": 3,
        "period_duration": 255,
        "t_period_start": round_to_hour(a_day_ago),
        "t_qr_start": a_day_ago,
        "sk_l": new_location_secret(),
        "pk_sa": parse_private_key(sandbox.sk_sa).public_key(),
    }
    return make_code(CodeRequest(**(words | changes)))

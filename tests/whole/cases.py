"""Run by the whole-path tests in a portal's own environment: makes cases by the hundred, and tells how they stand.

``python -m tests.whole.cases set DRIVER``, ``… declare COUNT``, ``… report``; JSON on standard output.
"""

import json
import os
import sys
import time
from datetime import timedelta

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "clea_portal.settings"
django.setup()

from django.utils import timezone  # noqa: E402 - needs the apps that setup has loaded

from clea_portal.accounts.demonstration import AGENT  # noqa: E402
from clea_portal.accounts.models import User  # noqa: E402
from clea_portal.authorities.models import Country, Region, ServerAuthority  # noqa: E402
from clea_portal.protocol.codes import CodeRequest, make_code  # noqa: E402
from clea_portal.protocol.derivation import new_location_secret  # noqa: E402
from clea_portal.protocol.keys import parse_public_key  # noqa: E402
from clea_portal.protocol.lsp import LspType  # noqa: E402
from clea_portal.protocol.ntp import to_ntp  # noqa: E402
from mct.cases import register_case  # noqa: E402
from mct.declaring import declare  # noqa: E402
from mct.enums import CaseState  # noqa: E402
from mct.models import Case, Declaration  # noqa: E402


def set_driver(driver: str) -> None:
    """France's server is of this kind, and nothing is held back."""
    Country.objects.filter(code="FR").update(hold_seconds=0)
    ServerAuthority.objects.filter(country__code="FR").update(kind=driver)


def register(count: int, *, hours: int = 1) -> list[Case]:
    """Cases of as many places, each with the pasted link of its code."""
    now = timezone.now().replace(second=0, microsecond=0)
    period_start = to_ntp(now.replace(minute=0)) - 48 * 3600
    key = ServerAuthority.objects.get(country__code="FR").keys.get()
    agent, region = User.objects.get(email=AGENT), Region.objects.get(country__code="FR", number=38)
    cases = []
    for _ in range(count):
        code = make_code(
            CodeRequest(
                prefix="https://tac.gouv.fr?v=0#",
                lsp_type=LspType.SYNCHRONOUS,
                venue_type=1,
                venue_category1=0,
                venue_category2=0,
                period_duration=255,
                t_period_start=period_start,
                t_qr_start=period_start,
                sk_l=new_location_secret(),
                pk_sa=parse_public_key(key.public_key),
            )
        )
        cases.append(
            register_case(
                region=region,
                exposure_start=now - timedelta(hours=hours + 1),
                exposure_end=now - timedelta(hours=1),
                infected_count=1,
                reference="",
                notes="",
                pictures=[],
                links=[code.deep_link],
                by=agent,
            )
        )
    return cases


def declare_all(count: int, seconds: float = 120) -> None:
    """Register cases and declare each as soon as the worker has linked it."""
    waiting = {case.pk for case in register(count)}
    agent = User.objects.get(email=AGENT)
    until = time.monotonic() + seconds
    while waiting and time.monotonic() < until:
        for case in Case.objects.filter(pk__in=waiting, state=CaseState.READY):
            declare(case=case, by=agent)
            waiting.discard(case.pk)
        time.sleep(0.1)
    assert not waiting, f"{len(waiting)} cases were never linked"


def report() -> dict[str, list[dict[str, object]]]:
    return {
        "cases": list(Case.objects.values("state", "problem")),
        "declarations": [
            {"uuid": str(uuid), "ltid": str(ltid), "state": state, "attempts": attempts}
            for uuid, ltid, state, attempts in Declaration.objects.values_list("uuid", "ltid", "state", "attempts")
        ],
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["set", driver]:
            set_driver(driver)
        case ["declare", count]:
            declare_all(int(count))
        case ["report"]:
            print(json.dumps(report()))

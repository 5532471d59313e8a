"""An agent without a browser, in a portal's own environment: one order a line in, one answer a line out, both JSON."""

import json
import os
import sys
import time
from datetime import timedelta
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "clea_portal.settings"
django.setup()

from django.utils import timezone  # noqa: E402 - needs the apps that setup has loaded

from clea_portal.accounts.demonstration import AGENT  # noqa: E402
from clea_portal.accounts.models import User  # noqa: E402
from clea_portal.authorities.models import Country, Region  # noqa: E402
from clea_portal.protocol.keys import parse_public_key  # noqa: E402
from mct.cases import register_case  # noqa: E402
from mct.declaring import declare  # noqa: E402
from mct.enums import ON_ITS_WAY, CaseState, DeclarationState, Entry, PictureState  # noqa: E402
from mct.models import Case, Declaration, Picture  # noqa: E402
from tests.factories import new_code  # noqa: E402
from tests.pictures import draw_poster, hang_in_room, photograph  # noqa: E402
from tests.whole.acting import act, everything, register_places, see_settled  # noqa: E402

UNDER_WAY = [CaseState.DRAFT, CaseState.LINKING, CaseState.READY, CaseState.DECLARING, CaseState.DECLARED]


def register(*, driver: str, number: int, with_picture: bool = False) -> list[str]:
    """Cases of yesterday, each with the code of its own place, in a country with such a server; nothing is held back.

    The code is a pasted link, or a photo of a poster on a wall. The places' LTIds.
    """
    Country.objects.update(hold_seconds=0)
    country = Country.objects.get(server__kind=driver)
    pk_sa = parse_public_key(country.server.keys.get().public_key)
    agent = User.objects.get(email=AGENT)
    region = Region.objects.get(teams__memberships__user=agent)
    start = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    codes = [new_code(prefix=country.prefix, pk_sa=pk_sa) for _ in range(number)]
    for code in codes:
        register_case(
            region=region,
            exposure_start=start,
            exposure_end=start + timedelta(minutes=30),
            infected_count=1,
            reference="",
            notes="",
            pictures=[photograph(hang_in_room([draw_poster(code.deep_link)], seed=1), seed=1)] if with_picture else [],
            links=[] if with_picture else [code.deep_link],
            by=agent,
        )
    return [str(code.ltid) for code in codes]


def declare_ready() -> int:
    """Order the declaration of every case that is ready; how many these were."""
    agent = User.objects.get(email=AGENT)
    ready = list(Case.objects.filter(state=CaseState.READY))
    for case in ready:
        declare(case=case, by=agent)
    return len(ready)


def see_ready(*, number: int, seconds: float) -> None:
    """Wait until this many cases are ready to be declared."""
    _wait(lambda: Case.objects.filter(state=CaseState.READY).count() == number, seconds)


def see_reading(*, seconds: float) -> None:
    """Wait until a picture is being read."""
    _wait(lambda: Picture.objects.filter(state=PictureState.READING).exists(), seconds)


def pictures() -> list[list[Any]]:
    """State and attempts of every picture, and whether its content is still there."""
    return [[picture.state, picture.attempts, picture.content is not None] for picture in Picture.objects.all()]


def see_sending(*, seconds: float) -> None:
    """Declare cases as they become ready, until a call to the server is on its way and none is left to be ordered."""

    def is_sending() -> bool:
        left = declare_ready() or Case.objects.filter(state=CaseState.LINKING).exists()
        return not left and Declaration.objects.filter(state=DeclarationState.SENDING).exists()

    _wait(is_sending, seconds)


def see_through(*, seconds: float) -> float:
    """Declare cases as they become ready, until every case and declaration has come to an outcome; how long that took."""

    def is_over() -> bool:
        declare_ready()
        declarations = Declaration.objects.filter(state__in=[*ON_ITS_WAY, DeclarationState.ACCEPTED])
        return not Case.objects.filter(state__in=UNDER_WAY).exists() and not declarations.exists()

    return _wait(is_over, seconds)


def see_published(*, ltids: list[str], seconds: float) -> None:
    """Wait until the public list showed all declarations of these places."""
    declarations = Declaration.objects.filter(ltid__in=ltids)
    _wait(lambda: not declarations.exclude(state=DeclarationState.PUBLISHED).exists(), seconds)


def see_reason(*, reason: str, number: int, seconds: float) -> None:
    """Wait until this many declarations have this reason."""
    _wait(lambda: Declaration.objects.filter(reason=reason).count() == number, seconds)


def _wait(condition: Any, seconds: float) -> float:
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > seconds:
            raise TimeoutError(json.dumps(report()))
        time.sleep(0.05)
    return time.monotonic() - begin


def report() -> list[dict[str, Any]]:
    """What became of every declaration, the reasons of all its answers in order, and its cases."""
    return [
        {
            "uuid": str(declaration.uuid),
            "ltid": str(declaration.ltid),
            "state": declaration.state,
            "attempts": declaration.attempts,
            "cases": [[case.state, case.problem] for case in declaration.cases.all()],
            "reasons": [
                entry.params["reason"]
                for case in declaration.cases.all()
                for entry in case.timeline.all()
                if entry.entry == Entry.SENT
            ],
        }
        for declaration in Declaration.objects.prefetch_related("cases__timeline")
    ]


ORDERS = {
    order.__name__: order
    for order in (
        register,
        declare_ready,
        see_ready,
        see_reading,
        see_sending,
        see_through,
        see_published,
        see_reason,
        pictures,
        report,
        register_places,
        act,
        see_settled,
        everything,
    )
}

if __name__ == "__main__":
    for line in sys.stdin:
        name, words = json.loads(line)
        print(json.dumps(ORDERS[name](**words)), flush=True)

"""Agents who propose, approve, send back, withdraw, take back and merge while cases go through, as a seed decides."""

import random
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from django.utils import timezone

from clea_portal.accounts.demonstration import AGENT, LEAD
from clea_portal.accounts.models import User
from clea_portal.authorities.models import Country, Region
from clea_portal.protocol.keys import parse_public_key
from mct.cases import register_case
from mct.declaring import BeingWithdrawn, approve, declare, send_back, withdraw
from mct.enums import IN_FORCE, CaseState, DeclarationState
from mct.merging import DeclaredTheOther, HoursWouldBeLost, SomethingIsUnderWay, TwoPlacesDeclared, merge
from mct.models import Case, Declaration
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.withdrawing import take_back
from tests.factories import new_code

# What agents are told when their act comes too early, too late or is not possible: they go on with another case.
TOLD = (
    BeingWithdrawn,
    DeclaredTheOther,
    HoursWouldBeLost,
    IllegalMove,
    SomeoneWasFaster,
    SomethingIsUnderWay,
    TwoPlacesDeclared,
)
# How often each can happen to a place, so that it comes to an end.
MOST_UNDONE = 2
MINUTES = (((60, 120), (0, 180), (0, 180)), ((0, 60), (30, 240), (30, 200)))


def register_places(*, driver: str, places: int, hold_seconds: int) -> list[str]:
    """Three cases of each place, with hours that overlap: each is several calls, or joins those of the others. The LTIds."""
    Country.objects.update(hold_seconds=hold_seconds, four_eyes=True)
    country = Country.objects.get(server__kind=driver)
    pk_sa = parse_public_key(country.server.keys.get().public_key)
    agent = User.objects.get(email=AGENT)
    region = Region.objects.get(teams__memberships__user=agent)
    day = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    codes = [new_code(prefix=country.prefix, pk_sa=pk_sa) for _ in range(places)]
    for number, code in enumerate(codes):
        for first, last in MINUTES[number % len(MINUTES)]:
            register_case(
                region=region,
                exposure_start=day + timedelta(minutes=first),
                exposure_end=day + timedelta(minutes=last),
                infected_count=1,
                reference="",
                notes="",
                pictures=[],
                links=[code.deep_link],
                by=agent,
            )
    return [str(code.ltid) for code in codes]


def act(*, seed: str, seconds: float) -> dict[str, int]:
    """Go on until nothing is left to do and nothing under way; how often each act was done."""
    until, office = time.monotonic() + seconds, Office(seed)
    while office.go_round():
        if time.monotonic() > until:
            raise TimeoutError(str(office.done))
        time.sleep(0.05)
    return dict(office.done)


class Office:
    def __init__(self, seed: str) -> None:
        self.chance, self.done, self.undone = random.Random(seed), Counter[str](), Counter[Any]()
        self.agent, self.lead = (User.objects.get(email=email) for email in (AGENT, LEAD))

    def go_round(self) -> bool:
        """Whether anything was left to do or wait for."""
        left = False
        for case in Case.objects.select_related("code").exclude(state=CaseState.CLOSED).order_by("?"):
            verb, words = self._choose(case)
            left |= verb is not None or case.state in (CaseState.LINKING, CaseState.DECLARING, CaseState.DECLARED)
            if verb is None or self.chance.random() < 0.3:
                continue
            try:
                verb(case=case, **words)
            except TOLD as told:
                self.done[type(told).__name__] += 1
            else:
                self.done[verb.__name__] += 1
        waiting = Declaration.objects.filter(state__in=IN_FORCE - {DeclarationState.PUBLISHED, DeclarationState.UNKNOWN})
        return left or waiting.exists()

    def _choose(self, case: Case) -> tuple[Any, dict[str, Any]]:
        place = case.code.ltid if case.code else None
        others = Case.objects.filter(code__ltid=place).exclude(pk=case.pk).exclude(state=CaseState.CLOSED).order_by("-pk")
        if place and case.state != CaseState.LINKING and self.chance.random() < 0.04 and (other := others.first()):
            return merge, {"duplicate": other, "by": self.agent}
        match case.state:
            case CaseState.READY:
                return declare, {"by": self.agent}
            case CaseState.AWAITING_APPROVAL:
                verb = send_back if self._undo(place, "send back", 0.15) else approve
                return verb, {"by": self.lead}
            case CaseState.DECLARING if self._undo(place, "withdraw", 0.3):
                return withdraw, {"by": self.agent}
            case CaseState.DECLARED | CaseState.PUBLISHED if self._takes_back(case) and self._undo(place, "take back", 0.4):
                return take_back, {"reason": "", "by": self.lead}
        return None, {}

    def _undo(self, place: Any, what: str, chance: float) -> bool:
        if self.undone[place, what] >= MOST_UNDONE or self.chance.random() > chance:
            return False
        self.undone[place, what] += 1
        return True

    def _takes_back(self, case: Case) -> bool:
        return case.declarations.filter(server__kind="api").exists()


def see_settled(*, uuids: list[str], seconds: float) -> None:
    """Wait until none of these declarations is in doubt any more."""
    until = time.monotonic() + seconds
    while Declaration.objects.filter(uuid__in=uuids, state=DeclarationState.UNKNOWN).exists():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.1)


def everything() -> dict[str, list[dict[str, Any]]]:
    """All declarations and cases, as far as what was sent follows from them."""
    declarations = [
        {
            "uuid": str(each.uuid),
            "ltid": str(each.ltid),
            "state": each.state,
            "attempts": each.attempts,
            "start": each.start.timestamp(),
            "end": each.end.timestamp(),
            "instant": each.instant.timestamp() if each.instant else None,
            "cases": [case.pk for case in each.cases.all()],
        }
        for each in Declaration.objects.prefetch_related("cases")
    ]
    cases = [
        {
            "pk": case.pk,
            "ltid": str(case.code.ltid) if case.code else None,
            "state": case.state,
            "problem": case.problem,
            "start": case.exposure_start.timestamp(),
            "end": case.exposure_end.timestamp(),
            "merged_into": case.merged_into_id,
        }
        for case in Case.objects.select_related("code")
    ]
    return {"declarations": declarations, "cases": cases}

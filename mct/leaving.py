"""What becomes of somebody's work in regions that they see no more: it is nobody's, and shows among what nobody has."""

from collections.abc import Collection

from django.db.models import Exists, F, OuterRef, Q

from clea_portal.accounts.models import TeamMembership, User
from clea_portal.authorities.models import Team
from mct.enums import CaseState, Entry
from mct.messages.enums import MessageEntry, MessageState
from mct.messages.models import ContactMessage, MessageEvent
from mct.models import Case, TimelineEntry


def let_go(*, user: User, regions: Collection[int]) -> int:
    """Take open cases and contact messages of these regions from the person, each with a line of its own. In the caller's
    transaction. How many."""
    cases = list(
        Case.objects.select_for_update()
        .filter(assignee=user, region__in=regions)
        .exclude(state=CaseState.CLOSED)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    Case.objects.filter(pk__in=cases).update(assignee=None, assignments=F("assignments") + 1)
    TimelineEntry.objects.bulk_create([TimelineEntry(case_id=pk, entry=Entry.ASSIGNED, params={"to": ""}) for pk in cases])
    seen = Q(region__in=regions) | Q(region__isnull=True, country__regions__in=regions)
    taken = ContactMessage.objects.filter(seen, taken_by=user, state=MessageState.OPEN).order_by("pk")
    messages = list(taken.values_list("pk", flat=True).distinct())
    ContactMessage.objects.filter(pk__in=messages, taken_by=user).update(taken_by=None)
    MessageEvent.objects.bulk_create([MessageEvent(message_id=pk, entry=MessageEntry.GIVEN_BACK) for pk in messages])
    return len(cases) + len(messages)


def open_cases_of_team(team: Team) -> int:
    """How many open cases of its region the team has, or its members who work in no other team there."""
    elsewhere = TeamMembership.objects.active().filter(user=OuterRef("user"), team__region=team.region_id).exclude(team=team)
    members = TeamMembership.objects.active().filter(~Exists(elsewhere), team=team).values("user")
    held = Q(team=team) | Q(assignee__in=members)
    return Case.objects.filter(held, region=team.region_id).exclude(state=CaseState.CLOSED).count()

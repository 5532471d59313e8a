"""Of what the list of cases may be asked for, what the database has in order (mct/selection.py, tests/benchmarks/cases.py).

Where an index would have the order but not the condition, it is read to its end wherever no case fits: each of the list's choices
has an index of its own, for each order that a state can be read in.
"""

from django.db import models
from django.db.models import Q

from mct.enums import CaseState, Problem

_OPEN = ~Q(state=CaseState.CLOSED)

CASE_INDEXES = [
    models.Index(fields=["region", "-created_at", "-id"], name="case_by_region"),
    models.Index(fields=["region", "state", "-created_at", "-id"], name="case_by_state"),
    models.Index(fields=["region", "code_kind", "-created_at", "-id"], name="case_by_kind"),
    models.Index(
        fields=["state", "state_changed_at"],
        condition=Q(state__in=[CaseState.LINKING, CaseState.DECLARING, CaseState.DECLARED]),
        name="case_in_motion",
    ),
    models.Index(fields=["region", "-exposure_start", "-id"], name="case_by_exposure"),
    models.Index(fields=["region", "state", "-exposure_start", "-id"], name="case_by_state_and_exposure"),
    models.Index(fields=["region", "-state_changed_at", "-id"], name="case_by_last_move"),
    models.Index(fields=["region", "state", "-state_changed_at", "-id"], name="case_by_state_and_last_move"),
    models.Index(fields=["region", "follow_up_on", "id"], condition=Q(follow_up_on__isnull=False), name="case_by_follow_up"),
    models.Index(
        fields=["region", "follow_up_on", "id"],
        condition=Q(follow_up_on__isnull=False) & _OPEN,
        name="case_due",
    ),
    models.Index(fields=["assignee"], condition=Q(assignee__isnull=False), name="case_by_assignee"),
    models.Index(fields=["team"], condition=Q(team__isnull=False), name="case_by_team"),
    # What counting looks at is included: it need not read the rows.
    models.Index(
        fields=["assignee", "-created_at", "-id"],
        include=["region", "state"],
        condition=Q(assignee__isnull=False) & _OPEN,
        name="case_open_by_assignee",
    ),
    models.Index(
        fields=["team", "-created_at", "-id"],
        include=["region", "state"],
        condition=Q(team__isnull=False) & _OPEN,
        name="case_open_by_team",
    ),
    models.Index(
        fields=["region", "-created_at", "-id"],
        include=["proposed_by"],
        condition=Q(state=CaseState.AWAITING_APPROVAL),
        name="case_awaiting_approval",
    ),
    models.Index(
        fields=["region", "-created_at", "-id"],
        condition=Q(assignee__isnull=True, team__isnull=True) & _OPEN,
        name="case_unassigned",
    ),
    models.Index(
        fields=["region", "-created_at", "-id"], condition=Q(problem=Problem.UNKNOWN_OUTCOME), name="case_unknown_outcome"
    ),
    models.Index(fields=["dossier", "place"], condition=Q(dossier__isnull=False), name="case_by_dossier"),
    models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="case_merged"),
]

from datetime import timedelta

import pytest
from django.utils import timezone

from mct.enums import CaseState, DeclarationState
from mct.models import Case, CaseCode, Declaration, Picture, SavedFilter, TimelineEntry
from mct.moves import note
from mct.retention import FORGOTTEN, purge
from mct.saving import save_filter
from tests.factories import (
    CaseFactory,
    CountryFactory,
    DeclarationFactory,
    PictureFactory,
    RegionFactory,
    TeamMembershipFactory,
    UserFactory,
    declaration_of,
    linked_case,
    ready_country,
)

pytestmark = pytest.mark.django_db
C = CaseState
NOW = timezone.now()
DAY = timedelta(days=1)


def test_closed_case_is_deleted_with_all_that_belongs_to_it():
    ready_country(case_retention_days=30)
    case = linked_case(state=C.CLOSED, state_changed_at=NOW - 31 * DAY)
    declaration_of(case, state=DeclarationState.PUBLISHED, created_at=NOW - 31 * DAY)
    PictureFactory(case=case)
    note(case, "registered", by=None)
    assert purge(now=NOW) > 0
    assert [model.objects.count() for model in (Case, CaseCode, Declaration, Picture, TimelineEntry)] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("state", [state for state in C if state != C.CLOSED])
def test_open_case_is_deleted_once_it_is_forgotten(state):
    ready_country(case_retention_days=30)
    kept = CaseFactory(state=state, state_changed_at=NOW - 29 * DAY - FORGOTTEN)
    CaseFactory(state=state, state_changed_at=NOW - 31 * DAY - FORGOTTEN)
    assert purge(now=NOW) == 1
    assert list(Case.objects.all()) == [kept]


def test_each_country_has_its_own_retention():
    ready_country(case_retention_days=30)
    belgium = CountryFactory(code="BE", prefix="https://b.example#", host="b.example", case_retention_days=10)
    old = {"state": C.CLOSED, "state_changed_at": NOW - 11 * DAY}
    kept, _ = CaseFactory(**old), CaseFactory(region=RegionFactory(country=belgium), **old)
    assert purge(now=NOW) == 1
    assert list(Case.objects.all()) == [kept]


def test_declaration_lives_as_long_as_a_case_that_shares_it():
    ready_country(case_retention_days=30)
    gone = linked_case(state=C.CLOSED, state_changed_at=NOW - 31 * DAY)
    stays = linked_case(state=C.CLOSED, state_changed_at=NOW - 29 * DAY, code={"deep_link": gone.code.deep_link})
    shared = declaration_of(gone, cases=[gone, stays], created_at=NOW - 31 * DAY, state=DeclarationState.PUBLISHED)
    purge(now=NOW)
    assert (list(Case.objects.all()), list(Declaration.objects.all())) == ([stays], [shared])


def test_declaration_that_no_case_holds_covers_its_hours_until_nobody_can_be_warned():
    kept = DeclarationFactory(created_at=NOW - 14 * DAY)
    DeclarationFactory(created_at=NOW - 16 * DAY)
    assert purge(now=NOW) == 1
    assert list(Declaration.objects.all()) == [kept]


def test_selections_of_those_who_left_are_deleted():
    kept = save_filter(owner=TeamMembershipFactory().user, name="Mine", query="quick=mine")
    save_filter(owner=UserFactory(), name="Mine", query="quick=mine")
    assert purge(now=NOW) == 1
    assert list(SavedFilter.objects.all()) == [kept]

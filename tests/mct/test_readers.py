import pytest
from django.urls import reverse

from clea_portal.accounts.enums import TeamRole
from clea_portal.audit.trail import record_act, record_read
from mct.readers import readers_of
from tests.factories import RegionFactory, TeamFactory, TeamMembershipFactory, UserFactory, linked_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db):
    return TeamMembershipFactory(role=TeamRole.LEAD).user


def test_lead_learns_who_has_looked_and_how_often_the_last_first(lead, agent):
    case, left = linked_case(), UserFactory()
    for who, verb, on in (
        (left, "opened", case),
        (agent, "opened", case),
        (agent, "followed", case),
        (agent, "opened", linked_case()),
    ):
        record_read(actor=who, verb=verb, on=on)
    record_act(actor=lead, verb="declared", on=case)
    left.delete()
    found = [(reader.who, reader.times) for reader in readers_of(case, by=lead)]
    assert found == [(agent.email, 2), ("somebody who has left", 1)]


def test_nobody_else_learns_it(agent, desk):
    case = linked_case()
    other = TeamMembershipFactory(role=TeamRole.LEAD, team=TeamFactory(region=RegionFactory(number=69))).user
    assert (readers_of(case, by=agent), readers_of(case, by=other)) == (None, None)
    page = reverse("mct:case", args=[case.uuid])
    assert "Who has looked at this case" not in desk(agent).get(page).content.decode()


def test_lead_sees_it_below_the_timeline(lead, agent, desk):
    case = linked_case()
    page = reverse("mct:case", args=[case.uuid])
    desk(agent).get(page)
    text = desk(lead).get(page).content.decode()
    assert "Who has looked at this case" in text
    assert agent.email in text


@pytest.mark.parametrize("reads", [1, 3])
def test_one_query(lead, reads, django_assert_num_queries):
    case = linked_case()
    readers_of(case, by=lead)
    for _ in range(reads):
        record_read(actor=UserFactory(), verb="opened", on=case)
    with django_assert_num_queries(1):
        assert len(readers_of(case, by=lead)) == reads

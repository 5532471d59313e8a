"""Who gets to figures and exports: every address, for everybody who might try."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from clea_portal.accounts.enums import MemberRole, TeamRole
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from clea_portal.jobs.models import Job
from mct.figure_urls import urlpatterns
from tests.factories import (
    AdministrationFactory,
    MembershipFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def tracer(role, number=38):
    return TeamMembershipFactory(role=role, team=TeamFactory(region=RegionFactory(number=number))).user


PEOPLE = {
    "agent": lambda: tracer(TeamRole.AGENT),
    "agent of another region": lambda: tracer(TeamRole.AGENT, 69),
    "lead": lambda: tracer(TeamRole.LEAD),
    "lead of another region": lambda: tracer(TeamRole.LEAD, 69),
    "administrator": lambda: AdministrationFactory().user,
    "operator": lambda: UserFactory(is_staff=True, is_superuser=True),
    "manager": lambda: MembershipFactory().user,
    "reader": lambda: MembershipFactory(role=MemberRole.READER).user,
}
TRACERS = ("agent", "agent of another region", "lead", "lead of another region")
# By address: who gets there, and the statuses of GET and POST for them.
RUNGS = {
    "figures": ((*TRACERS, "administrator"), 200, 405),
    "file": ((*TRACERS, "administrator"), 200, 405),
    "export": (TRACERS, 200, 200),
    "export_trail": (("lead", "lead of another region"), 200, 200),
}


def statuses(client, name):
    url = reverse(f"figures:{name}")
    return client.get(url).status_code, client.post(url).status_code


def test_every_address_is_on_the_ladder():
    assert {pattern.name for pattern in urlpatterns} == set(RUNGS)


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize("who", PEOPLE)
def test_who_gets_there(desk, name, who):
    people, get, post = RUNGS[name]
    found = statuses(desk(PEOPLE[who]()), name)
    assert found == ((get, post) if who in people else (404, 405 if post == 405 else 404))


@pytest.mark.parametrize("name", RUNGS)
def test_anonymous_person_is_asked_to_sign_in(client, name):
    url = reverse(f"figures:{name}")
    for response in (client.get(url), client.post(url)):
        assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse(settings.LOGIN_URL))


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize("who", ["lead", "administrator"])
def test_nobody_gets_there_without_second_factor(sign_in, name, who):
    client = sign_in(PEOPLE[who](), second_factor=False)
    assert statuses(client, name) == (302, 302)


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize("who", ["lead", "administrator"])
def test_nothing_is_there_where_a_country_runs_without_contact_tracing(desk, name, who):
    client = desk(PEOPLE[who]())
    Country.objects.update(deployment=Deployment.NONE)
    post = RUNGS[name][2]
    assert statuses(client, name) == (404, 405 if post == 405 else 404)


@pytest.mark.parametrize("name", ["export", "export_trail"])
def test_every_order_needs_its_token(desk, name):
    browser = desk(PEOPLE["lead"]())
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert strict.post(reverse(f"figures:{name}"), {"format": "csv"}).status_code == 403
    assert Job.objects.count() == 0


@pytest.mark.parametrize("name", RUNGS)
def test_other_methods_are_refused(desk, name):
    assert desk(PEOPLE["lead"]()).put(reverse(f"figures:{name}")).status_code == 405

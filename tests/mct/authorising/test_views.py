"""Who gets to the page of uploads, and what it shows."""

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import Administration
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country, Region, ServerAuthority
from mct.authorising.issuing import MOST_OPEN, authorise_upload, digest, redeem
from mct.authorising.models import UploadAuthorisation
from mct.authorising.urls import urlpatterns
from tests.factories import (
    CountryFactory,
    MembershipFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
# By name: statuses of GET and POST for the agent whose code it is.
RUNGS = {"list": (200, 200), "revoke": (405, 302)}
LIST = reverse("authorising:list")


@pytest.fixture
def row(interviewer):
    return authorise_upload(region=Region.objects.get(), by=interviewer, now=timezone.now())[0]


def address(name, row):
    return reverse(f"authorising:{name}", args=[row.uuid] if name == "revoke" else [])


def kept():
    return list(UploadAuthorisation.objects.order_by("pk").values())


def statuses(client, url):
    return client.get(url).status_code, client.post(url).status_code


def manager():
    return MembershipFactory().user


def administrator():
    user = UserFactory(is_staff=True, is_superuser=True)
    Administration.objects.create(user=user, country=CountryFactory())
    return user


def test_every_address_is_on_the_ladder():
    assert {pattern.name for pattern in urlpatterns} == set(RUNGS)


@pytest.mark.parametrize("name", RUNGS)
def test_agent_gets_there(desk, interviewer, row, name):
    assert statuses(desk(interviewer), address(name, row)) == RUNGS[name]


@pytest.mark.parametrize("role", TeamRole)
def test_code_of_somebody_else_is_not_found(desk, row, role):
    before = kept()
    for team in (TeamFactory(), TeamFactory(region=RegionFactory(number=69))):
        client = desk(TeamMembershipFactory(team=team, role=role).user)
        assert client.post(address("revoke", row)).status_code == 404
        assert client.get(LIST).context["rows"] == []
    assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize("who", [manager, administrator])
def test_page_does_not_exist_for_others(desk, row, name, who):
    before = kept()
    assert statuses(desk(who()), address(name, row)) == (404, 404)
    assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize("deployment", [Deployment.EDGE, Deployment.NONE])
def test_page_does_not_exist_where_the_team_is_not_at_the_centre(desk, interviewer, row, name, deployment):
    Country.objects.update(deployment=deployment)
    before = kept()
    client = desk(interviewer)
    assert statuses(client, address(name, row)) == (404, 404)
    assert LIST not in client.get("/", follow=True).content.decode()
    assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
def test_anonymous_person_is_asked_to_sign_in(client, row, name):
    before = kept()
    for response in (client.get(address(name, row)), client.post(address(name, row))):
        assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse(settings.LOGIN_URL))
    assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
def test_agent_without_second_factor_gets_nowhere(sign_in, interviewer, row, name):
    before = kept()
    client = sign_in(interviewer, second_factor=False)
    for response in (client.get(address(name, row)), client.post(address(name, row))):
        assert (response.status_code, response["Location"]) == (302, reverse("mfa_index"))
    assert kept() == before


def test_number_that_is_no_code_is_not_found(desk, interviewer):
    client = desk(interviewer)
    url = reverse("authorising:revoke", args=[uuid4()])
    assert (client.post(url).status_code, client.post(url.replace("-", "!", 1)).status_code) == (404, 404)


@pytest.mark.parametrize("name", RUNGS)
def test_every_post_needs_its_token(desk, interviewer, row, name):
    before = kept()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk(interviewer).cookies
    assert (strict.post(address(name, row)).status_code, kept()) == (403, before)


def test_navigation_leads_there(desk, interviewer):
    assert f'href="{LIST}"' in desk(interviewer).get(reverse("mct:case_list")).content.decode()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_code_is_shown_once(desk, interviewer, language):
    client = desk(interviewer)
    answer = client.post(LIST, headers={"accept-language": language})
    html = answer.content.decode()
    code = "".join(re.findall(r'<b class="mono">(.)</b>', html))
    row = UploadAuthorisation.objects.get()
    assert (row.code_digest, row.created_by, row.region) == (digest(code), interviewer, Region.objects.get())
    assert "no-store" in answer["Cache-Control"]
    assert len(re.findall(r'<ol class="spelled-group">', html)) == 2
    assert code not in client.get(LIST).content.decode()
    redeem(code=code, now=timezone.now())
    assert client.get(LIST).context["rows"] == []


def test_open_code_is_revoked(desk, interviewer, row):
    client = desk(interviewer)
    assert [each["authorisation"] for each in client.get(LIST).context["rows"]] == [row]
    url = address("revoke", row)
    first, second = (client.post(url, follow=True) for _ in range(2))
    assert [str(message) for message in first.context["messages"]] == ["The code no longer works."]
    assert [str(message) for message in second.context["messages"]] == ["This code has been used already, or revoked."]
    assert second.context["rows"] == []


def test_whoever_works_in_several_regions_chooses(desk, interviewer):
    second = RegionFactory(number=69)
    TeamMembershipFactory(user=interviewer, team=TeamFactory(region=second))
    elsewhere = RegionFactory(country=CountryFactory(code="BE", prefix="https://b.example#", host="b.example"))
    TeamMembershipFactory(user=interviewer, team=TeamFactory(region=elsewhere))
    client = desk(interviewer)
    offered = client.get(LIST).context["form"].fields["region"].queryset
    assert set(offered) == set(Region.objects.filter(country__code="FR"))
    for wrong in ("", elsewhere.pk, "x"):
        assert list(client.post(LIST, {"region": wrong}).context["form"].errors) == ["region"]
    assert not UploadAuthorisation.objects.exists()
    assert "code" not in client.post(LIST, {"region": second.pk}).context["authorisation"].__dict__
    assert UploadAuthorisation.objects.get().region == second


def test_refusals_are_said_in_words(desk, interviewer):
    client, now = desk(interviewer), timezone.now()
    for _ in range(MOST_OPEN):
        authorise_upload(region=Region.objects.get(), by=interviewer, now=now)
    assert "You have 20 codes that nobody has used yet" in client.post(LIST).content.decode()
    UploadAuthorisation.objects.all().delete()
    ServerAuthority.objects.update(client_key="")
    assert "is not set up for uploads. Ask an administrator." in client.post(LIST).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_number_of_queries_does_not_grow_with_the_list(desk, interviewer, rows, django_assert_num_queries):
    for _ in range(rows):
        authorise_upload(region=Region.objects.get(), by=interviewer, now=timezone.now())
    client = desk(interviewer)
    with django_assert_num_queries(8):
        client.get(LIST)

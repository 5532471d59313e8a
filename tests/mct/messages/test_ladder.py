"""Who gets where: every page and act of the inbox, for everybody who might try."""

from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import Administration
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from mct.messages.enums import MessageState
from mct.messages.models import ContactMessage, MessageEvent
from mct.messages.urls import urlpatterns
from mct.models import Case
from tests.factories import (
    ContactMessageFactory,
    CountryFactory,
    MembershipFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
AGENT, LEAD = TeamRole.AGENT, TeamRole.LEAD


@dataclass(frozen=True)
class Rung:
    """``get`` and ``post``: statuses for whoever has the message; ``colleague`` and ``lead`` (post): for others of the region."""

    get: int = 405
    post: int = 405
    colleague: int = 302
    lead: int = 302
    fields: dict = field(default_factory=dict)
    national: bool = False


MATCHED = {"matched_at": timezone.now()}
LOCKED = {"tries_left": 0, "wrong_pins": 3}
RUNGS = {
    "list": Rung(get=200),
    "message": Rung(get=200),
    "take": Rung(post=302, fields={"taken_by": None}),
    "try_pin": Rung(post=200, colleague=200, lead=200),
    "unlock": Rung(post=403, colleague=403, fields=LOCKED),
    "close_as_forged": Rung(post=302, fields={"wrong_pins": 1}),
    "open_case": Rung(post=302, fields=MATCHED),
    "ask_for_register": Rung(post=302, fields=MATCHED),
    "note_call": Rung(post=200, colleague=200, lead=200),
    "not_reached": Rung(post=200, colleague=200, lead=200),
    "finish": Rung(post=302),
    "hand_over": Rung(post=302, colleague=403),
    "give_to_region": Rung(post=403, colleague=403, lead=200),
    "decrypt_again": Rung(post=404, colleague=404, fields={"state": MessageState.UNREADABLE}, national=True),
    "give_up": Rung(post=404, colleague=404, fields={"state": MessageState.UNREADABLE}, national=True),
}
OF_A_MESSAGE = [name for name in RUNGS if name != "list"]


def insider(role=AGENT):
    return TeamMembershipFactory(role=role).user


def outsider(role=AGENT):
    return TeamMembershipFactory(team=TeamFactory(region=RegionFactory(number=69)), role=role).user


def manager():
    return MembershipFactory().user


def administrator():
    user = UserFactory(is_staff=True, is_superuser=True)
    Administration.objects.create(user=user, country=CountryFactory())
    return user


def situation(name, holder):
    return ContactMessageFactory(**({"taken_by": holder} | RUNGS[name].fields)) if name != "list" else None


def address(name, message):
    return reverse(f"contact_messages:{name}", args=[message.uuid] if message else [])


def kept():
    return [list(model.objects.order_by("pk").values()) for model in (ContactMessage, MessageEvent, Case)]


def test_every_address_of_the_inbox_is_on_the_ladder():
    assert {pattern.name for pattern in urlpatterns} == set(RUNGS)


@pytest.mark.parametrize("name", RUNGS)
def test_whoever_has_the_message_gets_there(desk, name):
    user = insider()
    url, rung = address(name, situation(name, user)), RUNGS[name]
    client = desk(user)
    get = 404 if rung.national and rung.get != 405 else rung.get
    assert (client.get(url).status_code, client.post(url).status_code) == (get, rung.post)


@pytest.mark.parametrize("name", RUNGS)
def test_colleague_sees_and_changes_nothing_that_is_not_free(desk, name):
    url, rung = address(name, situation(name, insider())), RUNGS[name]
    before, client = kept(), desk(insider())
    assert client.get(url).status_code == rung.get
    assert client.post(url).status_code == (rung.colleague if rung.post != 405 else 405)
    if name != "take":
        assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
def test_lead_of_the_region_gets_there(desk, name):
    url, rung = address(name, situation(name, insider())), RUNGS[name]
    client = desk(insider(LEAD))
    assert (client.get(url).status_code, client.post(url).status_code) == (rung.get, rung.lead if rung.post != 405 else 405)


@pytest.mark.parametrize("role", TeamRole)
@pytest.mark.parametrize("name", OF_A_MESSAGE)
def test_team_of_another_region_finds_no_message_of_this_one(desk, name, role):
    message, rung = situation(name, insider()), RUNGS[name]
    before, client = kept(), desk(outsider(role))
    expected = (302 if role == LEAD else 404) if rung.national else 404
    assert client.get(address(name, message)).status_code == (404 if rung.get == 200 else 405)
    assert client.post(address(name, message)).status_code == (expected if rung.post != 405 else 405)
    if expected == 404:
        assert kept() == before


@pytest.mark.parametrize(("role", "status"), [(AGENT, 404), (LEAD, 200)])
def test_message_of_no_region_is_seen_by_leads_of_the_country_only(desk, role, status):
    message = ContactMessageFactory(region=None)
    for person in (insider(role), outsider(role)):
        assert desk(person).get(address("message", message)).status_code == status
    belgium = CountryFactory(code="BE", prefix="https://b.example#", host="b.example")
    theirs = ContactMessageFactory(region=None, country=belgium, server__country=belgium)
    assert desk(insider(role)).get(address("message", theirs)).status_code == 404


@pytest.mark.parametrize("role", TeamRole)
def test_message_that_is_not_decrypted_yet_is_nowhere(desk, role):
    message = ContactMessageFactory(state=MessageState.WAITING)
    assert desk(insider(role)).get(address("message", message)).status_code == 404


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize("who", [manager, administrator])
def test_inbox_does_not_exist_for_others(desk, name, who):
    url, before = address(name, situation(name, insider())), kept()
    client = desk(who())
    assert (client.get(url).status_code, client.post(url).status_code) == (404, 404)
    assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
def test_inbox_does_not_exist_where_a_country_runs_without_contact_tracing(desk, name):
    user = insider()
    url = address(name, situation(name, user))
    Country.objects.update(deployment=Deployment.NONE)
    before, client = kept(), desk(user)
    assert (client.get(url).status_code, client.post(url).status_code) == (404, 404)
    assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
def test_anonymous_person_is_asked_to_sign_in(client, name):
    url, before = address(name, situation(name, insider())), kept()
    for response in (client.get(url), client.post(url)):
        assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse(settings.LOGIN_URL))
    assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
def test_agent_without_second_factor_gets_nowhere(sign_in, name):
    user = insider()
    url, before = address(name, situation(name, user)), kept()
    client = sign_in(user, second_factor=False)
    for response in (client.get(url), client.post(url)):
        assert (response.status_code, response["Location"]) == (302, reverse("mfa_index"))
    assert kept() == before


@pytest.mark.parametrize("name", OF_A_MESSAGE)
def test_number_that_is_no_message_is_not_found(desk, name):
    user = insider(LEAD)
    message = situation(name, user)
    client = desk(user)
    method = client.post if RUNGS[name].post != 405 else client.get
    assert method(reverse(f"contact_messages:{name}", args=[uuid4()])).status_code == 404
    assert client.get(address(name, message).replace("-", "!", 1)).status_code == 404


@pytest.mark.parametrize("name", [name for name in RUNGS if RUNGS[name].post != 405])
def test_every_post_needs_its_token(desk, name):
    user = insider(LEAD)
    url, before = address(name, situation(name, user)), kept()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk(user).cookies
    assert (strict.post(url).status_code, kept()) == (403, before)

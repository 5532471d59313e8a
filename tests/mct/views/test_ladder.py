"""Who gets where: every page and act of the desk, for everybody who might try."""

from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import Administration
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from mct.enums import CaseState, DeclarationState
from mct.models import Case, ContactLink, Declaration, DistinctPair, Dossier, RegisterPage, TimelineEntry
from mct.urls import urlpatterns
from tests.factories import (
    CountryFactory,
    MembershipFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    UserFactory,
)
from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Rung:
    """``scene``: the case on which it works; ``get`` and ``post``: statuses for those who may, 405 where there is none."""

    scene: str = ""
    get: int = 405
    post: int = 405
    data: dict = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    # Agents find it and may not.
    for_leads: bool = False


RUNGS = {
    "case_list": Rung(get=200),
    "case_register": Rung(get=200, post=200),
    "case": Rung("ready", get=200),
    "cases_bulk": Rung(post=302),
    "filter_save": Rung(post=302),
    "filter_delete": Rung(post=404),
    "case_assign": Rung("ready", get=200, post=200),
    "case_hand_over": Rung("ready", get=200, post=200, for_leads=True),
    "case_note": Rung("ready", get=200, post=200),
    "case_follow_up": Rung("ready", get=200, post=302),
    "case_status": Rung("ready", get=302),
    "case_correct": Rung("ready", get=200, post=200),
    "case_evidence": Rung("draft", get=200, post=200),
    "case_ask": Rung("draft", get=200, post=302),
    "case_ask_stop": Rung("draft", post=302),
    "contact_link": Rung("draft", post=302),
    "contact_link_code": Rung("with_a_contact", get=200),
    "contact_link_mail": Rung("with_a_contact", post=200),
    "contact_link_stop": Rung("with_a_contact", post=302),
    "register_page": Rung("with_a_contact", get=200, parts=("page",)),
    "register_sheet": Rung("with_a_contact", get=200, parts=("page", "sheet")),
    "case_beside": Rung("ready", get=200, post=200),
    "case_person": Rung("of_several_places", get=200, post=302),
    "case_leave": Rung("of_several_places", post=302),
    "case_duplicate": Rung("looking_like_another", get=200, post=200, parts=("other",)),
    "duplicate_apart": Rung("looking_like_another", post=302, parts=("other",)),
    "duplicate_person": Rung("looking_like_another", post=302, parts=("other",)),
    "codes_split": Rung("several_codes", post=302),
    "code_choose": Rung("several_codes", post=302, parts=("code",)),
    "case_declare": Rung("ready", post=302),
    "case_approve": Rung("proposed_by_a_colleague", post=302),
    "case_send_back": Rung("proposed_by_a_colleague", post=302),
    "case_withdraw": Rung("held", post=302),
    "case_take_back": Rung("published", get=200, post=200),
    "case_retry": Rung("no_server", post=302),
    "case_close": Rung("published", post=302),
    "declaration_decide": Rung("unknown_outcome", get=200, post=200, parts=("declaration",)),
}


PARTS = {
    "other": lambda case: Case.objects.exclude(pk=case.pk).order_by("pk").first().uuid,
    "code": lambda case: case.codes.first().uuid,
    "declaration": lambda case: case.declarations.first().uuid,
    "page": lambda case: case.register_pages.first().uuid,
    "sheet": lambda case: 1,
}


def address(name, case):
    rung = RUNGS[name]
    if not rung.scene:
        return reverse(f"mct:{name}")
    return reverse(f"mct:{name}", args=[case.uuid, *(PARTS[part](case) for part in rung.parts)])


def situation(name):
    maker = TeamMembershipFactory().user
    return SCENES[RUNGS[name].scene](maker) if RUNGS[name].scene else None


def kept():
    """All that an act could change."""
    kept_models = (Case, ContactLink, Declaration, DistinctPair, Dossier, RegisterPage, TimelineEntry)
    return [list(model.objects.order_by("pk").values()) for model in kept_models]


def insider(role=TeamRole.AGENT):
    return TeamMembershipFactory(role=role).user


def outsider():
    return TeamMembershipFactory(team=TeamFactory(region=RegionFactory(number=69))).user


def manager():
    return MembershipFactory().user


def administrator():
    user = UserFactory(is_staff=True, is_superuser=True)
    Administration.objects.create(user=user, country=CountryFactory())
    return user


def test_every_address_of_the_desk_is_on_the_ladder():
    assert {pattern.name for pattern in urlpatterns} == set(RUNGS)


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize("role", TeamRole)
def test_agents_and_leads_of_the_region_get_there(desk, name, role):
    url, rung = address(name, situation(name)), RUNGS[name]
    client = desk(insider(role))
    expected = (403, 403) if rung.for_leads and role == TeamRole.AGENT else (rung.get, rung.post)
    assert (client.get(url).status_code, client.post(url).status_code) == expected


@pytest.mark.parametrize("name", RUNGS)
def test_agent_of_another_region_finds_no_case(desk, name):
    case = situation(name)
    url, rung, before = address(name, case), RUNGS[name], kept()
    client = desk(outsider())
    found = (client.get(url).status_code, client.post(url).status_code)
    if rung.scene:
        assert found == (rung.get if rung.get == 405 else 404, rung.post if rung.post == 405 else 404)
    else:
        assert found == (rung.get, rung.post)
    assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize("who", [manager, administrator])
def test_desk_does_not_exist_for_others(desk, name, who):
    url, before = address(name, situation(name)), kept()
    client = desk(who())
    assert (client.get(url).status_code, client.post(url).status_code) == (404, 404)
    assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
def test_desk_does_not_exist_where_a_country_runs_without_contact_tracing(desk, name):
    url, user = address(name, situation(name)), insider()
    Country.objects.update(deployment=Deployment.NONE)
    before = kept()
    client = desk(user)
    assert (client.get(url).status_code, client.post(url).status_code) == (404, 404)
    assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
def test_anonymous_person_is_asked_to_sign_in(client, name):
    url, before = address(name, situation(name)), kept()
    for response in (client.get(url), client.post(url)):
        assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse(settings.LOGIN_URL))
    assert kept() == before


@pytest.mark.parametrize("name", RUNGS)
def test_agent_without_second_factor_gets_nowhere(sign_in, name):
    url, user, before = address(name, situation(name)), insider(), kept()
    client = sign_in(user, second_factor=False)
    for response in (client.get(url), client.post(url)):
        assert (response.status_code, response["Location"]) == (302, reverse("mfa_index"))
    assert kept() == before


@pytest.mark.parametrize(
    ("name", "wrong"), [(name, wrong) for name in RUNGS if RUNGS[name].scene for wrong in range(1 + len(RUNGS[name].parts))]
)
def test_number_that_is_no_case_or_not_of_it_is_not_found(desk, name, wrong):
    case, rung = situation(name), RUNGS[name]
    numbers = [case.uuid, *(PARTS[part](case) for part in rung.parts)]
    numbers[wrong] = 2 if numbers[wrong] == 1 else uuid4()
    url, client = reverse(f"mct:{name}", args=numbers), desk(insider())
    method = client.post if rung.post != 405 else client.get
    assert method(url).status_code == 404


@pytest.mark.parametrize("name", [name for name in RUNGS if RUNGS[name].scene])
def test_malformed_number_is_not_found(desk, name):
    url = address(name, situation(name)).replace("-", "!", 1)
    assert desk(insider()).get(url).status_code == 404


def test_code_or_declaration_of_another_case_is_not_found(desk):
    mine, theirs = situation("code_choose"), situation("declaration_decide")
    client = desk(insider())
    choose = reverse("mct:code_choose", args=[mine.uuid, theirs.codes.first().uuid])
    decide = reverse("mct:declaration_decide", args=[mine.uuid, theirs.declarations.first().uuid])
    assert (client.post(choose).status_code, client.post(decide).status_code) == (404, 404)


@pytest.mark.parametrize("name", [name for name in RUNGS if RUNGS[name].post != 405])
def test_every_post_needs_its_token(desk, name):
    url, before = address(name, situation(name)), kept()
    browser = desk(insider())
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert (strict.post(url).status_code, kept()) == (403, before)


def test_declaration_of_a_case_that_is_not_unknown_is_not_decided(desk):
    case = SCENES["held"](insider())
    url = reverse("mct:declaration_decide", args=[case.uuid, case.declarations.get().uuid])
    response = desk(insider()).post(url, {"decision": "again", "reason": "So."}, follow=True)
    assert "The case has changed meanwhile. Look again." in response.content.decode()
    assert (Case.objects.get().state, Declaration.objects.get().state) == (CaseState.DECLARING, DeclarationState.HELD)

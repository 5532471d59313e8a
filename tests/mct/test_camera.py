"""Which pages may use a camera, and what they tell it."""

import pytest
from django.test import Client
from django.urls import reverse

from mct.camera import known_hosts
from tests.factories import CaseFactory, CountryFactory, contact_link, ready_country

pytestmark = pytest.mark.django_db


def camera_of(response):
    rules = dict(rule.split("=", 1) for rule in response["Permissions-Policy"].split(", "))
    assert {name for name, allowed in rules.items() if allowed != "()"} <= {"camera"}
    return (response.status_code, rules["camera"])


@pytest.mark.parametrize("name", ["case", "case_evidence"])
def test_pages_of_a_case_that_take_its_code_may_use_the_camera(agent, desk, name):
    case = CaseFactory(created_by=agent)
    assert camera_of(desk(agent).get(reverse(f"mct:{name}", args=[case.uuid]))) == (200, "(self)")


def test_register_form_may_use_the_camera_and_keeps_it_when_it_comes_back(agent, desk):
    client = desk(agent)
    assert camera_of(client.get(reverse("mct:case_register"))) == (200, "(self)")
    assert camera_of(client.post(reverse("mct:case_register"), {})) == (200, "(self)")


def test_contacts_page_may_use_the_camera(agent):
    ready_country()
    browser = Client()
    browser.get(f"/contact/{contact_link(CaseFactory(created_by=agent), by=agent).token}/")
    browser.post("/contact/start/")
    assert camera_of(browser.get("/contact/")) == (200, "(self)")


@pytest.mark.parametrize("name", ["case_list", "cases_bulk"])
def test_other_pages_of_the_desk_may_not(agent, desk, name):
    assert camera_of(desk(agent).get(reverse(f"mct:{name}")))[1] == "()"


def test_neither_may_public_pages_nor_those_that_are_refused(agent, desk):
    assert camera_of(Client().get("/"))[1] == "()"
    missing = reverse("mct:case", args=["00000000-0000-0000-0000-000000000000"])
    assert camera_of(desk(agent).get(missing)) == (404, "()")


def test_countries_are_known_by_their_hosts():
    CountryFactory()
    assert known_hosts() == {"tac.gouv.fr": "France"}

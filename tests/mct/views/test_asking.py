import pytest

from mct.models import CodeRequest
from tests.factories import CaseFactory
from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db


def test_a_number_to_say_and_a_link_to_send(desk, agent, woken):
    case = CaseFactory()
    browser = desk(agent)
    assert "Make a number and a link" in browser.get(f"/cases/{case.uuid}/ask/").content.decode()
    response = browser.post(f"/cases/{case.uuid}/ask/")
    assert response["Location"] == f"/cases/{case.uuid}/ask/"
    asked = CodeRequest.objects.get()
    page = browser.get(f"/cases/{case.uuid}/ask/")
    assert page.context["number"] == asked.number
    assert page.context["link"] == f"http://testserver/share/{asked.token}/"
    assert "no-store" in page["Cache-Control"]


def test_calling_it_off(desk, agent, woken):
    case = CaseFactory()
    browser = desk(agent)
    browser.post(f"/cases/{case.uuid}/ask/")
    assert browser.post(f"/cases/{case.uuid}/ask/stop/")["Location"] == f"/cases/{case.uuid}/"
    assert not CodeRequest.objects.exists()


@pytest.mark.parametrize(("scene", "method"), [("published", "post"), ("closed", "get"), ("closed", "post")])
def test_a_case_that_takes_no_more_codes(desk, agent, woken, scene, method):
    case = SCENES[scene](agent)
    response = getattr(desk(agent), method)(f"/cases/{case.uuid}/ask/", follow=True)
    assert response.redirect_chain == [(f"/cases/{case.uuid}/", 302)]
    assert "takes no more codes" in response.content.decode()


def test_a_case_that_takes_no_more_codes_can_still_ask_for_the_register(desk, agent, woken):
    case = SCENES["published"](agent)
    text = desk(agent).get(f"/cases/{case.uuid}/ask/").content.decode()
    assert ("Make a number and a link" in text, "Make a link" in text, "needs no more codes" in text) == (False, True, True)

import pytest
from django.urls import reverse

from clea_portal.buttons import page_above
from tests.members import member, signed_in
from tests.venues.making import opened_venue


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/venues/0a0fd2a4-0000-4000-8000-000000000000/listed/", "/venues/0a0fd2a4-0000-4000-8000-000000000000/"),
        ("/venues/codes/0a0fd2a4-0000-4000-8000-000000000000/mail/", "/venues/"),
        ("/nothing/here/", "/"),
        ("/", "/"),
    ],
)
def test_page_above(path, above):
    assert page_above(path) == above


@pytest.mark.django_db
def test_page_of_a_button_that_is_loaded_again_leads_back():
    venue = opened_venue()
    response = signed_in(member(venue.organisation)).get(
        reverse("venues:listed", args=[venue.uuid]), headers={"accept": "text/html"}
    )
    page = response.content.decode()
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert ("Press the button again" in page, f'href="{reverse("venues:detail", args=[venue.uuid])}"' in page) == (True, True)


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "accept"), [("put", "text/html"), ("get", "application/json")])
def test_programs_get_the_bare_answer(method, accept):
    venue = opened_venue()
    browser = signed_in(member(venue.organisation))
    response = getattr(browser, method)(reverse("venues:listed", args=[venue.uuid]), headers={"accept": accept})
    assert (response.status_code, response.content) == (405, b"")

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = reverse("change_time_zone")


def test_hours_are_shown_in_the_person_s_zone(sign_in, time_machine):
    time_machine.move_to(datetime(2026, 6, 12, 10, 0, tzinfo=UTC), tick=False)
    user = MembershipFactory().user
    browser = sign_in(user)
    assert "12 June 2026, 12:00" in browser.get(PAGE).content.decode()
    response = browser.post(PAGE, {"time_zone": "America/Guadeloupe"})
    assert (response.status_code, response["Location"]) == (302, PAGE)
    user.refresh_from_db()
    assert user.time_zone == "America/Guadeloupe"
    page = browser.get(PAGE).content.decode()
    assert "12 June 2026, 06:00" in page
    assert '<option value="America/Guadeloupe" selected>' in page


def test_zone_that_does_not_exist_is_refused(sign_in):
    user = UserFactory()
    before = user.time_zone
    page = sign_in(user).post(PAGE, {"time_zone": "Europe/Atlantis"}).content.decode()
    user.refresh_from_db()
    assert user.time_zone == before
    assert "Europe/Atlantis is not one of the available choices" in page


def test_stranger_signs_in_first(client):
    assert client.get(PAGE)["Location"] == f"{reverse('account_login')}?next={PAGE}"


def test_other_methods_are_refused(sign_in):
    assert sign_in(UserFactory()).delete(PAGE).status_code == 405

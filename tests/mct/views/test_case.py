import pytest
from django.urls import reverse

from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_case_page_is_shown_in_every_situation(agent, desk, name, language):
    case = SCENES[name](agent)
    response = desk(agent).get(reverse("mct:case", args=[case.uuid]), headers={"accept-language": language})
    assert response.status_code == 200

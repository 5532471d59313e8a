import pytest

from mct.models import SavedFilter
from mct.saving import MOST_SAVED, TooManySaved, save_filter
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def kept(owner):
    return [(each.name, each.query) for each in SavedFilter.objects.filter(owner=owner)]


def test_selection_is_kept_and_one_of_the_same_name_replaced():
    owner = UserFactory()
    save_filter(owner=owner, name="Monday", query="quick=mine")
    save_filter(owner=owner, name="monday", query="quick=due")
    save_filter(owner=UserFactory(), name="Monday", query="show=ready")
    assert kept(owner) == [("monday", "quick=due")]


def test_name_and_words_stand_encrypted_in_the_database():
    saved = save_filter(owner=UserFactory(), name="Monday", query="q=Auberge")
    row = SavedFilter.objects.extra(select={"kept": "name || query"}).values_list("kept", flat=True).get(pk=saved.pk)
    assert ("Monday" in row, "Auberge" in row) == (False, False)


def test_there_is_a_limit():
    owner = UserFactory()
    for number in range(MOST_SAVED):
        save_filter(owner=owner, name=str(number), query="quick=mine")
    with pytest.raises(TooManySaved):
        save_filter(owner=owner, name="one more", query="quick=mine")
    save_filter(owner=owner, name="7", query="quick=due")
    assert len(kept(owner)) == MOST_SAVED

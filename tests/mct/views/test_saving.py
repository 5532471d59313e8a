import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from mct.models import SavedFilter
from mct.saving import MOST_SAVED, save_filter
from tests.factories import CaseFactory

pytestmark = pytest.mark.django_db
LIST, SAVE, DELETE = (reverse(f"mct:{name}") for name in ("case_list", "filter_save", "filter_delete"))


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_selection_is_kept_listed_and_deleted(agent, desk):
    CaseFactory()
    client = desk(agent)
    page = client.get(LIST, {"show": "ready", "q": "l’auberge", "after": "nonsense"})
    query = page.context["save_form"].initial["query"]
    response = client.post(SAVE, {"name": "To declare", "query": query})
    assert (said(response), response["Location"]) == (["The selection is kept."], f"{LIST}?{query}")
    saved = SavedFilter.objects.get()
    assert (saved.owner, saved.name, saved.query) == (agent, "To declare", "show=ready&q=l%E2%80%99auberge")
    text = client.get(LIST).content.decode()
    assert f'href="{LIST}?show=ready&amp;q=l%E2%80%99auberge"' in text
    assert said(client.post(DELETE, {"filter": saved.uuid})) == ["The selection is deleted."]
    assert SavedFilter.objects.count() == 0


def test_only_what_selects_is_kept(agent, desk):
    desk(agent).post(SAVE, {"name": "A", "query": "quick=mine&after=x&next=https://example.org&quick=due"})
    assert SavedFilter.objects.get().query == "quick=due"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"name": "", "query": "quick=mine"}, "Give the selection a name of at most 40 characters."),
        ({"name": "a" * 41, "query": "quick=mine"}, "Give the selection a name of at most 40 characters."),
        ({"name": "A", "query": "after=x"}, "Choose something first: this is the whole list."),
    ],
)
def test_what_is_missing_is_named(agent, desk, words, sentence):
    assert said(desk(agent).post(SAVE, words)) == [sentence]
    assert SavedFilter.objects.count() == 0


def test_limit_is_named(agent, desk):
    for number in range(MOST_SAVED):
        save_filter(owner=agent, name=str(number), query="quick=mine")
    response = desk(agent).post(SAVE, {"name": "A", "query": "quick=mine"})
    assert said(response) == ["You keep 20 selections already. Delete one first."]


def test_selection_of_somebody_else_is_not_there(agent, colleague, desk):
    saved = save_filter(owner=colleague, name="Theirs", query="quick=mine")
    client = desk(agent)
    assert "Theirs" not in client.get(LIST).content.decode()
    for number in (saved.uuid, "nonsense", ""):
        assert client.post(DELETE, {"filter": number}).status_code == 404
    assert SavedFilter.objects.count() == 1

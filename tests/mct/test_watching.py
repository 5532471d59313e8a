from datetime import timedelta

import pytest

from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.outcomes import Reason
from clea_portal.cluster_server.public_list import ClusterListClient, Exposition, ListUnavailableError
from clea_portal.protocol.keys import parse_private_key
from clea_portal.protocol.ntp import to_ntp
from mct.enums import CaseState, DeclarationState, Problem
from mct.models import Case, Declaration, TimelineEntry
from mct.sending import send_declaration
from mct.watching import publish, watch_lists, watch_server
from tests.factories import (
    CountryFactory,
    DeclarationFactory,
    RegionFactory,
    ServerAuthorityFactory,
    declaration_of,
    linked_case,
    new_code,
)

pytestmark = pytest.mark.django_db
C, D = CaseState, DeclarationState
HOUR = timedelta(hours=1)


@pytest.fixture
def lists(monkeypatch):
    """What the public lists show, by address; an address that is not in it cannot be read."""
    shown: dict[str, dict] = {}

    def fetch(self, list_url, prefixes=(), cache=None, *, ltids=()):
        if list_url not in shown:
            raise ListUnavailableError(Reason.NO_CONNECTION)
        return {ltid: spans for ltid, spans in shown[list_url].items() if ltid in ltids}

    monkeypatch.setattr(ClusterListClient, "fetch", fetch)
    return shown


def exposition(start, end, risk=3.0):
    return Exposition(to_ntp(start), round((end - start).total_seconds()), risk)


def accepted(state=D.ACCEPTED, **fields):
    unknown = state == D.UNKNOWN
    case = linked_case(state=C.NEEDS_ATTENTION if unknown else C.DECLARED, problem=Problem.UNKNOWN_OUTCOME if unknown else "")
    return case, declaration_of(case, state=state, **fields)


@pytest.mark.parametrize("kind", ServerKind)
def test_declaration_is_published_when_the_real_list_shows_it(sandbox, kind):
    code = new_code(pk_sa=parse_private_key(sandbox.sk_sa).public_key())
    case = linked_case(state=C.DECLARING, code={"deep_link": code.deep_link})
    ServerAuthority.objects.update(kind=kind, base_url=sandbox.base_url, list_url=sandbox.list_url, client_key=sandbox.client_key)
    declaration = declaration_of(case, state=D.READY, instant=case.exposure_start + HOUR if kind == ServerKind.FORM else None)
    watch_lists()
    send_declaration(declaration.pk)
    assert Case.objects.get().state == C.DECLARED
    watch_lists()
    declaration.refresh_from_db()
    assert (declaration.state, declaration.published_at is not None, Case.objects.get().state) == (D.PUBLISHED, True, C.PUBLISHED)
    params = TimelineEntry.objects.get(entry="published").params
    (one,) = sandbox.received(ltid=declaration.ltid)
    assert (params["declaration"], params["risk"], one["state"]) == (str(declaration.uuid), 3.0, "published")


def test_api_declaration_is_published_when_the_list_shows_a_part_of_its_hours(lists):
    _, declaration = accepted()
    lists[declaration.server.list_url] = {declaration.ltid: [exposition(declaration.start - HOUR, declaration.start + HOUR)]}
    watch_lists()
    assert Case.objects.get().state == C.PUBLISHED
    assert TimelineEntry.objects.get(entry="published").params == {
        "declaration": str(declaration.uuid),
        "start": to_ntp(declaration.start - HOUR),
        "seconds": 7200,
        "risk": 3.0,
    }


@pytest.mark.parametrize(("before", "after"), [(-2, -1), (-1, 0), (2, 3), (3, 4)])
def test_other_hours_of_the_same_place_are_not_this_declaration(lists, before, after):
    _, declaration = accepted()
    start = declaration.start
    lists[declaration.server.list_url] = {declaration.ltid: [exposition(start + before * HOUR, start + after * HOUR)]}
    watch_lists()
    assert (Case.objects.get().state, Declaration.objects.get().state) == (C.DECLARED, D.ACCEPTED)


@pytest.mark.parametrize(
    ("before", "after", "state"), [(0, 1, D.PUBLISHED), (1, 2, D.PUBLISHED), (-1, 0, D.ACCEPTED), (1.5, 2, D.ACCEPTED)]
)
def test_form_declaration_is_published_when_the_list_shows_its_instant(lists, before, after, state):
    _, declaration = accepted()
    Declaration.objects.update(instant=declaration.start + HOUR)
    start = declaration.start
    lists[declaration.server.list_url] = {declaration.ltid: [exposition(start + before * HOUR, start + after * HOUR)]}
    watch_lists()
    assert Declaration.objects.get().state == state


def test_another_place_with_the_same_hours_publishes_nothing(lists):
    _, declaration = accepted()
    lists[declaration.server.list_url] = {new_code().ltid: [exposition(declaration.start, declaration.end)]}
    watch_lists()
    assert Declaration.objects.get().state == D.ACCEPTED


def test_list_answers_what_became_of_an_unknown_outcome(lists):
    _, declaration = accepted(state=D.UNKNOWN)
    lists[declaration.server.list_url] = {declaration.ltid: [exposition(declaration.start, declaration.end)]}
    watch_lists()
    assert Case.objects.values_list("state", "problem").get() == (C.PUBLISHED, "")


@pytest.mark.parametrize("state", [D.HELD, D.READY, D.SENDING, D.REFUSED, D.WITHDRAWN])
def test_what_was_not_declared_is_not_published(lists, state):
    _, declaration = accepted(state=state)
    lists[declaration.server.list_url] = {declaration.ltid: [exposition(declaration.start, declaration.end)]}
    watch_lists()
    watch_server(declaration.server_id)
    assert Declaration.objects.get().state == state


def test_one_list_that_cannot_be_read_does_not_hide_the_others(lists):
    accepted()
    belgium = CountryFactory(code="BE", prefix="https://b.example#", host="b.example")
    second = DeclarationFactory(server=ServerAuthorityFactory(country=belgium, list_url="http://b/list"), state=D.ACCEPTED)
    lists["http://b/list"] = {second.ltid: [exposition(second.start, second.end)]}
    watch_lists()
    assert list(Declaration.objects.order_by("pk").values_list("state", flat=True)) == [D.ACCEPTED, D.PUBLISHED]


def test_declaration_that_two_cases_share_publishes_both(lists):
    first, declaration = accepted()
    second = linked_case(state=C.DECLARED, code={"deep_link": first.code.deep_link}, region=RegionFactory(number=69))
    declaration.cases.add(second)
    lists[declaration.server.list_url] = {declaration.ltid: [exposition(declaration.start, declaration.end)]}
    watch_lists()
    assert set(Case.objects.values_list("state", flat=True)) == {C.PUBLISHED}
    assert set(TimelineEntry.objects.filter(entry="published").values_list("case", flat=True)) == {first.pk, second.pk}


def test_second_watcher_notes_nothing():
    _, declaration = accepted()
    same = Declaration.objects.get()
    publish(declaration, exposition(declaration.start, declaration.end))
    publish(same, exposition(declaration.start, declaration.end))
    assert TimelineEntry.objects.filter(entry="published").count() == 1

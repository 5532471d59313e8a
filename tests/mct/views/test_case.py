import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from mct.enums import CaseState, DeclarationState
from mct.models import Case, Declaration
from tests.factories import CaseCodeFactory, CaseFactory, PictureFactory, RegionFactory, declaration_of, linked_case
from tests.mct.scenes import SCENES

pytestmark = pytest.mark.django_db

# What is to be done next, in every situation: the panel's title, and the words on its most visible button.
NEXT = {
    "draft": ("Add the code of the place", "Read the code"),
    "with_a_contact": ("Add the code of the place", "Read the code"),
    "linking": ("The code is being read", None),
    "no_code": ("No code could be read", "Read the code"),
    "several_codes": ("Which code is the right one?", "It is this one"),
    "unknown_country": ("The code is of a country that this portal does not know", "Check again"),
    "no_server": ("No cluster server is set up for France", "Check again"),
    "type_refused": ("The server takes no codes of invitations", "Read the code"),
    "other_time": ("The code is for another time", "Correct the hours"),
    "too_old": ("Too long ago to warn anybody", "Correct the hours"),
    "refused": ("The cluster server refused", "Prepare it again"),
    "partly_refused": ("The cluster server refused", "Withdraw"),
    "unknown_outcome": ("Did it arrive? Nobody knows", "Decide"),
    "lost_worker": ("Did it arrive? Nobody knows", "Decide"),
    "ready": ("What will be declared", "Declare"),
    "ready_with_all_that_can_be_noticed": ("What will be declared", "Declare"),
    "ready_but_all_is_declared": ("What will be declared", "Join what is declared"),
    "ready_but_something_came_between": ("What will be declared", "Check again"),
    "ready_but_nothing_is_left": ("What will be declared", "Correct the hours"),
    "ready_where_four_eyes_are_asked_for": ("What will be declared", "Ask a colleague to approve"),
    "proposed_by_me": ("A colleague has to approve", "Take it back"),
    "proposed_by_a_colleague": ("Approve what will be declared?", "Approve and declare"),
    "held": ("Ordered. It can still be taken back", "Withdraw"),
    "sending": ("On its way to the cluster server", None),
    "tried_again": ("On its way to the cluster server", None),
    "declared": ("Accepted. Waiting for the public list", None),
    "published": ("The warning is out", "Close the case"),
    "withdrawing": ("Being withdrawn at the server", None),
    "not_withdrawn": ("The warning is out", "Close the case"),
    "withdrawn_at_the_server": ("What will be declared", "Declare"),
    "of_several_places": ("What will be declared", "Declare"),
    "looking_like_another": ("What will be declared", "Declare"),
    "merged": ("This case is closed", None),
    "closed": ("This case is closed", None),
}


def url(case):
    return reverse("mct:case", args=[case.uuid])


def panel(text):
    return re.search(r'<section class="sheet next .*?</section>', text, re.DOTALL)[0]


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_every_situation_has_its_next_step():
    assert set(NEXT) == set(SCENES)


@pytest.mark.parametrize("name", SCENES)
def test_next_step_is_at_the_top_with_one_most_visible_button(agent, desk, name):
    title, button = NEXT[name]
    case = SCENES[name](agent)
    shown = panel(desk(agent).get(url(case)).content.decode())
    assert words(re.search(r'<h2 id="next-title">(.*?)</h2>', shown, re.DOTALL)[1]) == title
    # What a browser shows by itself: neither what only a script makes visible, nor what stands in a dialogue.
    shown = re.sub(r"<(dialog|template)\b.*?</\1>", "", shown, flags=re.DOTALL)
    buttons = re.findall(
        r'class="btn [^"]*(?:btn-lg|btn-primary|btn-secondary)[^"]*"(?![^>]* hidden\b)[^>]*>(.*?)</(?:button|a|summary)>',
        shown,
        re.DOTALL,
    )
    assert [words(each).split(" (")[0] for each in buttons][:1] == ([button] if button else [])


@pytest.mark.parametrize("name", SCENES)
def test_page_is_whole_in_french_too(agent, desk, name):
    case = SCENES[name](agent)
    text = desk(agent).get(url(case), headers={"accept-language": "fr"}).content.decode()
    assert '<html lang="fr">' in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_whatever_shows_a_case_is_noted_and_asking_for_news_is_not(agent, desk):
    case, client = SCENES["held"](agent), desk(agent)
    client.get(url(case))
    status = reverse("mct:case_status", args=[case.uuid])
    whole = client.get(status, headers={"HX-Request": "true"}).content.decode()
    version = re.search(r"seen=([^\"&]+)", whole)[1]
    assert client.get(f"{status}?seen={version}", headers={"HX-Request": "true"}).headers["HX-Reswap"] == "none"
    client.get(reverse("mct:case_evidence", args=[case.uuid]))
    events = AuditEvent.objects.filter(kind="read").values_list("actor", "verb", "subject", "subject_uuid", "details")
    assert sorted(events, key=lambda event: event[1]) == [
        (agent.pk, verb, "mct.case", case.uuid, {}) for verb in ("followed", "opened", "opened_to_add")
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_number_of_queries_does_not_grow_with_what_is_on_the_page(agent, desk, rows, django_assert_num_queries):
    case = linked_case()
    for number in range(rows):
        CaseCodeFactory(case=case)
        PictureFactory(case=case, state="read")
        other = linked_case(code={"deep_link": case.code.deep_link}, state=CaseState.DECLARED)
        start = case.exposure_start + number * timedelta(minutes=10)
        declaration_of(other, state=DeclarationState.ACCEPTED, start=start, end=start + timedelta(minutes=10))
    client = desk(agent)
    with django_assert_num_queries(22):
        client.get(url(case))


def test_secrets_of_the_code_are_not_on_the_page(agent, desk):
    case = SCENES["ready"](agent)
    text = desk(agent).get(url(case)).content.decode()
    assert (case.code.check_code[:3] in text, str(case.code.ltid) in text) == (True, True)
    assert case.code.deep_link not in text
    assert case.code.deep_link.partition("#")[2] not in text


def test_case_of_another_region_with_the_same_code_is_told_by_its_region_alone(agent, desk):
    case = SCENES["ready"](agent)
    mine = linked_case(code={"deep_link": case.code.deep_link}, reference="Mine")
    theirs = linked_case(
        code={"deep_link": case.code.deep_link}, reference="Theirs", region=RegionFactory(number=69, name="Rhône")
    )
    shown = panel(desk(agent).get(url(case)).content.decode())
    assert "A case in another region has the same code: Rhône." in words(shown)
    assert "Another case of your region has the same code: Mine" in words(shown)
    assert (url(mine) in shown, url(theirs) in shown, "Theirs" in shown) == (True, False, False)


def test_all_that_can_be_noticed_is_said_before_the_declaration(agent, desk):
    case = SCENES["ready_with_all_that_can_be_noticed"](agent)
    shown = words(panel(desk(agent).get(url(case)).content.decode()))
    for said in (
        "This server flags whole slots around an instant",
        "is too long ago to warn anybody: it is left out.",
        "is declared already (published). It is not declared twice",
        "The code is from another country, Belgium.",
        "A code of invitations or tickets",
        "(Belgium)",
        "declared instant",
    ):
        assert said in shown


def test_answer_of_the_server_is_told_in_words_with_what_it_said(agent, desk):
    text = words(desk(agent).get(url(SCENES["refused"](agent))).content.decode())
    assert "The cluster server refused the declaration. Le QR code n’est pas valide." in text
    assert "These hours are not declared." in text


def test_person_sees_times_in_their_own_zone(agent, desk):
    case = SCENES["ready"](agent)
    client = desk(agent)
    assert "Time zone: Europe/Paris" in client.get(url(case)).content.decode()
    agent.time_zone = "Asia/Tokyo"
    agent.save()
    start = (case.exposure_start + timedelta(hours=9)).strftime("%H:%M")
    text = client.get(url(case)).content.decode()
    assert ("Time zone: Asia/Tokyo" in text, f"{start} –" in text) == (True, True)


# --- a page that asks for news


def status(client, case, seen=None):
    address = reverse("mct:case_status", args=[case.uuid])
    return client.get(address, {"seen": seen} if seen else {}, headers={"HX-Request": "true"})


def live(text):
    """Address, trigger and version with which the page asks for news, or None."""
    found = re.search(r'<div id="case-live"(?: hx-get="([^"?]+)\?seen=(\w+)" hx-trigger="([^"]+)")?', text)
    return found.groups() if found[1] else None


@pytest.mark.parametrize(
    ("scene", "trigger"),
    [
        ("linking", "every 2s"),
        ("held", "every 2s"),
        ("sending", "every 2s"),
        ("tried_again", "every 2s"),
        ("declared", "every 5s"),
    ],
)
def test_page_asks_for_news_while_something_is_under_way(agent, desk, scene, trigger):
    case, client = SCENES[scene](agent), desk(agent)
    text = client.get(url(case)).content.decode()
    address, version, how_often = live(text)
    assert (address, how_often) == (reverse("mct:case_status", args=[case.uuid]), trigger)
    assert re.search(rf'href="{url(case)}"[^>]*>.*?Refresh', text, re.DOTALL)
    response = status(client, case, version)
    if scene == "held":
        assert response["HX-Reswap"] == "none"
    else:
        assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("scene", sorted(set(SCENES) - {"linking", "held", "sending", "tried_again", "declared", "withdrawing"}))
def test_page_that_is_settled_asks_for_nothing(agent, desk, scene):
    assert live(desk(agent).get(url(SCENES[scene](agent))).content.decode()) is None


def test_time_that_is_left_is_told_without_the_rest(agent, desk):
    case, client = SCENES["held"](agent), desk(agent)
    _, version, _ = live(client.get(url(case)).content.decode())
    Declaration.objects.update(hold_until=timezone.now() + timedelta(seconds=42.4))
    response = status(client, case, version)
    assert words(response.content.decode()) == "42 s"
    assert 'id="time-left" hx-swap-oob="true"' in response.content.decode()


def test_change_brings_the_whole_page_s_content_and_says_so(agent, desk):
    case, client = SCENES["held"](agent), desk(agent)
    _, version, _ = live(client.get(url(case)).content.decode())
    Declaration.objects.update(state=DeclarationState.SENDING, attempts=1)
    text = status(client, case, version).content.decode()
    assert "On its way to the cluster server" in text
    assert live(text)[1] != version
    Declaration.objects.update(state=DeclarationState.PUBLISHED)
    Case.objects.update(state=CaseState.PUBLISHED)
    text = status(client, case, live(text)[1]).content.decode()
    assert ("The warning is out" in text, live(text)) == (True, None)
    news = re.search(r'<p class="visually-hidden" id="case-news" role="status" hx-swap-oob="true">(.*?)</p>', text)
    assert news[1] == "Published"


def test_news_opened_as_a_page_lead_to_the_case(agent, desk):
    case = CaseFactory()
    response = desk(agent).get(reverse("mct:case_status", args=[case.uuid]))
    assert response["Location"] == url(case)


def test_every_code_is_explained_as_far_as_it_can_be_read(agent, desk):
    client = desk(agent)
    dated = words(client.get(url(SCENES["other_time"](agent))).content.decode())
    assert ("asynchronous: of invitations or tickets" in dated, "The time written in it does not fit." in dated) == (True, True)
    assert "Duration written in it 4 h" in dated
    plain = words(client.get(url(SCENES["ready"](agent))).content.decode())
    assert "No time can be read in this code" in plain
    assert "is for staff, only the cluster server can read." in plain


def test_time_in_the_link_itself_is_told_to_be_unprotected(agent, desk):
    case = linked_case()
    case.codes.update(starts_at=case.exposure_start)
    shown = words(desk(agent).get(url(case)).content.decode())
    assert "anybody could have changed it." in shown
    assert "The time written in it fits." in shown


def test_codes_to_choose_from_say_where_else_they_are(agent, desk):
    case = SCENES["several_codes"](agent)
    first, second = case.codes.all()
    mine = linked_case(code={"deep_link": first.deep_link}, reference="Mine")
    theirs = CaseFactory(region=RegionFactory(number=69, name="Rhône"), reference="Theirs")
    CaseCodeFactory(case=theirs, deep_link=second.deep_link)
    shown = desk(agent).get(url(case)).content.decode()
    assert "Another case of your region has the same code: Mine" in words(shown)
    assert "A case in another region has the same code: Rhône." in words(shown)
    assert (url(mine) in shown, url(theirs) in shown, "Theirs" in shown) == (True, False, False)


def test_address_of_an_unknown_country_is_named(agent, desk):
    shown = words(desk(agent).get(url(SCENES["unknown_country"](agent))).content.decode())
    assert "clea.example.pt is the address of no country that this portal knows." in shown

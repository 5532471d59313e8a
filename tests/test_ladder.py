"""Every address of the portal, generated from its URLs, tried by every kind of person. A new one without an entry fails.

Here all numbers lead to nothing; what somebody may do with a thing that exists, the ladders beside each app's tests say.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from clea_portal.accounts.enums import TeamRole
from clea_portal.authorities.enums import Deployment
from tests.factories import (
    AdministrationFactory,
    MembershipFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    ready_country,
)

# The libraries' own pages, which have their own tests.
FOREIGN = ("admin:", "account_", "mfa_")


def names(space: str, words: str) -> set[str]:
    return {f"{space}:{word}" if space else word for word in words.split()}


PUBLIC = (
    names("", "home healthz readyz metrics set_language invitation decline_invitation staff_invitation decline_staff_invitation")
    | names("api", "docs schema")
    | names("authorising-api", "redeem")
    | names("contact", "done open page start status thanks")
    | names("displays", "codes page png svg worker")
    | names("events-calendar", "feed")
    | names("keeping", "again make start")
)
BY_TOKEN = (
    names("api", "job job_file organisation")
    | names("cases-api", "case cases")
    | names("contact-messages-api", "contact_messages")
    | names("events-api", "archive batch bring_back code codes event events png poster prints renew room rooms slot slots svg")
    | names("venues-api", "archive bring_back code codes png poster prints renew room rooms svg venue venues")
)
# Whoever is signed in; each thing belongs to somebody.
PEOPLE = (
    names(
        "",
        "start own_data download_own_data delete_account stop_deletion change_time_zone accept_invitation own_sessions"
        " accept_staff_invitation",
    )
    | names("devices", "configure")
    | names("displays", "add edit link list switch_off")
    | names("event-mail", "mail")
    | names("venue-mail", "mail")
    | names("events-calendar", "calendars event revoke share")
    | names(
        "events",
        "archive bring_back complete create daily detail duplicate edit list listed picture png poster print print_slot"
        " print_staff renew renew_all room_edit room_remove room_tables rooms slot slot_edit slot_remove slots staff svg tables"
        " wall",
    )
    | names(
        "venues",
        "archive bring_back create detail duplicate edit export import list listed picture png poster print print_pack"
        " print_pack_staff print_selection reminders renew svg wall",
    )
    | names(
        "packs",
        "create detail end_static keep_static list make_static opening_hours refresh room_create room_list room_make_static"
        " room_opening_hours room_rotation rotation withdraw",
    )
    | names("rooms", "detail list move remove rename room_tables tables")
    | names("jobs", "cancel delete detail file list status")
    | names(
        "organisations",
        "activity answer_offer create create_another delete detail hand_over invite leave list member remove_member rename"
        " revoke send_again withdraw_offer",
    )
    | names("printing", "logo")
    | names("share", "choose enter open")
    | names("tokens", "list revoke")
)
TRACERS = (
    names("authorising", "list revoke")
    | names(
        "contact_messages",
        "ask_for_register close_as_forged decrypt_again finish give_to_region give_up hand_over list message not_reached"
        " note_call open_case take try_pin unlock",
    )
    | names(
        "mct",
        "case case_approve case_ask case_ask_stop case_assign case_close case_correct case_declare case_evidence case_follow_up"
        " case_hand_over case_list case_note case_register case_retry case_send_back case_status case_take_back case_withdraw"
        " case_beside case_person case_leave case_duplicate"
        " duplicate_apart duplicate_person codes_split cases_bulk code_choose"
        " contact_link contact_link_code contact_link_mail contact_link_stop declaration_decide"
        " filter_delete filter_save register_page register_sheet",
    )
)
TRACERS_AND_ADMINISTRATORS = names("figures", "export export_trail figures file")
ADMINISTRATORS = names(
    "administration",
    "countries country assistant assistant_start assistant_summary assistant_finish assistant_discard settings settings_change"
    " profile profile_import profile_download"
    " server server_address server_credentials server_new_client_key server_incoming server_exposure server_keys"
    " server_key_withdraw connection connection_start connection_status test_code"
    " tracing tracing_make tracing_import tracing_key tracing_rehearsal tracing_take_back tracing_ask_export tracing_ask_destroy"
    " tracing_consent tracing_export tracing_destroy log log_export health test_mail"
    " regions add_region import_regions fill_regions region remove_region"
    " teams add_team team edit_team archive_team restore_team"
    " people invite_staff colleague change_staff_role remove_staff suspend_staff lift_suspension reset_factor end_staff_sessions"
    " send_staff_invitation revoke_staff_invitation"
    " venue_types add_venue_type fill_venue_types import_venue_types export_venue_types venue_type arrange_venue_type"
    " add_venue_category venue_category arrange_venue_category",
)

PERSONS: dict[str, Any] = {
    "manager": lambda: MembershipFactory().user,
    "agent": lambda: TeamMembershipFactory(team=TeamFactory()).user,
    "agent of another region": lambda: TeamMembershipFactory(team=TeamFactory(region=RegionFactory(number=69))).user,
    "lead": lambda: TeamMembershipFactory(team=TeamFactory(), role=TeamRole.LEAD).user,
    "lead of another region": lambda: (
        TeamMembershipFactory(team=TeamFactory(region=RegionFactory(number=69)), role=TeamRole.LEAD).user
    ),
    "administrator": lambda: AdministrationFactory().user,
}
TRACING = {name for name in PERSONS if "agent" in name or "lead" in name}
AUDIENCES = {
    "people": (PEOPLE, set(PERSONS)),
    "tracers": (TRACERS, TRACING),
    "tracers and administrators": (TRACERS_AND_ADMINISTRATORS, TRACING | {"administrator"}),
    "administrators": (ADMINISTRATORS, {"administrator"}),
}
ARGUMENTS = {
    "UUIDConverter": uuid.UUID(int=7),
    "StringConverter": "nothing",
    "IntConverter": 1,
    "SlugConverter": "nothing",
    "CountryCode": "XX",
    "Fingerprint": "0" * 64,
}


def addresses(patterns: list[Any], *, spaces: tuple[str, ...] = (), kinds: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Names with one address each, of nothing."""
    for pattern in patterns:
        found = (*kinds, *(type(each).__name__ for each in getattr(pattern.pattern, "converters", {}).values()))
        if hasattr(pattern, "url_patterns"):
            inside = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from addresses(pattern.url_patterns, spaces=inside, kinds=found)
        elif not (name := ":".join([*spaces, str(pattern.name)])).startswith(FOREIGN):
            yield name, reverse(name, args=[ARGUMENTS[kind] for kind in found])


ADDRESSES = dict(addresses(get_resolver().url_patterns))


@pytest.fixture(autouse=True)
def _country(db):
    # Where every kind of page exists.
    ready_country(deployment=Deployment.CENTRAL)


def test_every_address_has_its_audience():
    known = [PUBLIC, BY_TOKEN, *(members for members, _ in AUDIENCES.values())]
    assert set().union(*known) == set(ADDRESSES)
    assert sum(map(len, known)) == len(ADDRESSES)


@pytest.mark.parametrize("who", PERSONS)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_who_gets_where(audience, who, desk):
    members, welcome = AUDIENCES[audience]
    browser = desk(PERSONS[who]())
    for name in sorted(members):
        for method in (browser.get, browser.post):
            status = method(ADDRESSES[name]).status_code
            assert status < 500 if who in welcome else status in (404, 405), (name, method.__name__, status)


def test_lists_and_first_pages_open_for_their_people(desk):
    firsts = {
        "manager": ["venues:list", "events:list", "organisations:list", "jobs:list", "share:enter", "tokens:list"],
        "agent": ["mct:case_list", "mct:case_register", "contact_messages:list", "authorising:list", "figures:figures"],
        "administrator": ["administration:countries", "figures:figures"],
    }
    for who, opened in firsts.items():
        browser = desk(PERSONS[who]())
        assert {name: browser.get(ADDRESSES[name]).status_code for name in opened} == dict.fromkeys(opened, 200)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_nobody_is_asked_to_sign_in(audience):
    for name in sorted(AUDIENCES[audience][0]):
        for method in (Client().get, Client().post):
            response = method(ADDRESSES[name])
            assert (response.status_code, response.headers["Location"].partition("?")[0]) == (302, reverse("account_login")), name


@pytest.mark.parametrize("who", [None, *PERSONS])
def test_session_opens_nothing_of_the_api(who, desk):
    browser = desk(PERSONS[who]()) if who else Client()
    for name in sorted(BY_TOKEN):
        statuses = {browser.get(ADDRESSES[name]).status_code, browser.post(ADDRESSES[name], {}).status_code}
        assert statuses <= {401, 405}, (name, statuses)
        assert 401 in statuses, name


@pytest.mark.parametrize("who", [None, *PERSONS])
def test_public_page_answers_everybody_alike(who, desk):
    browser = desk(PERSONS[who]()) if who else Client()
    for name in sorted(PUBLIC - {"readyz"}):
        response = browser.get(ADDRESSES[name])
        assert response.status_code < 500, name
        assert not response.headers.get("Location", "").startswith(reverse("account_login")), name

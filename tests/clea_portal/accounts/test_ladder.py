"""Every view of organisations and own data, tried by everybody: what only a view's own tests can show stands there."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.deletions import order_deletion_of_organisation
from clea_portal.accounts.enums import AfterHandOver, MemberRole
from clea_portal.accounts.invitations import invite
from clea_portal.accounts.ownership import offer_ownership
from clea_portal.accounts.urls import urlpatterns
from tests.factories import MembershipFactory, UserFactory, ready_country

# Name, what its address names, the method that works, the status for owners, editors, readers.
VIEWS = [
    ("organisations:list", None, "get", 200, 200, 200),
    ("organisations:create", None, "get", 302, 302, 302),
    ("organisations:create_another", None, "get", 200, 200, 200),
    ("organisations:detail", "organisation", "get", 200, 200, 200),
    ("organisations:activity", "organisation", "get", 200, 200, 200),
    ("organisations:leave", "organisation", "get", 200, 200, 200),
    ("organisations:rename", "organisation", "get", 200, 403, 403),
    ("organisations:hand_over", "organisation", "get", 200, 403, 403),
    ("organisations:delete", "organisation", "get", 200, 403, 403),
    ("organisations:invite", "organisation", "get", 200, 403, 403),
    ("organisations:member", "member", "get", 200, 403, 403),
    ("organisations:remove_member", "member", "post", 302, 403, 403),
    ("organisations:send_again", "invitation", "post", 302, 403, 403),
    ("organisations:revoke", "invitation", "post", 302, 403, 403),
    ("organisations:withdraw_offer", "offer", "post", 302, 403, 403),
    # The offer is the editor's to answer; nobody else's.
    ("organisations:answer_offer", "offer", "post", 404, 302, 404),
    ("own_data", None, "get", 200, 200, 200),
    ("download_own_data", None, "get", 200, 200, 200),
    ("delete_account", None, "get", 200, 200, 200),
    ("stop_deletion", "deletion", "post", 302, 403, 403),
]
NAMED = [view for view in VIEWS if view[1]]
WRITING = [view for view in VIEWS if view[0].split(":")[-1] in ("rename", "hand_over", "delete", "invite", "member")]
ASKING_AGAIN = [view for view in VIEWS if view[0] in ("organisations:delete", "download_own_data", "delete_account")]


@pytest.fixture
def address(organisation, owner, editor, reader):
    """The address of a view, with whatever its name needs put there by the owner."""
    now = timezone.now()

    def of(name, subject):
        makers = {
            None: list,
            "organisation": lambda: [organisation.uuid],
            "member": lambda: [organisation.uuid, reader.uuid],
            "invitation": lambda: [
                invite(organisation, by=owner, email="g@example.org", role=MemberRole.READER, language="en", now=now)[0].uuid
            ],
            "offer": lambda: [offer_ownership(organisation, by=owner, to=editor, afterwards=AfterHandOver.STAYS, now=now).uuid],
            "deletion": lambda: [order_deletion_of_organisation(organisation, by=owner, now=now).uuid],
        }
        return reverse(name, args=makers[subject]())

    return of


def test_ladder_has_every_view():
    assert {name for name, *_ in VIEWS if name.startswith("organisations:")} == {f"organisations:{p.name}" for p in urlpatterns}


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[0])
@pytest.mark.parametrize("who", [0, 1, 2], ids=["owner", "editor", "reader"])
def test_view_for_members(who, view, address, sign_in, owner, editor, reader):
    name, subject, method, *statuses = view
    browser = sign_in((owner, editor, reader)[who])
    assert getattr(browser, method)(address(name, subject)).status_code == statuses[who]


@pytest.mark.parametrize("view", WRITING, ids=lambda view: view[0])
def test_editor_and_reader_cannot_write(view, address, sign_in, editor, reader):
    url = address(*view[:2])
    assert [sign_in(person).post(url).status_code for person in (editor, reader)] == [403, 403]


@pytest.mark.parametrize("view", NAMED, ids=lambda view: view[0])
def test_view_for_a_stranger(view, address, sign_in):
    name, subject, method, *_ = view
    stranger = sign_in(MembershipFactory().user)
    assert getattr(stranger, method)(address(name, subject)).status_code == 404


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[0])
def test_view_for_nobody(view, address):
    name, subject, method, *_ = view
    url = address(name, subject)
    response = getattr(Client(), method)(url)
    assert (response.status_code, response.headers["Location"]) == (302, f"{reverse('account_login')}?next={url}")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[0])
def test_view_by_a_wrong_method(view, address, sign_in, owner):
    name, subject, method, *_ = view
    url, browser = address(name, subject), sign_in(owner)
    wrong = {"put", "delete", "patch"} | ({"get"} if method == "post" else set())
    assert {getattr(browser, verb)(url).status_code for verb in wrong} == {405}


@pytest.mark.parametrize("name", ["organisations:list", "organisations:detail", "organisations:activity", "own_data"])
def test_view_that_shows_takes_no_post(name, address, sign_in, owner):
    subject = next(view[1] for view in VIEWS if view[0] == name)
    assert sign_in(owner).post(address(name, subject)).status_code == 405


@pytest.mark.parametrize("view", NAMED, ids=lambda view: view[0])
def test_view_of_what_does_not_exist(view, sign_in, owner, organisation):
    name, subject, method, *_ = view
    arguments = [organisation.uuid, uuid.uuid4()] if subject == "member" else [uuid.uuid4()]
    assert getattr(sign_in(owner), method)(reverse(name, args=arguments)).status_code == 404


@pytest.mark.parametrize("view", ASKING_AGAIN, ids=lambda view: view[0])
@pytest.mark.parametrize("method", ["get", "post"])
def test_password_is_asked_for_again_before_data_leaves_or_goes(method, view, address, owner):
    """A session without a fresh sign-in, such as one left open on a desk."""
    url = address(*view[:2])
    browser = Client()
    browser.force_login(owner)
    response = getattr(browser, method)(url)
    assert (response.status_code, response.headers["Location"]) == (
        302,
        f"{reverse('account_reauthenticate')}?next={url.replace('/', '%2F')}",
    )


@pytest.mark.django_db
def test_person_without_organisation_has_an_empty_list(sign_in):
    assert sign_in(UserFactory()).get(reverse("organisations:list")).context["rows"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_as_much_for_one_organisation_as_for_three(number, sign_in, django_assert_num_queries):
    ready_country()
    user = UserFactory()
    for _ in range(number):
        MembershipFactory.create_batch(2, organisation=MembershipFactory(user=user).organisation)
    browser = sign_in(user)
    with django_assert_num_queries(8):
        response = browser.get(reverse("organisations:list"))
    assert [row["members"] for row in response.context["rows"]] == [3] * number


@pytest.mark.parametrize("number", [1, 3])
def test_page_asks_as_much_for_one_of_everything_as_for_three(number, organisation, owner, sign_in, django_assert_num_queries):
    now = timezone.now()
    for index in range(number):
        to = MembershipFactory(organisation=organisation, role=MemberRole.READER).user
        offer_ownership(organisation, by=owner, to=to, afterwards=AfterHandOver.STAYS, now=now)
        invite(organisation, by=owner, email=f"g{index}@example.org", role=MemberRole.READER, language="en", now=now)
    browser = sign_in(owner)
    with django_assert_num_queries(9):
        response = browser.get(reverse("organisations:detail", args=[organisation.uuid]))
    context = response.context
    assert [len(context[name]) for name in ("members", "offers", "invitations")] == [number + 1, number, number]

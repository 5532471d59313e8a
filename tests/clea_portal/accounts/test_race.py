"""Several people press at the same moment: needs a database that lets two connections write."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from clea_portal.accounts.deletions import COUNTDOWN, order_deletion_of_account, order_deletion_of_organisation, stop_deletion
from clea_portal.accounts.enums import AfterHandOver, MemberRole
from clea_portal.accounts.errors import Refused
from clea_portal.accounts.invitations import accept_invitation, invite
from clea_portal.accounts.members import change_role, leave, remove_member
from clea_portal.accounts.models import Deletion, Organisation
from clea_portal.accounts.ownership import accept_ownership, offer_ownership
from clea_portal.accounts.retention import purge
from tests.factories import OrganisationFactory, UserFactory
from tests.members import member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _two_writers():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")


@pytest.fixture
def organisation():
    return OrganisationFactory()


@pytest.fixture
def owner(organisation):
    return member(organisation)


def together(*acts):
    """What became of each act, begun at the same moment: ``None``, or the name of the refusal."""
    barrier = Barrier(len(acts))

    def press(act):
        try:
            barrier.wait()
            act()
        except Refused as refusal:
            return type(refusal).__name__
        else:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(press, acts), key=str)


def owners(organisation):
    return organisation.memberships.filter(role=MemberRole.OWNER).count()


@pytest.mark.parametrize("_", range(5))
def test_two_owners_who_leave_at_once_leave_one(_, organisation, owner):
    other = member(organisation)
    member(organisation, MemberRole.READER)
    results = together(lambda: leave(organisation, by=owner), lambda: leave(organisation, by=other))
    assert (results, owners(organisation)) == (["LastOwner", None], 1)


@pytest.mark.parametrize("_", range(5))
def test_two_owners_who_throw_each_other_out_leave_one(_, organisation, owner):
    other = member(organisation)
    results = together(
        lambda: remove_member(organisation, by=owner, member=other),
        lambda: remove_member(organisation, by=other, member=owner),
    )
    assert (results, owners(organisation)) == (["Gone", None], 1)


def test_two_owners_who_step_down_at_once_leave_one(organisation, owner):
    other = member(organisation)
    results = together(
        lambda: change_role(organisation, by=owner, member=owner, role=MemberRole.EDITOR),
        lambda: change_role(organisation, by=other, member=other, role=MemberRole.EDITOR),
    )
    assert (results, owners(organisation)) == (["LastOwner", None], 1)


@pytest.mark.parametrize("_", range(5))
def test_two_owners_who_delete_their_accounts_at_once_leave_one(_, organisation, owner):
    other = member(organisation)
    member(organisation, MemberRole.READER)
    now = timezone.now()
    results = together(lambda: order_deletion_of_account(owner, now=now), lambda: order_deletion_of_account(other, now=now))
    assert (results, Deletion.objects.count()) == (["LastOwnerOf", None], 1)


def test_one_leaves_while_the_other_deletes_their_account(organisation, owner):
    other = member(organisation)
    member(organisation, MemberRole.READER)
    now = timezone.now()
    results = together(lambda: leave(organisation, by=owner), lambda: order_deletion_of_account(other, now=now))
    assert results in (["LastOwner", None], ["LastOwnerOf", None])
    assert organisation.memberships.staying_owners().count() == 1


def test_invitation_is_accepted_once(organisation, owner):
    now = timezone.now()
    guest = UserFactory()
    _, token = invite(organisation, by=owner, email=guest.email, role=MemberRole.READER, language="en", now=now)
    results = together(*[lambda: accept_invitation(token, by=guest, now=now)] * 4)
    assert results == ["Gone", "Gone", "Gone", None]
    assert organisation.memberships.filter(user=guest).count() == 1


def test_address_is_invited_once(organisation, owner):
    def act():
        invite(organisation, by=owner, email="g@example.org", role=MemberRole.READER, language="en", now=timezone.now())

    assert together(*[act] * 4) == ["AlreadyInvited"] * 3 + [None]
    assert organisation.invitations.count() == 1


def test_offer_is_accepted_once(organisation, owner):
    editor = member(organisation, MemberRole.EDITOR)
    now = timezone.now()
    offer = offer_ownership(organisation, by=owner, to=editor, afterwards=AfterHandOver.LEAVES, now=now)
    assert together(*[lambda: accept_ownership(offer, by=editor, now=now)] * 3) == ["Gone", "Gone", None]
    assert list(organisation.memberships.values_list("user", "role")) == [(editor.pk, "owner")]


@pytest.mark.parametrize("_", range(5))
def test_deletion_is_stopped_or_carried_out_never_half_of_each(_, organisation, owner):
    deletion = order_deletion_of_organisation(organisation, by=owner, now=timezone.now() - COUNTDOWN)
    (result,) = set(together(lambda: stop_deletion(deletion, by=owner), lambda: purge(now=timezone.now()))) - {None} or {None}
    assert Organisation.objects.exists() is (result is None)
    assert Deletion.objects.count() == 0

from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.accounts.deletions import order_deletion_of_account
from clea_portal.accounts.enums import AfterHandOver, MemberRole
from clea_portal.accounts.errors import GoingAway, Gone
from clea_portal.accounts.members import change_role
from clea_portal.accounts.models import OwnershipOffer
from clea_portal.accounts.ownership import VALID, accept_ownership, decline_ownership, offer_ownership, withdraw_offer
from clea_portal.accounts.retention import purge
from tests.clea_portal.accounts.trail import verbs
from tests.factories import UserFactory
from tests.members import member

NOW = timezone.now()


def offered(organisation, *, by, to, afterwards=AfterHandOver.STAYS):
    return offer_ownership(organisation, by=by, to=to, afterwards=afterwards, now=NOW)


def roles(organisation):
    return dict(organisation.memberships.values_list("user", "role"))


@pytest.mark.parametrize(
    ("afterwards", "former"), [("stays", ["owner"]), ("editor", ["editor"]), ("leaves", [])], ids=["stays", "editor", "leaves"]
)
def test_accepting_makes_an_owner_and_the_former_one_what_they_chose(afterwards, former, organisation, owner, editor):
    offer = offered(organisation, by=owner, to=editor, afterwards=AfterHandOver(afterwards))
    assert roles(organisation) == {owner.pk: "owner", editor.pk: "editor"}
    accept_ownership(offer, by=editor, now=NOW)
    assert list(organisation.memberships.filter(user=owner).values_list("role", flat=True)) == former
    assert roles(organisation)[editor.pk] == "owner"
    assert OwnershipOffer.objects.count() == 0
    assert verbs()[:2] == [
        ("ownership_offered", owner.pk, {"member": str(editor.uuid), "afterwards": afterwards}),
        ("ownership_accepted", editor.pk, {"member": str(owner.uuid)}),
    ]


def test_sole_owner_hands_over_and_leaves(organisation, owner, editor):
    """The one who accepts is the owner to count on: the former one need not wait for a second."""
    accept_ownership(offered(organisation, by=owner, to=editor, afterwards=AfterHandOver.LEAVES), by=editor, now=NOW)
    assert roles(organisation) == {editor.pk: "owner"}
    assert verbs()[-1] == ("left", owner.pk, {})


def test_offer_is_answered_once(organisation, owner, editor):
    offer = offered(organisation, by=owner, to=editor)
    accept_ownership(offer, by=editor, now=NOW)
    for again in (lambda: accept_ownership(offer, by=editor, now=NOW), lambda: decline_ownership(offer, by=editor)):
        with pytest.raises(Gone):
            again()


def test_declined_offer_changes_nothing(organisation, owner, editor):
    decline_ownership(offered(organisation, by=owner, to=editor), by=editor)
    assert roles(organisation) == {owner.pk: "owner", editor.pk: "editor"}
    assert verbs()[-1] == ("ownership_declined", editor.pk, {})


def test_withdrawn_offer_cannot_be_accepted(organisation, owner, editor):
    offer = offered(organisation, by=owner, to=editor)
    withdraw_offer(offer, by=owner)
    with pytest.raises(Gone):
        accept_ownership(offer, by=editor, now=NOW)
    with pytest.raises(Gone):
        withdraw_offer(offer, by=owner)
    assert roles(organisation)[editor.pk] == "editor"


def test_offer_of_who_owns_nothing_any_more_cannot_be_accepted(organisation, owner, editor):
    other = member(organisation)
    offer = offered(organisation, by=other, to=editor)
    change_role(organisation, by=owner, member=other, role=MemberRole.READER)
    with pytest.raises(Gone):
        accept_ownership(offer, by=editor, now=NOW)


def test_offer_lasts_a_week(organisation, owner, editor):
    offer = offered(organisation, by=owner, to=editor)
    with pytest.raises(Gone):
        accept_ownership(offer, by=editor, now=NOW + VALID)
    assert OwnershipOffer.objects.count() == 1
    assert purge(now=NOW + VALID - timedelta(seconds=1)) == 0
    assert purge(now=NOW + VALID) == 1


def test_second_offer_to_a_member_takes_the_place_of_the_first(organisation, owner, editor):
    offered(organisation, by=owner, to=editor)
    second = offered(organisation, by=owner, to=editor, afterwards=AfterHandOver.LEAVES)
    assert OwnershipOffer.objects.get() == second


def test_offer_goes_to_a_member_who_owns_nothing_yet(organisation, owner):
    for to in (UserFactory(), member(organisation)):
        with pytest.raises(Gone):
            offered(organisation, by=owner, to=to)


def test_only_an_owner_offers(organisation, owner, editor, reader):
    with pytest.raises(Gone):
        offered(organisation, by=editor, to=reader)


def test_who_is_about_to_delete_their_account_takes_nothing_over(organisation, owner, editor):
    offer = offered(organisation, by=owner, to=editor, afterwards=AfterHandOver.LEAVES)
    order_deletion_of_account(editor, now=NOW)
    with pytest.raises(GoingAway):
        accept_ownership(offer, by=editor, now=NOW)
    assert roles(organisation) == {owner.pk: "owner", editor.pk: "editor"}

import pytest
from django.utils import timezone

from clea_portal.accounts.deletions import order_deletion_of_account
from clea_portal.accounts.enums import AfterHandOver, MemberRole
from clea_portal.accounts.errors import Gone, LastOwner, OnlyMember
from clea_portal.accounts.members import change_role, leave, remove_member
from clea_portal.accounts.models import Organisation, OwnershipOffer
from clea_portal.accounts.ownership import offer_ownership
from tests.clea_portal.accounts.trail import verbs
from tests.factories import UserFactory
from tests.members import member


def roles(organisation):
    return dict(organisation.memberships.values_list("user", "role"))


def test_role_is_changed_and_noted(organisation, owner, editor):
    change_role(organisation, by=owner, member=editor, role=MemberRole.READER)
    assert roles(organisation) == {owner.pk: "owner", editor.pk: "reader"}
    assert verbs() == [("role_changed", owner.pk, {"member": str(editor.uuid), "role": "reader"})]


def test_same_role_changes_nothing(organisation, owner, editor):
    change_role(organisation, by=owner, member=editor, role=MemberRole.EDITOR)
    assert verbs() == []


def test_nobody_is_made_an_owner_without_being_asked(organisation, owner, editor):
    with pytest.raises(ValueError, match="offered"):
        change_role(organisation, by=owner, member=editor, role=MemberRole.OWNER)


@pytest.mark.parametrize(
    "act",
    [
        lambda organisation, owner: change_role(organisation, by=owner, member=owner, role=MemberRole.EDITOR),
        lambda organisation, owner: remove_member(organisation, by=owner, member=owner),
        lambda organisation, owner: leave(organisation, by=owner),
    ],
)
def test_last_owner_stays(act, organisation, owner, editor):
    with pytest.raises(LastOwner):
        act(organisation, owner)
    assert roles(organisation) == {owner.pk: "owner", editor.pk: "editor"}
    assert verbs() == []


def test_owner_whose_account_is_about_to_go_is_no_owner_to_count_on(organisation, owner):
    other = member(organisation)
    order_deletion_of_account(other, now=timezone.now())
    with pytest.raises(LastOwner):
        leave(organisation, by=owner)


def test_owner_who_cannot_sign_in_is_no_owner_to_count_on(organisation, owner):
    other = member(organisation)
    other.is_active = False
    other.save()
    with pytest.raises(LastOwner):
        leave(organisation, by=owner)


def test_one_of_two_owners_leaves(organisation, owner):
    other = member(organisation)
    leave(organisation, by=owner)
    assert roles(organisation) == {other.pk: "owner"}
    assert verbs() == [("left", owner.pk, {})]


def test_only_member_deletes_instead_of_leaving(organisation, owner):
    with pytest.raises(OnlyMember):
        leave(organisation, by=owner)
    assert roles(organisation) == {owner.pk: "owner"}


def test_removed_member_is_gone_and_what_they_were_offered_too(organisation, owner, editor):
    offer_ownership(organisation, by=owner, to=editor, afterwards=AfterHandOver.STAYS, now=timezone.now())
    remove_member(organisation, by=owner, member=editor)
    assert roles(organisation) == {owner.pk: "owner"}
    assert OwnershipOffer.objects.count() == 0
    assert verbs()[-1] == ("member_removed", owner.pk, {"member": str(editor.uuid)})


def test_owner_who_is_made_an_editor_takes_their_offers_with_them(organisation, owner, editor):
    other = member(organisation)
    offer_ownership(organisation, by=other, to=editor, afterwards=AfterHandOver.STAYS, now=timezone.now())
    change_role(organisation, by=owner, member=other, role=MemberRole.EDITOR)
    assert OwnershipOffer.objects.count() == 0


def test_who_is_no_longer_an_owner_changes_nothing(organisation, owner, editor, reader):
    """Two tabs: the page was opened before the role was taken away."""
    with pytest.raises(Gone):
        change_role(organisation, by=editor, member=reader, role=MemberRole.EDITOR)
    with pytest.raises(Gone):
        remove_member(organisation, by=editor, member=reader)
    assert roles(organisation) == {owner.pk: "owner", editor.pk: "editor", reader.pk: "reader"}


def test_who_is_no_member_cannot_leave_nor_be_changed(organisation, owner):
    stranger = UserFactory()
    with pytest.raises(Gone):
        leave(organisation, by=stranger)
    with pytest.raises(Gone):
        change_role(organisation, by=owner, member=stranger, role=MemberRole.EDITOR)


def test_organisation_that_was_deleted_meanwhile_is_gone(organisation, owner):
    Organisation.objects.all().delete()
    with pytest.raises(Gone):
        leave(organisation, by=owner)

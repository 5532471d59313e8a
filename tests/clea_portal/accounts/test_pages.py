"""What the pages of organisations do beyond calling their verb: mails, sentences, where they lead."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts import organisations
from clea_portal.accounts.deletions import COUNTDOWN, order_deletion_of_account, order_deletion_of_organisation
from clea_portal.accounts.enums import AfterHandOver, MemberRole
from clea_portal.accounts.models import Deletion, Organisation
from clea_portal.accounts.ownership import offer_ownership
from tests.factories import CountryFactory, MembershipFactory, UserFactory
from tests.members import member


def words_of(response):
    return [str(message) for message in response.context["messages"]]


def page_of(organisation, name="detail"):
    return reverse(f"organisations:{name}", args=[organisation.uuid])


def in_english(*people):
    for user in people:
        user.language = "en"
        user.save()


@pytest.mark.django_db
def test_another_organisation_is_founded_beside_the_first(sign_in):
    user = MembershipFactory().user
    response = sign_in(user).post(reverse("organisations:create_another"), {"name": "Fêtes & Foires"})
    second = Organisation.objects.of_member(user).last()
    assert (second.name, response.headers["Location"]) == ("Fêtes & Foires", page_of(second))
    assert second.memberships.get().role == "owner"


@pytest.mark.django_db
def test_number_of_organisations_of_a_person_is_limited_and_named(sign_in, monkeypatch):
    CountryFactory()
    monkeypatch.setattr(organisations, "ORGANISATIONS_OF_A_PERSON", 1)
    response = sign_in(MembershipFactory().user).post(reverse("organisations:create_another"), {"name": "Second"})
    errors = response.context["form"].non_field_errors()
    assert errors == ["A person can own 1 organisations. Delete or hand over one first."]
    assert Organisation.objects.count() == 1


def test_organisation_is_renamed(organisation, owner, sign_in):
    response = sign_in(owner).post(page_of(organisation, "rename"), {"name": " Drac & Cie "}, follow=True)
    assert words_of(response) == ["Saved."]
    assert Organisation.objects.get().name == "Drac & Cie"


def test_owner_sees_what_waits_and_members_do_not(organisation, owner, editor, reader, sign_in):
    offer = offer_ownership(organisation, by=owner, to=editor, afterwards=AfterHandOver.STAYS, now=timezone.now())
    for person, seen in ((owner, ([offer], None)), (editor, ([], offer)), (reader, ([], None))):
        context = sign_in(person).get(page_of(organisation)).context
        assert (context["offers"], context["offered"]) == seen


def test_removed_member_is_told(organisation, owner, editor, sign_in):
    in_english(editor)
    url = reverse("organisations:remove_member", args=[organisation.uuid, editor.uuid])
    response = sign_in(owner).post(url, follow=True)
    assert words_of(response) == [f"{editor.email} is no longer a member."]
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([editor.email], "[CLÉA] You no longer belong to Les Tables du Drac")
    assert message.body == (
        "Hello,\n\n"
        f"{owner.email} has removed you from Les Tables du Drac on the CLÉA portal. You no longer see its venues and events. "
        "Your account stays as it is.\n\n"
        "The CLÉA portal"
    )


def test_last_owner_cannot_be_removed_by_the_page(organisation, owner, editor, sign_in):
    url = reverse("organisations:remove_member", args=[organisation.uuid, owner.uuid])
    response = sign_in(owner).post(url, follow=True)
    assert words_of(response) == [
        "An organisation always has an owner. Hand it over to somebody else first; once they accept, try again."
    ]
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("afterwards", "before", "after"),
    [
        ("stays", "They stay an owner too.", "You are an owner still."),
        ("editor", "Once you accept, they become an editor.", "As you asked, you are now an editor."),
        ("leaves", "Once you accept, they leave the organisation.", "As you asked, you are no longer a member."),
    ],
)
def test_both_sides_are_told_of_an_offer_and_its_answer(afterwards, before, after, organisation, owner, editor, sign_in):
    in_english(owner, editor)
    sign_in(owner).post(page_of(organisation, "hand_over"), {"to": editor.uuid, "afterwards": afterwards})
    offer = organisation.offers.get()
    until = timezone.localtime(offer.expires_at)
    sign_in(editor).post(reverse("organisations:answer_offer", args=[offer.uuid]), {"answer": "accept"})
    asked, answered = mail.outbox
    assert (asked.to, asked.subject) == ([editor.email], "[CLÉA] Become an owner of Les Tables du Drac?")
    assert asked.body == (
        "Hello,\n\n"
        f"{owner.email} asks you to become an owner of Les Tables du Drac on the CLÉA portal. {before}\n\n"
        f"Accept or decline here, until {until.day} {until:%B %Y}:\n\n"
        f"http://localhost:8000{page_of(organisation)}\n\n"
        "Nothing changes before you accept.\n\n"
        "The CLÉA portal"
    )
    assert (answered.to, answered.subject) == ([owner.email], "[CLÉA] Les Tables du Drac has a new owner")
    assert answered.body == (
        f"Hello,\n\n{editor.email} has accepted and is now an owner of Les Tables du Drac.\n\n{after}\n\nThe CLÉA portal"
    )


def test_declined_offer_is_told(organisation, owner, editor, sign_in):
    in_english(owner)
    offer = offer_ownership(organisation, by=owner, to=editor, afterwards=AfterHandOver.LEAVES, now=timezone.now())
    sign_in(editor).post(reverse("organisations:answer_offer", args=[offer.uuid]), {"answer": "decline"})
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([owner.email], "[CLÉA] Your offer for Les Tables du Drac was declined")
    assert message.body == (
        f"Hello,\n\n{editor.email} does not want to become an owner of Les Tables du Drac. Nothing has changed.\n\n"
        "The CLÉA portal"
    )


def test_ownership_is_offered_to_members_only(organisation, owner, editor, sign_in):
    url = page_of(organisation, "hand_over")
    browser = sign_in(owner)
    for to in (owner.uuid, UserFactory().uuid, "", "nobody"):
        assert list(browser.post(url, {"to": to, "afterwards": "stays"}).context["form"].errors) == ["to"]


@pytest.mark.parametrize("path", ["/organisations/", "/venues/", "/account/data/", "/account/email/"])
def test_planned_deletion_stands_on_every_page_of_its_people(path, organisation, owner, editor, sign_in):
    deletion = order_deletion_of_organisation(organisation, by=owner, now=timezone.now())
    stop = reverse("stop_deletion", args=[deletion.uuid])
    for person, may_stop in ((owner, True), (editor, False)):
        page = sign_in(person).get(path).content.decode()
        assert "<strong>Les Tables du Drac</strong> is going to be deleted" in page
        assert (stop in page) is may_stop
    assert "is going to be deleted" not in sign_in(MembershipFactory().user).get("/organisations/").content.decode()


def test_stopping_is_one_click_and_says_so(organisation, owner, sign_in):
    deletion = order_deletion_of_organisation(organisation, by=owner, now=timezone.now())
    response = sign_in(member(organisation)).post(reverse("stop_deletion", args=[deletion.uuid]), follow=True)
    assert words_of(response) == ["The deletion is stopped. Nothing has been deleted."]
    assert Deletion.objects.count() == 0


def test_deleting_an_organisation_counts_down_from_the_page(organisation, owner, sign_in):
    response = sign_in(owner).post(page_of(organisation, "delete"))
    assert response.headers["Location"] == page_of(organisation)
    assert Deletion.objects.get().organisation == organisation


def test_deleting_an_account_names_what_goes_with_it(organisation, owner, sign_in):
    browser = sign_in(owner)
    assert browser.get(reverse("delete_account")).context["deleted_too"] == [organisation]
    assert browser.post(reverse("delete_account")).headers["Location"] == reverse("own_data")
    assert Deletion.objects.get().user == owner


def test_last_owner_is_told_where_to_hand_over(organisation, owner, editor, sign_in):
    browser = sign_in(owner)
    response = browser.get(reverse("delete_account"))
    assert response.context["left_behind"] == [organisation]
    assert page_of(organisation, "hand_over") in response.content.decode()
    browser.post(reverse("delete_account"))
    assert Deletion.objects.count() == 0


def test_account_that_waits_for_a_new_owner_says_so(organisation, owner, sign_in):
    order_deletion_of_account(owner, now=timezone.now() - COUNTDOWN)
    assert "Your account could not be deleted" not in sign_in(owner).get("/organisations/").content.decode()
    member(organisation, MemberRole.READER)
    assert "Your account could not be deleted" in sign_in(owner).get("/organisations/").content.decode()

"""Sharing an organisation: invited by e-mail, signed up on the way, handed over, left, deleted and kept."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from clea_portal.accounts.models import Deletion, Organisation
from tests.e2e.browser import PHONE
from tests.e2e.journeys import follow, follow_the_mail, look_at, press
from tests.factories import MembershipFactory, OrganisationFactory
from tests.members import member

GUEST = "guest@example.org"
PASSWORD = "a fine long password"


@pytest.fixture
def organisation(transactional_db):
    return OrganisationFactory(name="Les Tables du Drac")


def test_colleague_is_invited_signs_up_on_a_phone_and_becomes_the_owner(organisation, open_page, sign_in):
    owner = member(organisation)
    page = open_page(language="en")
    sign_in(page, owner)
    page.goto(reverse("organisations:list"))
    look_at(page, "Organisations")
    follow(page, "Les Tables du Drac")
    look_at(page, "Les Tables du Drac")
    follow(page, "Invite somebody")
    look_at(page, "Invite somebody")
    page.get_by_label("E-mail address").fill(GUEST)
    page.get_by_label("Reader").check()
    page.get_by_label("Language of the e-mail").select_option("en")
    press(page, "Send the invitation")
    look_at(page, "Les Tables du Drac")
    expect(page.get_by_role("region", name="Waiting for an answer")).to_contain_text(GUEST)

    phone = open_page(device=PHONE, language="en")
    follow_the_mail(phone, to=GUEST)
    look_at(phone, "Join Les Tables du Drac")
    follow(phone, "Create an account")
    expect(phone.get_by_label("Email")).to_have_value(GUEST)
    phone.locator("#id_password1").fill(PASSWORD)
    phone.locator("#id_password2").fill(PASSWORD)
    press(phone, "Create my account")
    follow_the_mail(phone, to=GUEST)
    press(phone, "Yes, confirm it")
    look_at(phone, "Join Les Tables du Drac")
    press(phone, "Accept")
    look_at(phone, "Les Tables du Drac")

    page.reload()
    follow(page, "Hand over or share ownership")
    look_at(page, "Hand over or share ownership")
    page.get_by_label("Who becomes an owner").select_option(label=GUEST)
    page.get_by_label("I leave the organisation").check()
    press(page, "Ask them")
    phone.reload()
    expect(phone.get_by_role("heading", name="Become an owner of Les Tables du Drac?")).to_be_visible()
    press(phone, "Accept")
    look_at(phone, "Les Tables du Drac")
    assert [row.user.email for row in organisation.memberships.filter(role="owner")] == [GUEST]
    assert mail.outbox[-1].to == [owner.email]


@pytest.mark.parametrize("javascript", [True, False])
def test_deletion_is_ordered_seen_everywhere_and_stopped(javascript, organisation, open_page, sign_in):
    owner = member(organisation)
    page = open_page(device=PHONE, language="en", javascript=javascript)
    sign_in(page, owner)
    page.goto(reverse("organisations:detail", args=[organisation.uuid]))
    follow(page, "Delete the organisation")
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete the organisation?")
    press(page, "Delete in 14 days")
    bar = page.get_by_role("complementary", name="Planned deletion")
    expect(bar).to_contain_text("Les Tables du Drac is going to be deleted")
    page.goto(reverse("account_email"))
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Stop it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Les Tables du Drac")
    assert (Deletion.objects.count(), Organisation.objects.count()) == (0, 1)


def test_own_data_is_ordered_and_an_account_that_others_depend_on_stays(organisation, open_page, sign_in):
    owner = member(organisation)
    MembershipFactory(organisation=organisation, role="reader")
    page = open_page(language="en")
    sign_in(page, owner)
    page.goto(reverse("own_data"))
    look_at(page, "My data")
    follow(page, "Download everything")
    look_at(page, "Download everything")
    press(page, "Make the file")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("My data"))
    page.goto(reverse("own_data"))
    follow(page, "Delete my account")
    look_at(page, "Delete my account?")
    expect(page.get_by_role("link", name="Hand over Les Tables du Drac")).to_be_visible()
    assert Deletion.objects.count() == 0

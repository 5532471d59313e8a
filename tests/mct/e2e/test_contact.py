"""A place's contact on a phone, and the agent who asked."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from mct.intake import read_picture
from mct.models import Case, ContactLink, Picture, RegisterPage
from tests.e2e.browser import DESKTOP, PHONE, assert_accessible, assert_fits
from tests.factories import CaseFactory, contact_link, new_code, ready_country
from tests.mct.scenes import SCENES
from tests.pictures import draw_code, draw_poster, photograph

pytestmark = pytest.mark.django_db(transaction=True)
CODE_FORM, REGISTER_FORM = "#id_code-files", "#id_register-files"


def look_at(page, heading):
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert_accessible(page)
    assert_fits(page)


def as_file(content, name="photo.jpg"):
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


@pytest.fixture(autouse=True)
def _addresses(settings, site):
    settings.PUBLIC_URL = site


def test_from_the_agents_link_to_the_register_page_in_the_case(desk_page, open_page, tracer):
    ready_country()
    case = CaseFactory(created_by=tracer)
    desk = desk_page(device=DESKTOP)
    desk.goto(reverse("mct:case_ask", args=[case.uuid]))
    desk.get_by_role("button", name="Make a link").click()
    look_at(desk, "Ask the place for its code")
    expect(desk.get_by_alt_text("QR code that opens the link")).to_be_visible()
    assert desk.get_by_alt_text("QR code that opens the link").evaluate("picture => picture.naturalWidth") > 0
    address = desk.locator("#contact-address").inner_text()
    assert desk.get_by_role("link", name="Write it on this phone").first.get_attribute("href").startswith("sms:?&body=")

    phone = open_page(language="en", device=PHONE)
    phone.goto(address)
    assert phone.url.endswith("/contact/")
    look_at(phone, "Photos for contact tracing")
    phone.get_by_role("button", name="Begin").click()
    expect(phone.get_by_role("heading", name="1. The code of the day")).to_be_visible()
    look_at(phone, "Photos for contact tracing")

    phone.locator(CODE_FORM).set_input_files([as_file(photograph(draw_code(new_code().deep_link), seed=1))])
    phone.get_by_role("button", name="Send the code").click()
    expect(phone.locator("#contact-live")).to_contain_text("being read")
    # What the worker would do. The page notices by itself.
    read_picture(Picture.objects.get().pk)
    expect(phone.locator("#contact-live")).to_contain_text("The code was read.")
    look_at(phone, "Photos for contact tracing")

    pages = [as_file(photograph(draw_poster("x" * 40), seed=seed)) for seed in (2, 3)]
    phone.locator(REGISTER_FORM).set_input_files(pages)
    phone.get_by_role("button", name="Send the register pages").click()
    expect(phone.get_by_text("2 files have arrived.")).to_be_visible()
    phone.get_by_role("button", name="Everything is sent").click()
    look_at(phone, "Thank you")
    receipt = phone.locator("#receipt").inner_text()
    phone.goto(address)
    look_at(phone, "This link no longer works")

    desk.goto(reverse("mct:case", args=[case.uuid]))
    expect(desk.get_by_role("heading", name="From the place's contact")).to_be_visible()
    expect(desk.locator("main")).to_contain_text(receipt)
    assert_accessible(desk)
    desk.get_by_role("link", name="Register page 1").click()
    look_at(desk, "Register page 1")
    assert desk.get_by_alt_text(re.compile("Register page 1, sheet 1")).evaluate("picture => picture.naturalWidth") > 500
    desk.goto(reverse("mct:case", args=[case.uuid]))
    expect(desk.locator("main")).to_contain_text("Page 1, sheet 1.")
    assert (RegisterPage.objects.count(), ContactLink.objects.get().openings) == (2, 1)


def test_contact_needs_no_javascript_and_reads_french(open_page, tracer):
    ready_country()
    link = contact_link(CaseFactory(created_by=tracer), by=tracer)
    phone = open_page(language="fr", device=PHONE, javascript=False)
    phone.goto(reverse("contact:open", args=[link.token]))
    phone.get_by_role("button", name="Commencer").click()
    phone.locator(CODE_FORM).set_input_files([as_file(photograph(draw_code(new_code().deep_link), seed=4))])
    phone.get_by_role("button", name="Envoyer le code").click()
    expect(phone.locator("#contact-live")).to_contain_text("lecture en cours")
    read_picture(Picture.objects.get().pk)
    phone.locator("#contact-live").get_by_role("link").click()
    expect(phone.locator("#contact-live")).to_contain_text("Le code a été lu.")
    phone.get_by_role("button", name="Envoyer les pages du cahier").click()
    expect(phone.locator("[data-error-summary]")).to_contain_text("Prenez une photo ou choisissez un fichier.")
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_role("heading", name="3. Done")).to_be_visible()
    phone.get_by_role("button", name="Everything is sent").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_what_went_wrong_is_accessible_too(open_page, tracer, colours):
    ready_country()
    link = contact_link(CaseFactory(created_by=tracer), by=tracer)
    phone = open_page(language="en", device=PHONE, colours=colours)
    phone.goto(reverse("contact:open", args=[link.token]))
    phone.get_by_role("button", name="Begin").click()
    phone.locator(REGISTER_FORM).set_input_files([as_file(b"PK no picture", name="register.docx")])
    phone.get_by_role("button", name="Send the register pages").click()
    summary = phone.locator("[data-error-summary]")
    expect(summary).to_contain_text("This kind of file cannot be read.")
    look_at(phone, "Photos for contact tracing")
    phone.locator(CODE_FORM).set_input_files([as_file(photograph(draw_code("https://example.org"), seed=5))])
    phone.get_by_role("button", name="Send the code").click()
    read_picture(Picture.objects.get().pk)
    expect(phone.locator("#contact-live")).to_contain_text("not a CLÉA code")
    look_at(phone, "Photos for contact tracing")
    ContactLink.objects.update(openings=5)
    full = open_page(language="en", device=PHONE, colours=colours)
    full.goto(reverse("contact:open", args=[link.token]))
    expect(full.locator("main")).to_contain_text("as many browsers as it may")
    look_at(full, "Photos for contact tracing")


def test_desk_pages_of_a_contact_are_accessible_on_a_phone(desk_page, tracer):
    case = SCENES["with_a_contact"](tracer)
    page = desk_page(device=PHONE, colours="dark")
    for address in (
        reverse("mct:case_ask", args=[case.uuid]),
        reverse("mct:register_page", args=[case.uuid, case.register_pages.get().uuid]),
        reverse("mct:case", args=[case.uuid]),
    ):
        page.goto(address)
        assert_accessible(page)
        assert_fits(page)


def test_link_that_ends_while_the_page_asks_says_so(open_page, tracer):
    ready_country()
    link = contact_link(CaseFactory(created_by=tracer), by=tracer)
    phone = open_page(language="en", device=PHONE)
    phone.goto(reverse("contact:open", args=[link.token]))
    phone.get_by_role("button", name="Begin").click()
    phone.locator(CODE_FORM).set_input_files([as_file(b"x")])
    phone.get_by_role("button", name="Send the code").click()
    ContactLink.objects.update(expires_at=timezone.now())
    expect(phone.get_by_role("heading", level=1)).to_have_text("This link no longer works")
    assert Case.objects.get().pictures.count() == 1

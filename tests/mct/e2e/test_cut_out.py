"""A picture is cut to its code in the browser; only the part is sent."""

from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from mct.intake import read_picture
from mct.models import CaseCode, Picture
from tests.clea_portal.scanning.files import make_pdf
from tests.e2e.browser import DESKTOP, PHONE, assert_accessible, assert_fits
from tests.factories import CaseFactory, contact_link, ready_country
from tests.mct.scenes import SCENES
from tests.pictures import clea_link, draw_code, photograph

pytestmark = pytest.mark.django_db(transaction=True)
# A code at the right, in a picture of 2000 by 1000 pixels; phones turn their pictures by a note.
SIDE = 73 * 5


def wide_photo(*, orientation=1):
    wall = Image.new("L", (2000, 1000), 150)
    wall.paste(draw_code(clea_link(1), module=5), (1500, 300))
    buffer, notes = BytesIO(), Image.Exif()
    notes[0x0112] = orientation
    turned = wall.transpose(Image.Transpose.ROTATE_90) if orientation == 6 else wall
    turned.save(buffer, "JPEG", quality=90, exif=notes)
    return {"name": "My photo.jpeg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def sent_picture():
    return Image.open(BytesIO(Picture.objects.get().content))


def box_of(page):
    seen = page.get_by_role("application").bounding_box()
    return lambda x, y: (seen["x"] + x * seen["width"], seen["y"] + y * seen["height"])


def draw(page, start, end):
    at = box_of(page)
    page.mouse.move(*at(*start))
    page.mouse.down()
    page.mouse.move(*at((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    page.mouse.move(*at(*end))
    page.mouse.up()


@pytest.mark.parametrize(("device", "colours", "orientation"), [(DESKTOP, "light", 1), (PHONE, "dark", 6)])
def test_part_that_was_drawn_is_sent_and_read(desk_page, tracer, device, colours, orientation):
    ready_country()
    case = SCENES["no_code"](tracer)
    Picture.objects.all().delete()
    page = desk_page(device=device, colours=colours)
    page.goto(reverse("mct:case", args=[case.uuid]))
    expect(page.get_by_text("choose the same picture again and cut it to the code")).to_be_visible()
    page.get_by_label("Photos, scans or PDF of the code").set_input_files([wide_photo(orientation=orientation)])
    expect(page.get_by_text("The whole picture is sent.")).to_be_visible()
    page.get_by_role("button", name="Cut to the code").click()
    assert_accessible(page)
    draw(page, (0.7, 0.25), (0.98, 0.72))
    assert_fits(page)
    page.get_by_role("button", name="Use this part").click()
    expect(page.get_by_text("Only this part is sent.")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="Read the code", exact=True).click()
    expect(page.get_by_text("Added. The code is being read.")).to_be_visible()
    picture = sent_picture()
    # 28 per cent of 2000 by 47 per cent of 1000, and a white border of 5 per cent of the longer side all around.
    assert picture.size == (pytest.approx(560 * 1.1, abs=8), pytest.approx(470 + 56, abs=8))
    assert picture.convert("L").getpixel((5, 5)) > 250
    read_picture(Picture.objects.get().pk)
    assert CaseCode.objects.get(case=case).deep_link == clea_link(1)


def test_frame_is_moved_by_keys_and_told(desk_page, tracer):
    case = SCENES["draft"](tracer)
    page = desk_page(device=DESKTOP)
    page.goto(reverse("mct:case_evidence", args=[case.uuid]))
    page.get_by_label("Photos, scans or PDF of the code").set_input_files([wide_photo()])
    page.get_by_role("button", name="Cut to the code").press("Enter")
    expect(page.get_by_role("application")).to_be_focused()
    told = page.locator("[data-cut-out-status]")
    frames = []
    for keys in (["-"] * 15, ["ArrowRight"] * 20, ["ArrowDown"] * 50, ["Shift+ArrowRight"] * 10, ["Shift+ArrowDown"] * 3, ["+"]):
        for key in keys:
            page.keyboard.press(key)
        frames.append([int(word) for word in told.inner_text().replace(",", "").split() if word.isdigit()])
    # Width, height, from the left, from the top.
    assert frames == [[2, 2, 50, 50], [2, 2, 90, 50], [2, 2, 90, 98], [10, 2, 90, 98], [10, 2, 90, 98], [12, 4, 88, 96]]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Only this part is sent.")).to_be_visible()
    expect(page.get_by_role("button", name="Cut to the code")).to_be_focused()


def test_corner_is_drawn_out_the_inside_moves_and_all_can_be_undone(desk_page, tracer):
    case = SCENES["draft"](tracer)
    page = desk_page(device=DESKTOP)
    page.goto(reverse("mct:case_evidence", args=[case.uuid]))
    files = page.get_by_label("Photos, scans or PDF of the code")
    pdf = {"name": "register.pdf", "mimeType": "application/pdf", "buffer": make_pdf(1)}
    photo = {"name": "other.jpg", "mimeType": "image/jpeg", "buffer": photograph(draw_code(clea_link(2)), seed=1)}
    files.set_input_files([pdf, wide_photo(), photo])
    # A PDF cannot be cut.
    expect(page.locator(".cut-outs li")).to_have_count(2)
    page.get_by_role("button", name="Cut to the code").first.click()
    told = page.locator("[data-cut-out-status]")
    for start, end, frame in [
        ((0.2, 0.2), (0.4, 0.4), "40 per cent of the width, 40 per cent of the height, 40 per cent from the left, 40 per cent"),
        ((0.6, 0.6), (0.9, 0.5), "40 per cent of the width, 40 per cent of the height, 60 per cent from the left, 30 per cent"),
        ((0.3, 0.9), (0.1, 0.8), "20 per cent of the width, 10 per cent of the height, 10 per cent from the left, 80 per cent"),
    ]:
        draw(page, start, end)
        expect(told).to_contain_text(frame)
    page.get_by_role("button", name="Cancel").click()
    names = "input => [...input.files].map((file) => file.name)"
    assert files.evaluate(names) == ["register.pdf", "My photo.jpeg", "other.jpg"]
    page.get_by_role("button", name="Cut to the code").first.click()
    page.get_by_role("button", name="Use this part").click()
    expect(page.get_by_text("Only this part is sent.")).to_be_visible()
    assert files.evaluate(names) == ["register.pdf", "My photo.jpg", "other.jpg"]
    page.get_by_role("button", name="Send the whole picture").click()
    expect(page.get_by_text("Only this part is sent.")).to_have_count(0)
    assert files.evaluate(names) == ["register.pdf", "My photo.jpeg", "other.jpg"]
    sizes = files.evaluate("input => [...input.files].map((file) => file.size)")
    assert sizes == [len(one["buffer"]) for one in (pdf, wide_photo(), photo)]


def test_contact_cuts_a_photo_and_a_chosen_file_each_by_itself(open_page, tracer):
    ready_country()
    link = contact_link(CaseFactory(created_by=tracer), by=tracer)
    phone = open_page(language="en", device=PHONE)
    phone.goto(reverse("contact:open", args=[link.token]))
    phone.get_by_role("button", name="Begin").click()
    taken, chosen = phone.locator("[name=code-photo]"), phone.locator("[name=code-files]")
    taken.set_input_files([wide_photo()])
    chosen.set_input_files([wide_photo()])
    expect(phone.locator(".cut-outs li")).to_have_count(2)
    phone.get_by_role("button", name="Cut to the code").first.click()
    draw(phone, (0.7, 0.25), (0.98, 0.72))
    assert_accessible(phone)
    assert_fits(phone)
    phone.get_by_role("button", name="Use this part").click()
    expect(phone.get_by_text("Only this part is sent.")).to_have_count(1)
    names = "input => [...input.files].map((file) => file.name)"
    assert (taken.evaluate(names), chosen.evaluate(names)) == (["My photo.jpg"], ["My photo.jpeg"])
    phone.get_by_role("button", name="Cut to the code").last.click()
    phone.get_by_role("button", name="Cancel").click()
    chosen.set_input_files([])
    assert_accessible(phone)
    phone.get_by_role("button", name="Send the code").click()
    expect(phone.locator("#contact-live")).to_be_visible()
    read_picture(Picture.objects.get().pk)
    assert CaseCode.objects.get().deep_link == clea_link(1)

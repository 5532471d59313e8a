"""The camera of the page, played by Chromium's own device from a film that shows one of our posters."""

import os
import random
from io import BytesIO

import pytest
from django.urls import reverse
from PIL import ImageFilter
from playwright.sync_api import expect

from clea_portal.posters.layouts import Layout
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header
from mct.enums import CaseState, Entry
from mct.linking import link_case
from mct.models import Case, ContactLink, Picture
from tests.e2e import browser as browsing
from tests.e2e.browser import DESKTOP, PHONE, assert_accessible, assert_fits
from tests.factories import CaseFactory, contact_link, new_code, ready_country
from tests.hard_pictures import print_poster
from tests.mct.scenes import SCENES
from tests.pictures import add_noise, clea_link, draw_poster, hang_in_room

pytestmark = pytest.mark.django_db(transaction=True)
OPEN, CLOSE = "Read the code with the camera", "Close the camera"
ENDED = """async (tracks) => {
  const states = () => tracks.map((track) => track.readyState);
  for (let tries = 0; tries < 100 && states().includes("live"); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  return states();
}"""
NO_DEVICE, NO_PERMISSION = "no device", "no permission"


def poster(*links):
    """Our own posters, as they are printed."""
    return [print_poster([link], random.Random(1), module=4, layout=Layout.A6) for link in links]


def film(path, pictures):
    """A film of one picture, as motion JPEG: what hangs in a room, seen by a camera of 1280 by 720."""
    room = hang_in_room(pictures, seed=1, size=(1280, 720)).filter(ImageFilter.GaussianBlur(0.7))
    frame = BytesIO()
    add_noise(room, 4, random.Random(1)).convert("RGB").save(frame, "JPEG", quality=85)
    path.write_bytes(frame.getvalue() * 3)
    return path


@pytest.fixture
def with_camera(browser, site, tmp_path):
    """Opens a page in a browser whose camera sees these pictures, has no camera, or may not use it."""
    problems, started = browsing.Problems(), []

    def make(sees, **choices):
        flags = ["--no-sandbox", "--disable-gpu"]
        if sees != NO_PERMISSION:
            flags.append("--use-fake-ui-for-media-stream")
        if sees == NO_DEVICE:
            flags.append("--use-fake-device-for-media-stream=device-count=0")
        elif sees == NO_PERMISSION:
            flags.append("--use-fake-device-for-media-stream")
        else:
            seen = film(tmp_path / "camera.mjpeg", sees)
            flags += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={seen}"]
        chromium = browser.browser_type.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=flags)
        started.append(chromium)
        page = browsing.new_page(chromium, problems, base_url=site, **({"language": "en"} | choices))
        page.sent = []
        page.on("request", lambda request: page.sent.append(request.post_data_buffer))
        return page

    yield make
    for chromium in started:
        chromium.close()
    assert problems.seen == []


@pytest.fixture
def desk_camera(with_camera, site, tracer):
    """The same, signed in as the tracer."""

    def make(sees, **choices):
        page = with_camera(sees, **choices)
        browsing.sign_in(page, tracer, base_url=site, second_factor=True)
        return page

    return make


def status(page):
    return page.locator("[data-camera-status]")


def tracks(page):
    """States of the camera's tracks, asked for by a handle that outlives the camera's closing."""
    return page.evaluate_handle("document.querySelector('#camera video').srcObject.getTracks()")


def assert_closed(page, kept):
    expect(page.locator("#camera")).not_to_be_visible()
    # A dialog tells that it is closed in a task of its own, after it is out of sight.
    assert kept.evaluate(ENDED) == ["ended"]
    assert page.evaluate("document.querySelector('#camera video').srcObject") is None


@pytest.mark.parametrize(("device", "colours"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_camera_sees_the_code_and_only_its_link_is_sent(desk_camera, tracer, device, colours, tmp_path):
    ready_country()
    case, code = CaseFactory(created_by=tracer), new_code()
    page = desk_camera(poster(code.deep_link), device=device, colours=colours)
    page.goto(reverse("mct:case_evidence", args=[case.uuid]))
    page.sent.clear()
    page.get_by_role("button", name=OPEN).press("Enter")
    note = page.locator("#camera-note")
    expect(note).to_contain_text("Looks like a CLÉA code")
    expect(note).to_contain_text("Country: France")
    expect(note).to_contain_text(f"Check code {check_code(code.ltid)}")
    expect(page.locator("#camera")).not_to_be_visible()
    expect(page.get_by_label("Or the link in the code")).to_have_value(code.deep_link)
    assert page.evaluate("document.activeElement.textContent.trim()") == "Read the code"
    assert_accessible(page)
    assert_fits(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Added. The code is being read.")).to_be_visible()
    link_case(case.pk)
    case.refresh_from_db()
    assert (case.state, case.code.ltid) == (CaseState.READY, code.ltid)
    # Everything that left the browser from the camera's opening on: files were asked for, and one small form was sent.
    (form,) = [body for body in page.sent if body]
    assert (len(form) < 1500, b"\xff\xd8" in form, Picture.objects.count()) == (True, False, 0)


def test_contact_reads_the_code_with_the_phone_and_sends_it_by_one_press(with_camera, tracer):
    ready_country()
    case, code = CaseFactory(created_by=tracer), new_code()
    phone = with_camera(poster(code.deep_link), device=PHONE, language="fr")
    phone.goto(reverse("contact:open", args=[contact_link(case, by=tracer).token]))
    phone.get_by_role("button", name="Commencer").click()
    phone.sent.clear()
    phone.get_by_role("button", name="Lire le code avec l’appareil photo").click()
    expect(phone.locator("#camera-note")).to_contain_text(check_code(code.ltid))
    assert_accessible(phone)
    assert_fits(phone)
    phone.keyboard.press("Enter")
    expect(phone.locator("#contact-live")).to_contain_text("Le code a été lu.")
    (form,) = [body for body in phone.sent if body]
    assert len(form) < 2000
    phone.get_by_role("button", name="Tout est envoyé").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Merci")
    link_case(case.pk)
    case.refresh_from_db()
    assert (case.code.ltid, Picture.objects.count(), ContactLink.objects.get().codes_read) == (code.ltid, 0, 1)
    assert Entry.CONTACT_CAMERA in case.timeline.values_list("entry", flat=True)


def test_camera_beside_a_new_case_leaves_the_rest_of_the_form_to_the_person(desk_camera):
    ready_country()
    # A menu's code hangs beside it.
    page = desk_camera([*poster(clea_link(3)), draw_poster("https://menu.example/", dots_per_inch=60)], device=DESKTOP)
    page.goto(reverse("mct:case_register"))
    field = page.get_by_label("Or the link in the code")
    field.fill(clea_link(4))
    for _ in range(2):  # The second time, it stands there already.
        page.get_by_role("button", name=OPEN).click()
        expect(page.locator("#camera")).not_to_be_visible()
        expect(field).to_have_value(f"{clea_link(4)}\n{clea_link(3)}")
    ltid = decode_header(parse_link(clea_link(3)).lsp).ltid
    expect(page.locator("#camera-note")).to_contain_text(check_code(ltid))
    assert page.evaluate("document.activeElement.id") == "camera-note"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://menu.example/", "This QR code is not a CLÉA code."),
        (clea_link(1, prefix="https://clea.nowhere.example?v=0#"), "of no country that this portal knows (clea.nowhere.example)"),
    ],
)
def test_other_codes_are_named_and_the_camera_looks_on_until_it_is_closed(desk_camera, tracer, text, words):
    ready_country()
    page = desk_camera([draw_poster(text, dots_per_inch=60)], device=PHONE)
    page.goto(reverse("mct:case", args=[SCENES["draft"](tracer).uuid]))
    opener = page.get_by_role("button", name=OPEN)
    opener.press("Enter")
    expect(status(page)).to_contain_text(words)
    assert_accessible(page)
    kept = tracks(page)
    assert kept.evaluate("tracks => tracks.map((track) => track.readyState)") == ["live"]
    page.keyboard.press("Escape")
    assert_closed(page, kept)
    expect(opener).to_be_focused()
    expect(page.locator("#camera-note")).not_to_be_visible()
    expect(page.get_by_label("Or the link in the code")).to_have_value("")


def test_hidden_page_and_leaving_stop_the_camera(desk_camera, tracer):
    ready_country()
    page = desk_camera([draw_poster("https://menu.example/", dots_per_inch=60)], device=PHONE)
    page.goto(reverse("mct:case_evidence", args=[SCENES["draft"](tracer).uuid]))
    for event in ("visibilitychange", "pagehide"):
        page.get_by_role("button", name=OPEN).click()
        expect(status(page)).to_contain_text("not a CLÉA code")
        kept = tracks(page)
        page.evaluate(
            "name => { Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
            " (name === 'pagehide' ? window : document).dispatchEvent(new Event(name)); delete document.hidden; }",
            event,
        )
        assert_closed(page, kept)
    page.get_by_role("button", name=OPEN).click()
    expect(status(page)).to_contain_text("not a CLÉA code")
    kept = tracks(page)
    page.get_by_role("button", name=CLOSE).click()
    assert_closed(page, kept)


@pytest.mark.parametrize(
    ("sees", "words"),
    [(NO_PERMISSION, "This page may not use the camera."), (NO_DEVICE, "This device has no camera that the browser can use.")],
)
def test_camera_that_is_refused_or_missing_is_told_and_the_form_works_on(desk_camera, tracer, sees, words):
    ready_country()
    page = desk_camera(sees, device=PHONE, colours="dark")
    page.goto(reverse("mct:case_evidence", args=[SCENES["draft"](tracer).uuid]))
    page.get_by_role("button", name=OPEN).click()
    expect(status(page)).to_contain_text(words)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Try again").click()
    expect(status(page)).to_contain_text(words)
    page.get_by_role("button", name=CLOSE).click()
    page.get_by_label("Or the link in the code").fill(clea_link(5))
    page.get_by_role("button", name="Read the code", exact=True).click()
    expect(page.get_by_text("Added. The code is being read.")).to_be_visible()


FAKE_DEVICES = """
navigator.mediaDevices.enumerateDevices = async () => ["one", "two"].map((deviceId) => ({ kind: "videoinput", deviceId }));
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.asked = [];
window.lights = [];
navigator.mediaDevices.getUserMedia = async ({ video }) => {
  window.asked.push(video.deviceId?.exact ?? video.facingMode.ideal);
  if (window.busy) throw new DOMException("", "NotReadableError");
  const stream = await ask({ video: true });
  const [track] = stream.getVideoTracks();
  track.getCapabilities = () => ({ torch: true });
  track.getSettings = () => ({ deviceId: window.asked.length % 2 ? "one" : "two" });
  track.applyConstraints = async ({ advanced }) => void window.lights.push(advanced[0].torch);
  return stream;
};
"""


def test_light_other_camera_and_one_that_is_busy(desk_camera, tracer):
    ready_country()
    page = desk_camera([draw_poster("https://menu.example/", dots_per_inch=60)], device=PHONE)
    page.add_init_script(FAKE_DEVICES)
    page.goto(reverse("mct:case_evidence", args=[SCENES["draft"](tracer).uuid]))
    page.get_by_role("button", name=OPEN).click()
    light, other = page.get_by_role("button", name="Light"), page.get_by_role("button", name="Other camera")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "false")
    assert_accessible(page)
    assert_fits(page)
    other.click()
    expect(status(page)).to_contain_text("not a CLÉA code")
    other.click()
    expect(status(page)).to_contain_text("not a CLÉA code")
    assert page.evaluate("[asked, lights]") == [["environment", "two", "one"], [True, False]]
    page.evaluate("window.busy = true")
    other.click()
    expect(status(page)).to_contain_text("perhaps another program has it")


def test_without_scripts_there_is_no_camera(desk_camera, tracer):
    page = desk_camera(NO_DEVICE, device=PHONE, javascript=False)
    page.goto(reverse("mct:case_evidence", args=[CaseFactory(created_by=tracer).uuid]))
    expect(page.get_by_role("button", name=OPEN)).not_to_be_visible()
    page.get_by_label("Or the link in the code").fill(clea_link(5))
    page.get_by_role("button", name="Read the code", exact=True).click()
    assert Case.objects.get().codes.count() == 1

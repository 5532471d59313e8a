"""The camera of the page, played by Chromium's own device from a film that shows one of our posters."""

import os
from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from clea_portal.protocol.check_code import check_code
from mct.linking import link_case
from mct.models import Case
from tests.e2e import browser as browsing
from tests.e2e.browser import DESKTOP, PHONE, assert_accessible, assert_fits
from tests.factories import CaseFactory, contact_link, new_code, ready_country
from tests.pictures import draw_poster, hang_in_room, photograph

pytestmark = pytest.mark.django_db(transaction=True)
OPEN, CLOSE = "Read the code with the camera", "Close the camera"


def film(path, text):
    """A film of one picture, as motion JPEG: a poster in a room, seen by a camera of 1280 by 720."""
    room = hang_in_room([draw_poster(text, dots_per_inch=65)], seed=1, size=(1280, 720))
    picture = Image.open(BytesIO(photograph(room, seed=1, degrees=0, noise=4))).convert("RGB")
    frame = BytesIO()
    picture.save(frame, "JPEG", quality=85)
    path.write_bytes(frame.getvalue() * 3)
    return path


@pytest.fixture
def with_camera(site, tmp_path):
    """Opens a page in a browser whose camera sees the code of a text; its requests that carry something are noted."""
    problems = browsing.Problems()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            started = []

            def make(text, **choices):
                seen = film(tmp_path / "camera.mjpeg", text)
                chromium = playwright.chromium.launch(
                    executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
                    args=[
                        "--no-sandbox",
                        "--disable-gpu",
                        "--use-fake-ui-for-media-stream",
                        "--use-fake-device-for-media-stream",
                        f"--use-file-for-fake-video-capture={seen}",
                    ],
                )
                started.append(chromium)
                return browsing.new_page(chromium, problems, base_url=site, language="en", **choices)

            yield make
            for chromium in started:
                chromium.close()
    assert problems.seen == []


def sent_by(page):
    bodies = []
    page.on("request", lambda request: bodies.append(request.post_data_buffer) if request.post_data_buffer else None)
    return bodies


def test_probe(with_camera, tracer, site):
    ready_country()
    case = CaseFactory(created_by=tracer)
    code = new_code()
    page = with_camera(code.deep_link, device=DESKTOP)
    browsing.sign_in(page, tracer, base_url=site, second_factor=True)
    bodies = sent_by(page)
    page.goto(reverse("mct:case_evidence", args=[case.uuid]))
    page.get_by_role("button", name=OPEN).click()
    page.wait_for_timeout(500)
    page.screenshot(path="/tmp/camera/open.png")
    expect(page.locator("#camera-note")).to_contain_text(check_code(code.ltid))
    page.screenshot(path="/tmp/camera/found.png")
    page.get_by_role("button", name="Read the code", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Case")
    link_case(case.pk)
    assert Case.objects.get().code.ltid == code.ltid
    print([len(b) for b in bodies])

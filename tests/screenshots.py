"""``make screenshots``: makes the README's pictures again, from the real processes with the demonstration's data."""

import os
import re
import sys
import time
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

import pypdfium2  # noqa: E402 - after setup, like what follows
from PIL import Image, ImageOps  # noqa: E402
from playwright.sync_api import Browser, FloatRect, Page, expect, sync_playwright  # noqa: E402

from clea_portal.accounts.demonstration import AGENT, MANAGER, PASSWORD, current_code  # noqa: E402
from tests.e2e.browser import DESKTOP  # noqa: E402
from tests.pictures import photograph  # noqa: E402
from tests.processes import running_portal  # noqa: E402

FOLDER = Path("docs/images")
POSTER_HEIGHT = 900
LARGEST = 200_000
BORDER = (208, 212, 210)


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_portal() as portal, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = open_page(chromium, portal.base_url)
        sign_in(page, MANAGER)
        page.get_by_role("link", name="La Table du Drac").click()
        with page.expect_download() as coming:
            page.locator("a[href*='poster.pdf']").first.click()
        with pypdfium2.PdfDocument(coming.value.path()) as document:
            sheet = document[0].render(scale=2).to_pil()
        width = round(sheet.width * POSTER_HEIGHT / sheet.height)
        small = sheet.resize((width, POSTER_HEIGHT), Image.Resampling.LANCZOS)
        keep(ImageOps.expand(small, border=1, fill=BORDER), "poster")

        page = open_page(chromium, portal.base_url)
        sign_in(page, AGENT)
        declare(page, photograph(sheet, seed=7, degrees=4, blur=1, quality=60))
        keep(Image.open(BytesIO(page.screenshot(full_page=True, clip=down_to_the_timeline(page)))), "case")
        chromium.close()
    return 0


def open_page(browser: Browser, address: str) -> Page:
    viewport = {"width": DESKTOP.width, "height": DESKTOP.height}
    context = browser.new_context(base_url=address, viewport=viewport, locale="fr", timezone_id="Europe/Paris")
    return context.new_page()


def sign_in(page: Page, email: str) -> None:
    page.goto("/account/login/")
    page.fill("#id_login", email)
    page.fill("#id_password", PASSWORD)
    page.locator(".entrance button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/login/" not in url)
    if "authenticate" in page.url:
        page.fill("#id_code", current_code())
        page.locator(".entrance button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/(venues|cases)/$"))


def declare(page: Page, picture: bytes) -> None:
    """Register a case of yesterday's lunch with this picture, declare it, and wait until it is published."""
    day = datetime.now(ZoneInfo("Europe/Paris")) - timedelta(days=1)
    page.goto("/cases/new/")
    page.set_input_files("#id_pictures", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture})
    page.fill("#id_exposure_start", f"{day:%Y-%m-%d}T12:15")
    page.fill("#id_exposure_end", f"{day:%Y-%m-%d}T14:00")
    page.fill("#id_infected_count", "2")
    page.fill("#id_reference", f"{day:%Y}-0117")
    page.locator(".case-form button[type=submit]").first.click()
    page.locator("#declare").click(timeout=60_000)
    expect(page.locator("#case-live .tone-success .next-head")).to_be_visible(timeout=60_000)
    page.reload()


def down_to_the_timeline(page: Page) -> FloatRect:
    """The part of the page that tells the story; what the agent typed in stands below it."""
    box = page.get_by_role("region", name="Ce qui s’est passé").bounding_box()
    assert box is not None
    return {"x": 0, "y": 0, "width": DESKTOP.width, "height": box["y"] + box["height"] + 32}


def keep(image: Image.Image, name: str) -> None:
    """Write the picture with as few colours as its size allows. Raises ValueError for one that is still too large."""
    file = FOLDER / f"{name}.png"
    image.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, optimize=True)
    size = file.stat().st_size
    print(f"{file}  {image.width} × {image.height}  {size / 1000:.0f} kB")
    if size > LARGEST:
        raise ValueError(f"{file} is larger than {LARGEST / 1000:.0f} kB")


if __name__ == "__main__":
    started = time.monotonic()
    code = main()
    print(f"{time.monotonic() - started:.0f} s")
    sys.exit(code)

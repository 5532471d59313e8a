"""What the journeys share: looking at a page as a critical visitor, the ways in, and the worker's work between two steps."""

import re
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from django.core import mail
from django.db import OperationalError
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from clea_portal.scanning.reading import decode_image
from mct.enums import CaseState, DeclarationState, PictureState
from mct.intake import read_picture
from mct.linking import link_case
from mct.models import Case, Declaration, Picture
from mct.sending import send_declaration
from mct.watching import watch_lists
from tests.e2e.browser import assert_accessible, assert_fits


def look_at(page: Page, heading: str | re.Pattern[str]) -> None:
    """The page has come, its first heading is this one, it breaks no rule of accessibility and does not scroll sideways."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert_accessible(page)
    assert_fits(page)


def press(page: Page, name: str) -> None:
    """The one button of this name in the page's own part."""
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    """The one link of this name in the page's own part."""
    page.locator("main").get_by_role("link", name=name, exact=True).click()


def sign_in_by_password(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    press(page, "Sign in")


def follow_the_mail(page: Page, *, to: str) -> None:
    """Open the one link of the last message, which went to this person."""
    assert mail.outbox[-1].to == [to]
    links = re.findall(r"https?://\S+", str(mail.outbox[-1].body))
    assert len(links) == 1, links
    page.goto(urlsplit(links[0]).path)


def read_secret(picture: Locator) -> str:
    """What an authenticator app takes from the QR code that the page shows."""
    (address,) = decode_image(Image.open(BytesIO(picture.screenshot())))
    return parse_qs(urlsplit(address).query)["secret"][0]


def download(page: Page, click: Callable[[], None]) -> tuple[str, bytes]:
    """The name and the content of the file that a click leads to."""
    # As long as a page says that a file may take.
    with page.expect_download(timeout=30_000) as coming:
        click()
    return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()


def worker_reads() -> None:
    """Everything that waits to be read and linked."""
    for picture in Picture.objects.filter(state=PictureState.WAITING):
        read_picture(picture.pk)
    for case in Case.objects.filter(state=CaseState.LINKING):
        _link(case.pk)


def _link(case_id: int) -> None:
    """Again, while the open page reads: a database in memory locks whole tables, and lets nobody wait."""
    for _ in range(50):
        try:
            return link_case(case_id)
        except OperationalError:
            time.sleep(0.1)
    return link_case(case_id)


def worker_sends() -> None:
    """Everything whose hold time is over; then it looks into the public lists."""
    for declaration in Declaration.objects.filter(state__in=[DeclarationState.HELD, DeclarationState.READY]):
        send_declaration(declaration.pk)
    watch_lists()

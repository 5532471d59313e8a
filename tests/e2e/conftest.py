import os
import threading

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e import browser as browsing


def pytest_collection_modifyitems(items):
    for item in items:
        if "/e2e/" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="package")
def browser():
    """One browser for the package. Its event loop runs in the test's thread, where Django would refuse to use the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            yield chromium
            chromium.close()


@pytest.fixture
def site(live_server, settings):
    """The address of a running portal that speaks plain HTTP on loopback, as a demonstration does.

    Pages are closed by now, but the server may still be answering them: tables are emptied once it has done so.
    """
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = False
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    yield live_server.url
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=10)


@pytest.fixture
def open_page(browser, site):
    """Opens pages, by device, colours and language; the test fails if any of them had something to complain of."""
    problems = browsing.Problems()
    pages = []

    def open_one(**choices):
        page = browsing.new_page(browser, problems, base_url=site, **choices)
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        page.context.close()
    assert problems.seen == []


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def axe():
    return browsing.assert_accessible


@pytest.fixture
def sign_in(site):
    def sign_in_here(page, user, *, second_factor=False):
        browsing.sign_in(page, user, base_url=site, second_factor=second_factor)

    return sign_in_here


@pytest.fixture
def screenshots():
    return browsing.save_screenshot

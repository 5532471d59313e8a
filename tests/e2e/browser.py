"""What browser tests share: devices, a page that remembers what went wrong on it, accessibility rules, signing in."""

from dataclasses import dataclass, field
from pathlib import Path

from allauth.account.internal.flows.login import record_authentication
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client, RequestFactory
from playwright.sync_api import Browser, ConsoleMessage, Page, Response

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
NEEDED_FILES = {"script", "stylesheet", "image", "font"}


@dataclass(frozen=True, kw_only=True)
class Device:
    name: str
    width: int
    height: int
    touch: bool


DESKTOP = Device(name="desktop", width=1280, height=800, touch=False)
PHONE = Device(name="phone", width=390, height=844, touch=True)


@dataclass
class Problems:
    """What a page complained of: script errors, violations of the content security policy, files that did not come."""

    seen: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.seen.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self.hear(page, message))
        page.on("response", self.receive)

    def hear(self, page: Page, message: ConsoleMessage) -> None:
        # The answer itself tells more than the console does of a file that did not come, and an error page is no problem.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.seen.append(f"{page.url}: {message.text}")

    def receive(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type in NEEDED_FILES:
            self.seen.append(f"{response.status} {response.url}")


def new_page(
    browser: Browser,
    problems: Problems,
    *,
    base_url: str,
    device: Device = DESKTOP,
    colours: str = "light",
    language: str = "fr",
    javascript: bool = True,
) -> Page:
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": device.width, "height": device.height},
        has_touch=device.touch,
        color_scheme="dark" if colours == "dark" else "light",
        locale=language,
        java_script_enabled=javascript,
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    problems.watch(page)
    return page


def assert_accessible(page: Page) -> None:
    page.wait_for_load_state()
    # Without preloading, which puts the text of style sheets into the page, against its content security policy.
    results = Axe().run(page, options={"runOnly": AXE_RULES, "preload": False})
    assert results.violations_count == 0, results.generate_report()


def assert_fits(page: Page) -> None:
    """Nothing makes the whole page scroll sideways."""
    width, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= seen


def save_screenshot(page: Page, folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path


def sign_in(page: Page, user, *, base_url: str, second_factor: bool = False) -> None:
    """Puts a real session of the person into the browser; with ``second_factor`` one that has given it just now."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    request = RequestFactory().get("/")
    request.session = client.session
    record_authentication(request, user, method="password", reauthenticated=True)
    if second_factor:
        record_authentication(request, user, method="mfa", type="totp", reauthenticated=True)
    request.session.save()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": request.session.session_key, "url": base_url}])

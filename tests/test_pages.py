import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import RequestFactory, override_settings
from django.urls import reverse
from django.utils import translation
from django.views import defaults
from django.views.csrf import csrf_failure

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
# Posters are print documents, not pages: their style is a file that the renderer is given.
PAGE_TEMPLATES = sorted(path for path in TEMPLATES.rglob("*.html") if path.relative_to(TEMPLATES).parts[0] != "posters")
PUBLIC = {
    "home": 200,
    "account_login": 200,
    "account_signup": 200,
    "account_reset_password": 200,
    "account_reset_password_done": 200,
    "account_email_verification_sent": 200,
    "/nothing-here/": 404,
}


class Outline(HTMLParser):
    """What the content security policy and a screen reader care about in a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language = ""
        self.headings: list[str] = []
        self.inline: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "h1":
            self.headings.append(tag)
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.inline.append(self.get_starttag_text())
        if any(name == "style" or name.startswith("on") for name in given):
            self.inline.append(self.get_starttag_text())
        if given.get("id"):
            self.ids.append(given["id"])


def outline_of(response):
    return Outline(response.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("page", PUBLIC)
def test_public_page_has_one_heading_its_language_and_nothing_inline(client, page, language):
    client.cookies["django_language"] = language
    response = client.get(page if page.startswith("/") else reverse(page))
    outline = outline_of(response)
    assert response.status_code == PUBLIC[page]
    assert (outline.language, len(outline.headings), outline.inline) == (language, 1, [])
    assert len(outline.ids) == len(set(outline.ids))
    assert sorted(response.headers["Content-Security-Policy"].split("; ")) == [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "manifest-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "worker-src 'self'",
    ]


@pytest.mark.django_db
def test_home_shows_each_person_a_door(client):
    html = client.get(reverse("home")).content.decode()
    doors = re.search(r'<ul class="doors">(.*?)</ul>', html, re.DOTALL)
    assert re.findall(r'href="([^"]+)"', doors[1]) == [
        f"{reverse('account_signup')}?next={reverse('venues:list')}",
        f"{reverse('account_signup')}?next={reverse('events:list')}",
        reverse("account_login"),
        "#visitor",
        reverse("account_login"),
    ]
    assert 'id="visitor"' in html


@pytest.mark.django_db
def test_language_switch_returns_to_the_page_with_its_query(client):
    page = f"{reverse('account_login')}?next=/start/"
    assert f'name="next" value="{page}"' in client.get(page).content.decode()
    response = client.post(reverse("set_language"), {"language": "en", "next": page})
    assert (response.status_code, response.url) == (302, page)
    assert outline_of(client.get(page)).language == "en"


@pytest.mark.django_db
@override_settings(DEMONSTRATION=True)
def test_demonstration_is_announced_and_lists_its_accounts(client):
    html = client.get(reverse("account_login")).content.decode()
    assert 'class="demonstration-bar"' in html
    assert 'data-fill-login="manager@demo.example"' in html
    assert outline_of(client.get(reverse("account_login"))).inline == []


@pytest.mark.django_db
def test_real_portal_announces_no_demonstration(client):
    html = client.get(reverse("account_login")).content.decode()
    assert "demonstration" not in html


@pytest.mark.django_db
def test_form_errors_are_listed_with_links_to_their_fields(client):
    html = client.post(reverse("account_login"), {}).content.decode()
    summary = re.search(r"data-error-summary>(.*?)</ul>", html, re.DOTALL)
    assert re.findall(r'href="([^"]+)"', summary[1]) == ["#id_login", "#id_password"]
    described = re.findall(r'<input[^>]*name="(?:login|password)"[^>]*aria-describedby="([^"]+)"', html)
    assert [all(f'id="{name}"' in html for name in names.split()) for names in described] == [True, True]


@override_settings(
    STORAGES={"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}},
    STATIC_ROOT="a folder that does not exist",
)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("view", "status"),
    [(defaults.server_error, 500), (lambda request: defaults.bad_request(request, Exception()), 400)],
    ids=["500", "400"],
)
def test_pages_for_broken_requests_stand_without_database_context_or_collected_files(view, status, language):
    with translation.override(language):
        response = view(RequestFactory().get("/"))
    outline = outline_of(response)
    assert response.status_code == status
    assert (outline.language, len(outline.headings), outline.inline) == (language, 1, [])
    assert 'href="/static/css/theme.css"' in response.content.decode()


@pytest.mark.django_db
def test_refused_pages_have_one_heading_and_a_way_home(rf):
    for response in (defaults.permission_denied(rf.get("/"), Exception()), csrf_failure(rf.get("/"))):
        outline = outline_of(response)
        assert (response.status_code, len(outline.headings), outline.inline) == (403, 1, [])
        assert f'class="btn btn-primary" href="{reverse("home")}"' in response.content.decode()


@pytest.mark.parametrize("path", PAGE_TEMPLATES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_template_has_no_style_or_handler_of_its_own_and_names_existing_pieces(path):
    text = path.read_text()
    assert re.findall(r"<style\b|\sstyle=|\son[a-z]+=|hx-on|javascript:", text) == []
    icons = re.findall(r'components/icon\.html" with name="([^"]+)"', text) + re.findall(r'\bicon="([^"]+)"', text)
    assert [name for name in icons if not (TEMPLATES / "components/icons" / f"{name}.svg").is_file()] == []

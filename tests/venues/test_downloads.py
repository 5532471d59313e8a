import io

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.models import Country
from clea_portal.codes import files
from clea_portal.posters.errors import PosterUnreadable
from tests.factories import UserFactory
from tests.members import member, signed_in
from tests.opening import links_in
from tests.venues.making import opened_venue
from venues.codes import renew_code
from venues.managing import archive_venue

pytestmark = pytest.mark.django_db
FILES = [("poster", "pdf", "application/pdf"), ("png", "png", "image/png"), ("svg", "svg", "image/svg+xml")]


def text_of(response):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages).split())


@pytest.mark.parametrize(("name", "kind", "content_type"), FILES)
def test_file_holds_the_code_that_was_issued(name, kind, content_type, code, owner):
    response = owner.get(reverse(f"venues:{name}", args=[code.uuid]))
    assert links_in(response.content, kind=kind) == (code.deep_link,)
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="clea-{code.check_code}.{kind}"; '
        f"filename*=UTF-8''CLEA%20{code.check_code}%20La%20Table%20du%20Drac.{kind}"
    )


def test_picture_on_the_page_holds_the_code_that_was_issued(code, owner):
    response = owner.get(reverse("venues:picture", args=[code.uuid]))
    assert links_in(response.content, kind="svg") == (code.deep_link,)
    assert (response.headers["Content-Disposition"], response.headers["Cache-Control"]) == ("inline", "private, no-store")
    assert not AuditEvent.objects.filter(verb="printed").exists()


def test_printing_is_recorded(venue, code, reader):
    reader.get(reverse("venues:poster", args=[code.uuid]))
    event = AuditEvent.objects.get(verb="printed")
    assert (event.actor_id, event.subject_uuid) == (int(reader.session["_auth_user_id"]), venue.uuid)
    assert event.details == {"code": str(code.uuid), "file": "pdf"}


def test_reprint_holds_the_same_code_under_the_new_name(venue, code, owner):
    venue.name = "Chez Camille"
    venue.save(update_fields=["name"])
    response = owner.get(reverse("venues:poster", args=[code.uuid]), {"language": "en"})
    assert "Chez Camille" in text_of(response)
    assert links_in(response.content, kind="pdf") == (code.deep_link,)


@pytest.mark.parametrize(
    "name", ["Chez 🍕 Mario\nTerrasse", "مطعم السلام", "居酒屋", "../../etc/passwd\r\nX-Header: 1", '";evil=".exe', "…"]
)
def test_file_of_a_venue_with_any_name_is_safe_and_scans(name):
    venue = opened_venue(name=name)
    code = venue.codes.get()
    response = signed_in(member(venue.organisation)).get(reverse("venues:poster", args=[code.uuid]))
    assert links_in(response.content, kind="pdf") == (code.deep_link,)
    plain, encoded = response.headers["Content-Disposition"].split("; ")[1:]
    assert plain == f'filename="clea-{code.check_code}.pdf"'
    assert encoded.startswith(f"filename*=UTF-8''CLEA%20{code.check_code}")
    assert not {"%2F", "%5C", "%22", "%0A", "%0D", "/"} & {encoded[i : i + n] for i in range(len(encoded)) for n in (1, 3)}


@pytest.mark.parametrize(("asked", "sentence"), [({"language": "fr"}, "fr"), ({"language": "en"}, "en"), ({}, "en")])
def test_poster_is_in_the_language_asked_for_else_the_person_s(asked, sentence, code, owner):
    response = owner.get(reverse("venues:poster", args=[code.uuid]), asked)
    assert PdfReader(io.BytesIO(response.content)).trailer["/Root"]["/Lang"] == sentence


def test_poster_in_an_unknown_language_does_not_exist(code, owner):
    assert owner.get(reverse("venues:poster", args=[code.uuid]), {"language": "tlh"}).status_code == 404


def test_poster_in_a_language_that_the_country_does_not_offer_does_not_exist(code, owner):
    Country.objects.update(languages=["de"])
    poster = reverse("venues:poster", args=[code.uuid])
    assert owner.get(poster, {"language": "en"}).status_code == 404
    assert PdfReader(io.BytesIO(owner.get(poster).content)).trailer["/Root"]["/Lang"] == "de"
    page = owner.get(reverse("venues:detail", args=[code.venue.uuid])).content.decode()
    assert (f'href="{poster}"' in page, "?language=" in page) == (True, False)


@pytest.mark.parametrize("name", ["poster", "png", "svg"])
def test_replaced_code_is_not_printed(name, venue, code, owner):
    renew_code(code, by=UserFactory(), now=timezone.now())
    response = owner.get(reverse(f"venues:{name}", args=[code.uuid]))
    assert response.headers["Location"] == reverse("venues:detail", args=[venue.uuid])
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "This code has been replaced, so it is no longer printed. Below is the code that counts now."
    ]
    assert owner.get(reverse("venues:picture", args=[code.uuid])).status_code == 404


def test_archived_venue_is_not_printed(venue, code, owner):
    archive_venue(venue, by=UserFactory(), now=timezone.now())
    response = owner.get(reverse("venues:poster", args=[code.uuid]))
    assert response.headers["Location"] == reverse("venues:detail", args=[venue.uuid])


@pytest.mark.parametrize(("name", "renderer"), [("poster", "render_pdf"), ("png", "render_png"), ("svg", "render_svg")])
def test_file_that_does_not_read_back_is_not_handed_out(name, renderer, venue, code, owner, monkeypatch):
    def unreadable(*args, **kwargs):
        raise PosterUnreadable

    monkeypatch.setattr(files, renderer, unreadable)
    response = owner.get(reverse(f"venues:{name}", args=[code.uuid]), follow=True)
    assert response.redirect_chain == [(reverse("venues:detail", args=[venue.uuid]), 302)]
    assert "This file was not handed out" in response.content.decode()
    assert not AuditEvent.objects.filter(verb="printed").exists()


@pytest.mark.parametrize("name", ["poster", "png", "svg"])
def test_file_that_cannot_be_made_says_why(name):
    venue = opened_venue()
    browser = signed_in(member(venue.organisation))
    code = venue.codes.get()
    code.deep_link = code.deep_link.replace("?v=0#", f"/{'x' * 34}?v=0#")
    code.save(update_fields=["deep_link"])
    response = browser.get(reverse(f"venues:{name}", args=[code.uuid]))
    assert response.headers["Location"] == reverse("venues:detail", args=[venue.uuid])
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "The link is too long for a code that every phone reads. Use a shorter country prefix."
    ]
    assert browser.get(reverse("venues:picture", args=[code.uuid])).status_code == 500

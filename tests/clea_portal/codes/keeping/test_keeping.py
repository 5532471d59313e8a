"""A code without an account: everything comes out, nothing stays, and the sheet brings it back."""

import io
import json
import logging
import threading
import zlib
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from clea_portal.codes.keeping import views
from clea_portal.codes.keeping.making import place_on
from clea_portal.codes.keeping.sheet import MARK, open_sheet
from clea_portal.codes.sealing import BadPassphrase, NotSealed, seal
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import LspType, decode_header, decrypt_contact, decrypt_message
from clea_portal.protocol.ntp import to_ntp
from clea_portal.scanning.isolated import read_isolated
from clea_portal.scanning.reading import read_content
from clea_portal.scanning.results import Reading
from tests.factories import SK_MCTA, SK_SA
from tests.members import organisation_with_choices
from tests.pictures import clea_link

pytestmark = pytest.mark.django_db
PASSPHRASE = "une phrase bien à moi"
VENUE = {
    "name": "Café des Arts\n«Là-haut»",
    "venue_category1": 0,
    "venue_category2": 0,
    "phone": "04 65 71 00 38",
    "pin": "380038",
}


@pytest.fixture
def country():
    return organisation_with_choices().country


@pytest.fixture
def visitor(country):
    return Client(headers={"accept-language": "en"})


def fields(visitor, kind="venue", **changes):
    page = visitor.get(f"/without-account/{kind}/")
    form, keep = page.context["form"], page.context["keep_form"]
    given = {
        **VENUE,
        "venue_type": form.fields["venue_type"].queryset.get().pk,
        "region": form.fields["region"].queryset.get().pk,
        "passphrase": PASSPHRASE,
        "language": "en",
        "sk_l": keep["sk_l"].value(),
    }
    if kind == "event":
        start = timezone.localtime() + timedelta(days=9)
        given |= {name: (start + hours).strftime("%Y-%m-%dT%H:%M") for name, hours in zip(("start", "end"), TIMES, strict=True)}
    return given | changes


TIMES = (timedelta(0), timedelta(hours=5))


def unpacked(response):
    assert response.status_code == 200, response.context and response.context["form"].errors
    assert response["Content-Type"] == "application/zip"
    assert "no-store" in response["Cache-Control"]
    with ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheet_of(files):
    (name,) = [name for name in files if "Recovery" in name]
    return files[name]


def links_of(files, *, of=("Posters", "Cards")):
    """What the codes in these files say. All of them in one test; the posters and cards are enough in the others."""
    return {link for name, content in files.items() if any(word in name for word in of) for link in read_content(content).links}


def rows():
    return {model._meta.label: model.objects.count() for model in apps.get_models() if model._meta.managed}


def test_a_place_gets_everything_and_the_portal_keeps_nothing(visitor, caplog, capfd, settings):
    given = fields(visitor)
    before = rows()
    with caplog.at_level(logging.DEBUG):
        files = unpacked(visitor.post("/without-account/venue/", given))
    assert rows() == before
    told = caplog.text + "".join(capfd.readouterr())
    (link,) = links_of(files, of=("Posters", "Table tents", "Stickers"))
    for secret in ("Café", "Là-haut", "380038", "33465710038", PASSPHRASE, given["sk_l"], link[30:60]):
        assert secret not in told
    assert not any(path.is_file() for path in Path(settings.DATA_DIR).rglob("*CLEA*"))
    assert [name.split(" ", 1)[1] for name in files][-1] == "Recovery sheet, keep it safe.pdf"
    message = decrypt_message(parse_link(link).lsp, SK_SA)
    assert (message.staff, message.period_duration, message.cri_exp) == (False, 255, 31)
    contact = decrypt_contact(message.encrypted_contact, SK_MCTA)
    assert (contact.phone, contact.pin, contact.region) == ("33465710038", "380038", 38)


def test_answer_repeats_the_number_of_the_page_that_waits_for_it(visitor):
    given = fields(visitor)
    response = visitor.post("/without-account/venue/", given | {"arrival": "0123456789abcdef"})
    unpacked(response)
    cookie = response.cookies["file_came"]
    assert (cookie.value, cookie["path"], cookie["max-age"], cookie["samesite"]) == (
        "0123456789abcdef",
        "/without-account/",
        60,
        "Strict",
    )
    for other in ("", "0123456789abcdeg", "x; domain=example.org", "0" * 400):
        response = visitor.post("/without-account/venue/", given | {"arrival": other})
        unpacked(response)
        assert "file_came" not in response.cookies


def test_an_event_overseas_has_the_hours_of_its_zone_also_when_it_comes_back(visitor, country):
    country.other_time_zones = ["Indian/Reunion"]
    country.save()
    assert "time_zone" not in visitor.get("/without-account/venue/").context["form"].fields
    given = fields(visitor, "event", time_zone="Indian/Reunion")
    files = unpacked(visitor.post("/without-account/event/", given))
    sheet = open_sheet(read_isolated(sheet_of(files), seconds=20, memory=1 << 30, mark=MARK).links[0], passphrase=PASSPHRASE)
    assert sheet.details["zone"] == "Indian/Reunion"
    (start,) = {code.valid_from for code in sheet.codes if code.kind == "asynchronous"}
    assert start.astimezone(ZoneInfo("Indian/Reunion")).strftime("%Y-%m-%dT%H:%M") == given["start"]
    assert place_on(sheet)[1].time_zone == "Indian/Reunion"
    with pytest.raises(NotSealed):
        place_on(replace(sheet, details=sheet.details | {"zone": "Mars/Olympus"}))


def test_a_sheet_comes_back_in_a_language_that_its_country_offers(visitor, country):
    upload = SimpleUploadedFile("sheet.pdf", sheet_of(unpacked(visitor.post("/without-account/venue/", fields(visitor)))))
    country.languages = ["de"]
    country.save()
    given = {"sheet": upload, "passphrase": PASSPHRASE, "wish": "again", "language": "fr"}
    page = visitor.post("/without-account/again/", given)
    sentence = "Posters of France are not made in French (fr). Choose one of these: German (de)."
    assert page.context["form"].errors["language"] == [sentence]


def test_sent_twice_it_is_one_code(visitor):
    given = fields(visitor)
    first, second = (unpacked(visitor.post("/without-account/venue/", given)) for _ in range(2))
    ltids = {decode_header(parse_link(link).lsp).ltid for files in (first, second) for link in links_of(files)}
    assert len(ltids) == 1


def test_the_sheet_brings_the_same_code_back(visitor):
    files = unpacked(visitor.post("/without-account/venue/", fields(visitor)))
    upload = io.BytesIO(sheet_of(files))
    upload.name = "sheet.pdf"
    given = {"sheet": upload, "passphrase": PASSPHRASE, "wish": "again", "language": "fr"}
    again = unpacked(visitor.post("/without-account/again/", given))
    assert links_of(again) == links_of(files)


def test_the_sheet_renews_the_code_with_what_it_says_of_the_place(visitor):
    files = unpacked(visitor.post("/without-account/venue/", fields(visitor)))
    upload = io.BytesIO(sheet_of(files))
    upload.name = "sheet.pdf"
    given = {"sheet": upload, "passphrase": PASSPHRASE, "wish": "renew", "language": "en"}
    renewed = unpacked(visitor.post("/without-account/again/", given))
    (old,), (new,) = links_of(files), links_of(renewed)
    assert decode_header(parse_link(old).lsp).ltid != decode_header(parse_link(new).lsp).ltid
    message = decrypt_message(parse_link(new).lsp, SK_SA)
    assert decrypt_contact(message.encrypted_contact, SK_MCTA).phone == "33465710038"


def test_an_event_gets_both_codes_of_one_secret(visitor):
    given = fields(visitor, "event")
    files = unpacked(visitor.post("/without-account/event/", given))
    headers = sorted((decode_header(parse_link(link).lsp) for link in links_of(files)), key=lambda header: header.lsp_type)
    assert [header.lsp_type for header in headers] == [LspType.SYNCHRONOUS, LspType.ASYNCHRONOUS]
    assert headers[0].ltid == headers[1].ltid
    start = timezone.make_aware(timezone.datetime.fromisoformat(given["start"]))
    assert headers[1].t_event == to_ntp(start)
    upload = io.BytesIO(sheet_of(files))
    upload.name = "sheet.pdf"
    again = visitor.post(
        "/without-account/again/", {"sheet": upload, "passphrase": PASSPHRASE, "wish": "again", "language": "en"}
    )
    assert links_of(unpacked(again)) == links_of(files)


def test_without_contact_tracing_nothing_is_asked_and_nothing_carried(visitor):
    Country.objects.update(deployment=Deployment.NONE)
    page = visitor.get("/without-account/venue/")
    assert not {"phone", "pin"} & set(page.context["form"].fields)
    (link,) = links_of(unpacked(visitor.post("/without-account/venue/", fields(visitor))))
    assert decrypt_message(parse_link(link).lsp, SK_SA).encrypted_contact is None


def test_what_is_wrong_is_said_and_what_was_typed_stays(visitor):
    given = fields(visitor, phone="12", pin="1", passphrase="short", name=" ")
    page = visitor.post("/without-account/venue/", given)
    assert set(page.context["form"].errors) == {"phone", "pin", "name"}
    assert set(page.context["keep_form"].errors) == {"passphrase"}
    assert 'value="short"' in page.content.decode()
    assert given["sk_l"] in page.content.decode()


@pytest.mark.parametrize("secret", ["", "zz" * 51, "00" * 50, "٠" * 102])
def test_a_page_without_its_secret_is_refused(visitor, secret):
    assert "sk_l" in visitor.post("/without-account/venue/", fields(visitor, sk_l=secret)).context["keep_form"].errors


def test_an_event_that_is_too_long(visitor):
    start = timezone.localtime() + timedelta(days=9)
    end = (start + timedelta(days=12)).strftime("%Y-%m-%dT%H:%M")
    page = visitor.post("/without-account/event/", fields(visitor, "event", end=end))
    assert page.status_code == 200
    assert page.context["form"].errors


def test_another_passphrase_or_another_file(visitor):
    files = unpacked(visitor.post("/without-account/venue/", fields(visitor)))
    for content, passphrase, wrong in (
        (sheet_of(files), "another passphrase", "passphrase"),
        (files[next(iter(files))], PASSPHRASE, "sheet"),
        (b"", PASSPHRASE, "sheet"),
        (b"nothing", PASSPHRASE, "sheet"),
    ):
        upload = io.BytesIO(content)
        upload.name = "sheet.pdf"
        page = visitor.post(
            "/without-account/again/", {"sheet": upload, "passphrase": passphrase, "wish": "again", "language": "en"}
        )
        assert list(page.context["form"].errors) == ([wrong, "sheet"] if wrong == "passphrase" else [wrong])


def test_the_text_of_a_sheet(visitor):
    files = unpacked(visitor.post("/without-account/venue/", fields(visitor)))
    (text,) = read_isolated(sheet_of(files), mark=MARK).links
    sheet = open_sheet(text, passphrase=PASSPHRASE)
    assert sheet.details["name"] == "Café des Arts\n«Là-haut»"
    assert "Café" not in json.dumps(repr(sheet))
    with pytest.raises(BadPassphrase):
        open_sheet(text, passphrase="another passphrase")
    for wrong in ("", MARK, text[:-8].replace(MARK, ""), MARK + "A" * 100, "x" * 5000):
        with pytest.raises((NotSealed, BadPassphrase)):
            open_sheet(wrong, passphrase=PASSPHRASE)


# What a sheet may hold that somebody made who chose the passphrase: by which field, and what stands in it instead.
FORGED = [
    ("name", "x" * 999),
    ("name", "\ud800"),
    ("phone", "x"),
    ("phone", "1" * 16),
    ("pin", "12٣456"),
    ("type", 10**30),
    ("region", -1),
    ("start", "2026-12-01T10:00:00"),
    ("start", "9999-12-31T23:59:59+00:00"),
    ("end", "2020-01-01T00:00:00+00:00"),
    ("created_at", 253402300799),
    ("created_at", 10**18),
    ("created_at", -1),
    ("valid_until", 253402300799),
    ("kind", "castle"),
]


@pytest.mark.parametrize("wish", ["again", "renew"])
@pytest.mark.parametrize(("field", "value"), FORGED, ids=[f"{field}-{value!s:.9}" for field, value in FORGED])
def test_a_forged_sheet_is_no_sheet(visitor, country, monkeypatch, field, value, wish):
    start, end = "2026-12-01T10:00:00+00:00", "2026-12-01T12:00:00+00:00"
    place = {"type": 1, "region": 38, "category1": 0, "category2": 0, "phone": "33465710038", "pin": "380038"}
    sheet = {
        "kind": "event",
        "country": country.code,
        "details": {"name": "X", "start": start, "end": end, **place},
        "sk_l": "ab" * 51,
        "created_at": 1790000000,
        "codes": [{"kind": "entrance", "deep_link": clea_link(1), "valid_from": 1790000000, "valid_until": 1790010000}],
    }
    holder = next(part for part in (sheet["codes"][0], sheet["details"], sheet) if field in part)
    holder[field] = value
    content = zlib.compress(json.dumps(sheet).encode())
    text = MARK + urlsafe_b64encode(seal(content, passphrase=PASSPHRASE)).decode().rstrip("=")
    reading = Reading(links=(text,), advice=None, milliseconds=1, pages=1, inspection=None)
    monkeypatch.setattr(views, "read_isolated", lambda *_, **__: reading)
    upload = SimpleUploadedFile("sheet.png", b"a picture")
    page = visitor.post("/without-account/again/", {"sheet": upload, "passphrase": PASSPHRASE, "wish": wish, "language": "en"})
    assert list(page.context["form"].errors) == ["sheet"]


def test_a_full_line_lets_nobody_wait(visitor, monkeypatch):
    """Whoever waits holds a thread: strangers could hold them all."""
    monkeypatch.setattr(views, "_places_in_line", threading.BoundedSemaphore(1))
    with views._in_line():
        page = visitor.post("/without-account/venue/", fields(visitor))
    assert "Many people" in page.content.decode()
    unpacked(visitor.post("/without-account/venue/", fields(visitor)))


def test_who_gets_where(visitor, country):
    assert visitor.get("/without-account/").status_code == 200
    assert visitor.get("/without-account/again/").status_code == 200
    assert visitor.get("/without-account/castle/").status_code == 404
    assert visitor.put("/without-account/venue/").status_code == 405
    Country.objects.update(issues_codes=False)
    assert "No code can be made here" in visitor.get("/without-account/venue/").content.decode()

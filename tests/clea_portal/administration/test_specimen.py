"""The printed test code: what its operator finds in it is what stands below it."""

import io
import json
import re
from zipfile import ZipFile

import pypdfium2
import pytest
from django.core.management import call_command
from django.urls import reverse

from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import ServerKey, TracingKey
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.keys import fingerprint, private_key_hex
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header, decrypt_contact, decrypt_message
from clea_portal.scanning.reading import decode_image, read_content
from events.models import EventCode
from tests.factories import SK_MCTA, SK_SA
from venues.models import VenueCode


@pytest.fixture
def browser(desk, administrator):
    return desk(administrator)


def read(response):
    """The links in the page's picture, and its text without spaces."""
    document = pypdfium2.PdfDocument(io.BytesIO(response.content))
    assert len(document) == 1
    page = document[0]
    links = decode_image(page.render(scale=150 / 72).to_pil())
    text = page.get_textpage().get_text_range()
    # PDFium takes a hyphen at the end of a line for one that a word was broken with.
    return links, re.sub(r"\s", "", text.replace("\ufffe", "-").replace("\x02", "-"))


def grouped(key):
    return fingerprint(key.public_key())


@pytest.mark.parametrize("deployment", list(Deployment))
def test_values_on_the_page_are_those_in_the_code(browser, country, deployment):
    country.deployment = deployment
    country.save()
    response = browser.post(reverse("administration:test_code", args=["FR"]))
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/pdf")
    (link,), text = read(response)
    assert "TEST:codeofnoplace(France)" in text
    lsp = parse_link(link).lsp
    header = decode_header(lsp)
    message = decrypt_message(lsp, SK_SA)
    expected = [link, str(header.ltid), check_code(header.ltid), message.lt_key.hex(), grouped(SK_SA)]
    expected.append(f"venue_type{message.venue_type},venue_category1{message.venue_category1}")
    expected.append(f"t_qr_start{message.t_qr_start},")
    if deployment != Deployment.NONE:
        contact = decrypt_contact(message.encrypted_contact, SK_MCTA)
        expected += [grouped(SK_MCTA), f"phone{contact.phone},region{contact.region},pin{contact.pin}"]
    assert [value for value in expected if value not in text] == []
    assert (message.encrypted_contact is None) == (deployment == Deployment.NONE)


def test_nothing_of_it_is_kept_and_the_next_one_is_another(browser, country):
    url = reverse("administration:test_code", args=["FR"])
    (first,), _text = read(browser.post(url))
    (second,), _text = read(browser.post(url))
    assert decode_header(parse_link(first).lsp).ltid != decode_header(parse_link(second).lsp).ltid
    assert (VenueCode.objects.count(), EventCode.objects.count()) == (0, 0)


def test_archive_has_one_code_in_every_form_and_the_command_reads_it(browser, country, monkeypatch):
    response = browser.post(reverse("administration:test_code", args=["FR"]), {"file": "zip"})
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "application/zip",
        "attachment; filename=\"TEST-FR.zip\"; filename*=UTF-8''TEST-FR.zip",
    )
    with ZipFile(io.BytesIO(response.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert list(files) == ["TEST.pdf", "TEST.png", "TEST.svg", "TEST.txt"]
    link = files["TEST.txt"].decode().strip()
    assert [read_content(files[name]).links for name in ("TEST.pdf", "TEST.png")] == [(link,)] * 2
    assert b"<svg" in files["TEST.svg"]
    monkeypatch.setenv("CLEA_SK_SA", private_key_hex(SK_SA))
    monkeypatch.setenv("CLEA_SK_MCTA", private_key_hex(SK_MCTA))
    out = io.StringIO()
    call_command("inspect_code", link, stdout=out)
    said = json.loads(out.getvalue())
    assert (said["msg"]["ltid_matches"], said["msg"]["venue_type"], said["contact"]["pin"]) == (True, 17, "314159")


@pytest.mark.parametrize("missing", [ServerKey, TracingKey])
def test_key_that_is_missing(browser, country, missing):
    missing.objects.all().delete()
    response = browser.post(reverse("administration:test_code", args=["FR"]), follow=True)
    assert [str(message)[:24] for message in response.context["messages"]] == ["A key is still missing: "]

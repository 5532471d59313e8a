import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from clea_portal.administration.key_forms import PublicKeyForm
from clea_portal.protocol.keys import fingerprint, parse_private_key, private_key_hex, public_key_hex

KEY = parse_private_key("4d" * 32)


def form(pasted="", file=None):
    data = QueryDict(mutable=True)
    data["pasted"] = pasted
    return PublicKeyForm(data, {"file": SimpleUploadedFile("key", file)} if file is not None else {})


def test_key_that_was_pasted_or_uploaded():
    text = public_key_hex(KEY.public_key())
    for given in (form(text), form(file=text.encode()), form(" ", file=text.encode())):
        assert given.is_valid()
        assert given.cleaned_data["key"] == KEY.public_key()


@pytest.mark.parametrize("given", [{}, {"pasted": "04", "file": b"04"}])
def test_neither_or_both(given):
    assert form(**given).non_field_errors() == ["Paste the key, or choose a file with it: one of the two."]


def test_private_key_is_refused_with_a_warning_and_not_sent_back():
    refused = form(private_key_hex(KEY))
    assert not refused.is_valid()
    assert [error[:60] for error in refused.errors["pasted"]] == [
        "This is a private key. It may now be known to others: tell wh"[:60]
    ]
    assert private_key_hex(KEY) not in str(refused)


def test_private_key_in_a_file_is_refused():
    refused = form(file=private_key_hex(KEY).encode())
    assert [error[:22] for error in refused.errors["file"]] == ["This is a private key."]


def test_what_was_typed_stays_when_it_is_no_key():
    refused = form("not a key")
    assert not refused.is_valid()
    assert "not a key" in str(refused)


def test_published_key_only_in_a_demonstration(settings, monkeypatch):
    key = KEY.public_key()
    monkeypatch.setattr("clea_portal.authorities.models.PUBLISHED_TEST_KEYS", frozenset({fingerprint(key)}))
    assert not settings.DEMONSTRATION
    assert form(public_key_hex(key)).errors["pasted"] == [
        "This key is published with tests of the protocol: everybody has its private half."
    ]
    settings.DEMONSTRATION = True
    assert form(public_key_hex(key)).is_valid()

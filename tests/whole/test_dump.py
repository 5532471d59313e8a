"""The search for secrets finds them; else its silence would mean nothing."""

import base64
import json
from uuid import UUID

import pytest

from tests.factories import new_code
from tests.whole.dump import Place, Value, traces

CODE = new_code()
PLACE = Place(name="Café & Bar des Deux Rives 🍰", phone="33476987654", pin="271828", links=(CODE.deep_link,))
DISGUISES = {
    "plain": lambda secret: b"x" + secret + b"y",
    "hex": lambda secret: secret.hex().encode(),
    "upper case hex": lambda secret: secret.hex().upper().encode(),
    "Base64": base64.b64encode,
    "Base64 after one byte": lambda secret: base64.b64encode(b"x" + secret + b"y"),
    "Base64 after two bytes": lambda secret: base64.urlsafe_b64encode(b"xy" + secret + b"z"),
}


def found(content, *, where="table.column", declared=frozenset()):
    return traces([Value(where=where, content=content)], [PLACE], declared=set(declared))


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("what", PLACE.secrets)
def test_secret_is_found_in_every_disguise(what, disguise):
    content = DISGUISES[disguise](PLACE.secrets[what])
    assert f"{what} of {PLACE.name} in table.column" in found(content)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_ltid_is_found_in_every_disguise(disguise):
    for text in (str(CODE.ltid), CODE.ltid.hex):
        for spelling in (CODE.ltid.bytes, text.encode(), text.upper().encode()):
            assert found(DISGUISES[disguise](spelling)) == {"LTId in table.column"}


@pytest.mark.parametrize("text", [json.dumps(PLACE.name), PLACE.name.upper(), PLACE.name.replace("&", "&amp;")])
def test_name_is_found_in_other_spellings(text):
    assert found(text.encode()) == {f"name of {PLACE.name} in table.column"}


@pytest.mark.parametrize("content", [b"271828", b'{"pin": "271828"}', b"271828".hex().encode(), base64.b64encode(b"x271828y")])
def test_pin_is_found(content):
    assert found(content) == {f"PIN of {PLACE.name} in table.column"}


@pytest.mark.parametrize("content", [b"2026-11-23 20:11:02.271828+00:00", b"a3271828f0", b"1271828"])
def test_digits_of_times_and_hashes_are_no_pin(content):
    assert found(content) == set()


def test_declared_ltid_may_stand_on_case_and_declaration_alone():
    text = str(CODE.ltid).encode()
    for where in ("mct_casecode.ltid", "mct_declaration.ltid", "portal.sqlite3-wal"):
        assert found(text, where=where, declared={CODE.ltid}) == set()
        assert found(text, where=where, declared={UUID(int=1)}) == {f"LTId in {where}"}
    assert found(text, where="mct_timelineentry.params", declared={CODE.ltid}) == {"LTId in mct_timelineentry.params"}

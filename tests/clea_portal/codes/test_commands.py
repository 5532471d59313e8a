import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings

from clea_portal.codes.management.commands import generate_keys, inspect_code, make_code
from clea_portal.codes.management.operator_command import OperatorCommand
from clea_portal.protocol.derivation import derive_lt_key, derive_ltid
from clea_portal.protocol.keys import parse_private_key, parse_public_key
from clea_portal.protocol.links import build_link, parse_link
from clea_portal.protocol.lsp import Header, LspType, Message, decrypt_contact, decrypt_message, encode_lsp
from tests.clea_portal.protocol import vectors

COMMANDS: dict[str, type[OperatorCommand]] = {
    "generate_keys": generate_keys.Command,
    "make_code": make_code.Command,
    "inspect_code": inspect_code.Command,
}
FRENCH = "https://tac.gouv.fr?v=0#"
SK_SA, SK_MCTA = parse_private_key(vectors.SK_SA), parse_private_key(vectors.SK_MCTA)
PLAIN: dict[str, Any] = {
    "prefix": FRENCH,
    "lsp_type": 0,
    "staff": False,
    "cri_exp": 10,
    "venue_type": 1,
    "venue_category1": 2,
    "venue_category2": 3,
    "period_duration": 24,
    "t_period_start": vectors.T_PERIOD_START,
    "t_qr_start": vectors.T_PERIOD_START + 17,
    "sk_l": vectors.SK_L,
    "pk_sa": vectors.PK_SA,
}
CONTACT: dict[str, Any] = {"pk_mcta": vectors.PK_MCTA, "phone": "33612345678", "region": 75, "pin": "012345"}
EVENT: dict[str, Any] = {"lsp_type": 1, "cri_exp": 31, "visit_duration": 3, "t_event": 3_832_455_600}
VECTOR_LINK = build_link(prefix=FRENCH, lsp=bytes.fromhex(vectors.EVENT_LSP), t=1_623_520_800)
INSPECTED_CLEAR = {
    "prefix": FRENCH,
    "version": 0,
    "lsp_type": 1,
    "ltid": "c5be12e7-52b3-adf1-950e-228a679cdc0d",
    "t": 1_623_520_800,
    "visit_duration": 3,
    "t_event": 3_832_455_600,
    "msg": None,
    "contact": None,
}
INSPECTED_MSG = {
    "staff": False,
    "cri_exp": 31,
    "venue_type": 31,
    "venue_category1": 15,
    "venue_category2": 0,
    "period_duration": 254,
    "ct_period_start": 1_064_568,
    "t_qr_start": 4_294_967_295,
    "lt_key": vectors.LT_KEY,
    "ltid_matches": True,
    "contact_present": True,
}


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command as the shell would, in this process and without a database."""
    for variable in ("CLEA_SK_SA", "CLEA_SK_MCTA"):
        monkeypatch.delenv(variable, raising=False)

    def _run(name: str, *arguments: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = 0
        try:
            # Made anew each time: the command takes hold of the standard streams when it is made.
            COMMANDS[name]().run_from_argv(["manage.py", name, *arguments])
        except SystemExit as error:
            status = int(error.code or 0)
        return Outcome(status, *capsys.readouterr())

    return _run


def made(run: Run, request: dict[str, Any]) -> dict[str, Any]:
    outcome = run("make_code", "-", stdin=json.dumps(request).encode())
    assert (outcome.status, outcome.err) == (0, "")
    answer: dict[str, Any] = json.loads(outcome.out)
    return answer


def inspected(run: Run, *arguments: str) -> dict[str, Any]:
    outcome = run("inspect_code", *arguments)
    assert (outcome.status, outcome.err) == (0, "")
    answer: dict[str, Any] = json.loads(outcome.out)
    return answer


def complaint(outcome: Outcome) -> str:
    """The one line, of a command that failed as it should."""
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith("CommandError: ")
    assert outcome.err.endswith("\n")
    assert outcome.err.count("\n") == 1
    return outcome.err.removeprefix("CommandError: ").rstrip("\n")


def test_generate_keys(run: Run) -> None:
    outcome = run("generate_keys")
    answer = json.loads(outcome.out)
    assert (outcome.status, outcome.err) == (0, "")
    assert {key: len(value) for key, value in answer.items()} == {
        "private_key": 64,
        "public_key": 130,
        "public_key_compressed": 66,
    }
    public_key = parse_private_key(answer["private_key"]).public_key()
    assert parse_public_key(answer["public_key"]) == parse_public_key(answer["public_key_compressed"]) == public_key
    assert json.loads(run("generate_keys").out)["private_key"] != answer["private_key"]


@pytest.mark.parametrize(
    ("changes", "size"),
    [({}, 171), (CONTACT, 258), (EVENT, 178), (EVENT | CONTACT, 264), (CONTACT | {"t": 1_623_520_800}, 271)],
    ids=["type 0", "type 0 with contact", "type 1", "type 1 with contact", "with t"],
)
def test_make_code(run: Run, changes: dict[str, Any], size: int) -> None:
    request = PLAIN | changes
    answer = made(run, request)
    link = parse_link(answer["deep_link"])
    lt_key = derive_lt_key(bytes.fromhex(vectors.SK_L), vectors.T_PERIOD_START)
    message = decrypt_message(link.lsp, SK_SA)
    contact = message.encrypted_contact and decrypt_contact(message.encrypted_contact, SK_MCTA)

    assert answer == {
        "deep_link": answer["deep_link"],
        "ltid": str(derive_ltid(lt_key)),
        "lt_key": lt_key.hex(),
        "size": len(answer["deep_link"]),
    }
    assert (answer["size"], link.prefix, link.t) == (size, FRENCH, changes.get("t"))
    fields = (
        "staff",
        "cri_exp",
        "venue_type",
        "venue_category1",
        "venue_category2",
        "period_duration",
        "t_period_start",
        "t_qr_start",
    )
    assert {name: getattr(message, name) for name in fields} == {name: request[name] for name in fields}
    if "phone" in changes:
        assert contact
        assert (contact.phone, contact.region, contact.pin) == ("33612345678", 75, "012345")
        assert contact.t_period_start == vectors.T_PERIOD_START
    else:
        assert contact is None


def test_make_code_reads_a_file_also_with_a_byte_order_mark(run: Run, tmp_path: Path) -> None:
    for content in (json.dumps(PLAIN).encode(), b"\xef\xbb\xbf" + json.dumps(PLAIN).encode()):
        file = tmp_path / "code.json"
        file.write_bytes(content)
        outcome = run("make_code", str(file))
        assert (outcome.status, json.loads(outcome.out)["size"]) == (0, 171)


def test_make_code_takes_null_for_what_is_left_out(run: Run) -> None:
    absent = dict.fromkeys(("pk_mcta", "phone", "region", "pin", "visit_duration", "t_event", "t"))
    assert made(run, PLAIN | absent)["size"] == 171


def test_what_make_code_writes_inspect_code_reads(run: Run) -> None:
    request = PLAIN | CONTACT | EVENT | {"t": 5}
    answer = made(run, request)
    shown = inspected(run, answer["deep_link"], "--sk-sa", vectors.SK_SA, "--sk-mcta", vectors.SK_MCTA)
    assert shown["ltid"] == answer["ltid"]
    assert shown["msg"]["lt_key"] == answer["lt_key"]
    assert shown["contact"] == {
        "phone": "33612345678",
        "region": 75,
        "pin": "012345",
        "t_period_start": vectors.T_PERIOD_START,
    }


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"lsp_type": 2}, "lsp_type: must be 0 or 1"),
        ({"lsp_type": -1}, "lsp_type: must be 0 or 1"),
        ({"lsp_type": False}, "lsp_type: must be a whole number"),
        ({"staff": 1}, "staff: must be true or false"),
        ({"staff": None}, "staff: must be true or false"),
        ({"staff": True, "period_duration": 255}, "period_duration: a staff code cannot have an unlimited period (255)"),
        ({"cri_exp": True}, "cri_exp: must be a whole number"),
        ({"cri_exp": 10.0}, "cri_exp: must be a whole number"),
        ({"cri_exp": "10"}, "cri_exp: must be a whole number"),
        ({"cri_exp": 32}, "cri_exp: 32 is not a whole number from 0 to 31"),
        ({"venue_type": -1}, "venue_type: -1 is not a whole number from 0 to 31"),
        ({"venue_category1": 16}, "venue_category1: 16 is not a whole number from 0 to 15"),
        ({"venue_category2": 10**1000}, "venue_category2: is not a whole number from 0 to 15"),
        ({"period_duration": 0}, "period_duration: 0 is not a whole number from 1 to 255"),
        ({"t_period_start": 3_832_444_801}, "t_period_start: 3832444801 is not on a round hour (a multiple of 3600)"),
        ({"t_qr_start": 2**32}, "t_qr_start: 4294967296 is not a whole number from 0 to 4294967295"),
        ({"sk_l": "ab"}, "sk_l: must be 102 hexadecimal digits (51 bytes)"),
        ({"sk_l": "zz" * 51}, "sk_l: must be 102 hexadecimal digits (51 bytes)"),
        ({"sk_l": 5}, "sk_l: must be a string"),
        ({"pk_sa": "zz"}, "pk_sa: must be hexadecimal digits"),
        ({"pk_sa": "02" + "ff" * 32}, "pk_sa: is not a point of the curve P-256"),
        (
            {"pk_sa": vectors.SK_SA},
            "pk_sa: this has the size of a private key; the public key belongs here (66 or 130 digits)",
        ),
        (
            CONTACT | {"pk_mcta": "04"},
            "pk_mcta: this has the size of a private key; the public key belongs here (66 or 130 digits)",
        ),
        (CONTACT | {"phone": None}, "contact: phone, region, pin and the key pk_mcta go together"),
        ({"pk_mcta": vectors.PK_MCTA}, "contact: phone, region, pin and the key pk_mcta go together"),
        (
            CONTACT | {"phone": "1234567890123456"},
            "phone: must be 1 to 15 digits, in international form without the +",
        ),
        (CONTACT | {"phone": 33612345678}, "phone: must be a string"),
        (CONTACT | {"pin": "12345"}, "pin: must be 6 digits"),
        (CONTACT | {"pin": 123456}, "pin: must be a string"),
        (CONTACT | {"region": 256}, "region: 256 is not a whole number from 0 to 255"),
        ({"visit_duration": 1}, "visit_duration: goes with LSP type 1 only"),
        (EVENT | {"t_event": None}, "t_event: is needed for LSP type 1"),
        (EVENT | {"cri_exp": 10}, "cri_exp: must be 31 (never renewed) for LSP type 1"),
        ({"t": -1}, "t: -1 is not a whole number from 0 to 2085978495"),
        ({"prefix": "https://tac.gouv.fr?v=0"}, "prefix: must look like https://host?v=0#"),
        ({"prefix": "https://tac.gouv.fr?v=0&t=5#"}, "prefix: must not hold a parameter t; it is given apart"),
        ({"prefix": "\ud800"}, "prefix: must look like https://host?v=0#"),
        ({"country": 33}, '"country": unknown key'),
        ({"a\nb": 1}, '"a\\nb": unknown key'),
        ({"x" * 1000: 1}, f'"{"x" * 40}\\u2026": unknown key'),
    ],
)
def test_make_code_refuses_bad_values_with_one_line(run: Run, changes: dict[str, Any], line: str) -> None:
    assert complaint(run("make_code", "-", stdin=json.dumps(PLAIN | changes).encode())) == line


@pytest.mark.parametrize("key", PLAIN)
def test_make_code_refuses_a_missing_key(run: Run, key: str) -> None:
    request = {name: value for name, value in PLAIN.items() if name != key}
    assert complaint(run("make_code", "-", stdin=json.dumps(request).encode())) == f"{key}: missing"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"", "Not JSON: Expecting value in line 1, column 1"),
        (b'{"prefix": }', "Not JSON: Expecting value in line 1, column 12"),
        (b"{} {}", "Not JSON: Extra data in line 1, column 4"),
        (b"[]", "The JSON must be an object: {...}"),
        (b"null", "The JSON must be an object: {...}"),
        (b'"text"', "The JSON must be an object: {...}"),
        (b"NaN", "The JSON must be an object: {...}"),
        (b"{}", "prefix: missing"),
        (b'{"staff": true, "staff": false}', '"staff": given twice'),
        (b'{"t": 1' + b"0" * 5000 + b"}", "Not JSON that can be used: a number is too long"),
        (b"[" * 60_000, "Not JSON that can be used: nested too deeply"),
        (b"\xff\xfe", "'-' is not UTF-8 text (byte 0)"),
        (b" " * 65_537, "'-' has more than 65536 bytes"),
    ],
)
def test_make_code_refuses_other_text_with_one_line(run: Run, text: bytes, line: str) -> None:
    assert complaint(run("make_code", "-", stdin=text)) == line


def test_make_code_refuses_infinite_numbers(run: Run) -> None:
    text = json.dumps(PLAIN).replace('"cri_exp": 10', '"cri_exp": Infinity').encode()
    assert complaint(run("make_code", "-", stdin=text)) == "cri_exp: must be a whole number"


def test_make_code_refuses_files_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    missing = tmp_path / "no\nfile"
    assert complaint(run("make_code", str(missing))) == f"{str(missing)!r} cannot be read: No such file or directory"
    assert complaint(run("make_code", str(tmp_path))) == f"{str(tmp_path)!r} cannot be read: Is a directory"


def test_inspect_code_without_keys(run: Run) -> None:
    assert inspected(run, VECTOR_LINK) == INSPECTED_CLEAR


def test_inspect_code_with_the_server_key(run: Run) -> None:
    assert inspected(run, VECTOR_LINK, "--sk-sa", vectors.SK_SA) == INSPECTED_CLEAR | {"msg": INSPECTED_MSG}


def test_inspect_code_with_both_keys(run: Run) -> None:
    expected = INSPECTED_CLEAR | {"msg": INSPECTED_MSG, "contact": vectors.CONTACT}
    assert inspected(run, VECTOR_LINK, "--sk-sa", vectors.SK_SA, "--sk-mcta", f"0x{vectors.SK_MCTA}") == expected


def test_inspect_code_takes_keys_from_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEA_SK_SA", vectors.SK_SA)
    assert inspected(run, VECTOR_LINK) == INSPECTED_CLEAR | {"msg": INSPECTED_MSG}
    monkeypatch.setenv("CLEA_SK_MCTA", vectors.SK_MCTA)
    expected = INSPECTED_CLEAR | {"msg": INSPECTED_MSG, "contact": vectors.CONTACT}
    assert inspected(run, VECTOR_LINK) == expected
    # An option wins over the environment.
    monkeypatch.setenv("CLEA_SK_SA", "5")
    monkeypatch.setenv("CLEA_SK_MCTA", "nonsense")
    assert inspected(run, VECTOR_LINK, "--sk-sa", vectors.SK_SA, "--sk-mcta", vectors.SK_MCTA) == expected
    # An empty variable is no key.
    monkeypatch.setenv("CLEA_SK_SA", "")
    monkeypatch.setenv("CLEA_SK_MCTA", "")
    assert inspected(run, VECTOR_LINK) == INSPECTED_CLEAR


def test_inspect_code_says_that_the_contact_needs_both_keys(run: Run) -> None:
    outcome = run("inspect_code", VECTOR_LINK, "--sk-mcta", vectors.SK_MCTA)
    assert (outcome.status, json.loads(outcome.out)) == (0, INSPECTED_CLEAR)
    assert outcome.err == "The contact message lies inside msg: it can only be read with --sk-sa too.\n"


def test_inspect_code_of_a_bare_location_part_without_contact(run: Run) -> None:
    text = build_link(prefix=FRENCH, lsp=bytes.fromhex(vectors.STATIC_LSP)).removeprefix(FRENCH)
    for padding in ("", "=", "%3D"):
        shown = inspected(run, text + padding, "--sk-sa", vectors.SK_SA, "--sk-mcta", vectors.SK_MCTA)
        assert shown == {
            "prefix": None,
            "version": 0,
            "lsp_type": 0,
            "ltid": INSPECTED_CLEAR["ltid"],
            "t": None,
            "visit_duration": None,
            "t_event": None,
            "msg": {
                "staff": False,
                "cri_exp": 31,
                "venue_type": 1,
                "venue_category1": 0,
                "venue_category2": 15,
                "period_duration": 255,
                "ct_period_start": 1_064_568,
                "t_qr_start": 3_832_444_800,
                "lt_key": vectors.LT_KEY,
                "ltid_matches": True,
                "contact_present": False,
            },
            "contact": None,
        }


def test_inspect_code_shows_a_forged_identifier(run: Run) -> None:
    header = Header(lsp_type=LspType.SYNCHRONOUS, ltid=derive_ltid(bytes(32)))
    message = Message(lt_key=bytes.fromhex(vectors.LT_KEY), **vectors.STATIC)
    lsp = encode_lsp(header=header, message=message, pk_sa=SK_SA.public_key(), check_ltid=False)
    shown = inspected(run, build_link(prefix=FRENCH, lsp=lsp), "--sk-sa", vectors.SK_SA)
    assert (shown["ltid"], shown["msg"]["ltid_matches"]) == (str(header.ltid), False)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "Error: the following arguments are required: LINK"),
        ([""], "link, location part: is empty"),
        (["https://tac.gouv.fr"], "link: has no # after the country's prefix"),
        (["http://tac.gouv.fr?v=0#AAAA"], "link, prefix: must look like https://host?v=0#"),
        ([FRENCH + "AAAA"], "LSP header: 3 bytes, the header alone has 17"),
        ([FRENCH + "IAAA"], "LSP header, version: 1; only version 0 is known"),
        ([FRENCH + "CAAA"], "LSP header, LSPtype: 2; only types 0 and 1 are known"),
        ([FRENCH + "AQAA"], "LSP header, reserved bits: must be zero"),
        ([FRENCH + "A" * 200], "LSP: 150 bytes instead of 110 or, with a contact message, 175"),
        ([FRENCH + "A" * 5000], "link: has more than 2048 characters"),
        ([VECTOR_LINK, "--sk-sa", "5"], "msg: authentication failed: made for another key, or altered"),
        (
            [VECTOR_LINK, "--sk-sa", vectors.SK_SA, "--sk-mcta", "5"],
            "contact message: authentication failed: made for another key, or altered",
        ),
        (
            [VECTOR_LINK, "--sk-sa", "0"],
            "sk_sa: is outside the range of private keys of P-256 (1 to the curve's order, exclusive)",
        ),
        ([VECTOR_LINK, "--sk-sa", ""], "sk_sa: must be hexadecimal digits"),
        (
            [VECTOR_LINK, "--sk-mcta", vectors.PK_MCTA],
            "sk_mcta: this is a public key; the private key belongs here (up to 64 digits)",
        ),
        ([VECTOR_LINK, "--sk-sa"], "Error: argument --sk-sa: expected one argument"),
        ([VECTOR_LINK, "--nothing"], "Error: unrecognized arguments: --nothing"),
        ([VECTOR_LINK, "a\nb"], "Error: unrecognized arguments: a b"),
        ([VECTOR_LINK, "--verbosity", "many"], "Error: argument -v/--verbosity: invalid int value: 'many'"),
    ],
)
def test_inspect_code_refuses_bad_input_with_one_line(run: Run, arguments: list[str], line: str) -> None:
    assert complaint(run("inspect_code", *arguments)) == line


def test_inspect_code_names_the_variable_with_a_bad_key(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEA_SK_MCTA", "nonsense")
    assert complaint(run("inspect_code", VECTOR_LINK)) == "CLEA_SK_MCTA: must be hexadecimal digits"


@pytest.mark.parametrize(
    ("arguments", "status", "out", "err"),
    [
        (["inspect_code", VECTOR_LINK], 0, json.dumps(INSPECTED_CLEAR, indent=2) + "\n", ""),
        (["inspect_code", "AAAA", "--traceback"], 1, "", "CommandError: LSP header: 3 bytes, the header alone has 17\n"),
        (["make_code"], 1, "", "CommandError: Error: the following arguments are required: FILE\n"),
    ],
)
def test_commands_from_the_shell(arguments: list[str], status: int, out: str, err: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLEA_SK_")}
    process = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (process.returncode, process.stdout, process.stderr) == (status, out, err)

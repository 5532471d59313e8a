import ast
import sys
from pathlib import Path

from clea_portal import protocol
from clea_portal.protocol import errors

FOLDER = Path(protocol.__file__).parent


def subclasses(kind: type[errors.ProtocolError]) -> set[type[errors.ProtocolError]]:
    return {kind}.union(*(subclasses(child) for child in kind.__subclasses__()))


def test_every_error_has_a_code_of_its_own() -> None:
    # Screens translate by these codes: one that changes loses its sentence.
    assert {kind.__name__: kind.code for kind in subclasses(errors.ProtocolError)} == {
        "ProtocolError": "protocol_error",
        "WrongSize": "wrong_size",
        "TooShort": "too_short",
        "UnknownVersion": "unknown_version",
        "UnknownType": "unknown_type",
        "ReservedBitsSet": "reserved_bits_set",
        "BadValue": "bad_value",
        "BadKey": "bad_key",
        "BadPoint": "bad_point",
        "PrivateKeyGiven": "private_key_given",
        "OtherCurve": "other_curve",
        "WrongPassphrase": "wrong_passphrase",
        "AuthenticationFailed": "authentication_failed",
        "LTIdMismatch": "ltid_mismatch",
        "BadLink": "bad_link",
    }


def test_error_says_what_and_where() -> None:
    error = errors.BadValue("is odd", where="region")
    assert (str(error), error.detail, error.where) == ("region: is odd", "is odd", "region")


def test_protocol_stands_on_the_standard_library_and_cryptography_alone() -> None:
    imported = set()
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                imported.add(node.module or "")
    outside = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    assert outside
    assert {name for name in outside if not name.startswith(("clea_portal.protocol", "cryptography."))} == set()

"""What can be wrong with a code, a link or a key, by name."""

from typing import ClassVar


class ProtocolError(Exception):
    """Base of all of them: what is wrong, and ``where`` (a field or a part of the message).

    ``code`` is stable, so that a screen can put it in its own words. No text here ever holds a key, a phone number, a PIN
    or a link.
    """

    code: ClassVar[str] = "protocol_error"

    def __init__(self, detail: str, *, where: str) -> None:
        super().__init__(f"{where}: {detail}")
        self.detail = detail
        self.where = where


class WrongSize(ProtocolError):
    """The number of bytes fits no form of the message."""

    code = "wrong_size"


class TooShort(WrongSize):
    """Bytes are missing even for the shortest form."""

    code = "too_short"


class UnknownVersion(ProtocolError):
    """Another version of the protocol than 0."""

    code = "unknown_version"


class UnknownType(ProtocolError):
    """Another LSP type than 0 (synchronous) and 1 (asynchronous)."""

    code = "unknown_type"


class ReservedBitsSet(ProtocolError):
    """Bits that this version leaves at zero are not zero."""

    code = "reserved_bits_set"


class BadValue(ProtocolError):
    """A value outside its range, or that does not go with another one."""

    code = "bad_value"


class BadKey(ProtocolError):
    """Text that is no key of the kind that is asked for."""

    code = "bad_key"


class BadPoint(BadKey):
    """The right shape for a public key, but no point of the curve P-256."""

    code = "bad_point"


class PrivateKeyGiven(BadKey):
    """A private key stands where a public one belongs: whoever saw it there can read what is encrypted to its public half."""

    code = "private_key_given"


class OtherCurve(BadKey):
    """A key of another kind, or on another curve than P-256."""

    code = "other_curve"


class WrongPassphrase(BadKey):
    """The key is under a passphrase, and this is another one, or none; or the file was altered."""

    code = "wrong_passphrase"


class AuthenticationFailed(ProtocolError):
    """Made for another key, or altered: the two cannot be told apart."""

    code = "authentication_failed"


class LTIdMismatch(ProtocolError):
    """The public identifier is not the one that the encrypted LTKey gives: the code is forged."""

    code = "ltid_mismatch"


class BadLink(ProtocolError):
    """Text that is no deep link, nor the Base64url of a location-specific part."""

    code = "bad_link"

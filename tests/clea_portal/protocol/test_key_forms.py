import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from clea_portal.protocol.errors import BadKey, BadPoint, OtherCurve, PrivateKeyGiven
from clea_portal.protocol.key_forms import MAX_BYTES, read_private_key, read_public_key
from clea_portal.protocol.keys import generate_private_key, parse_private_key, private_key_hex, public_key_hex

PRIVATE = parse_private_key("3c" * 32)
PUBLIC = PRIVATE.public_key()
POINT = PUBLIC.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
COMPRESSED = PUBLIC.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
DER = PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
PKCS8 = PRIVATE.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
PEM_PRIVATE = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "server")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, PUBLIC, 1, begin, begin + timedelta(days=1))
    return builder.sign(PRIVATE, hashes.SHA256())


JWK = {"kty": "EC", "crv": "P-256", "x": url64(POINT[1:33]), "y": url64(POINT[33:])}
PUBLIC_FORMS = {
    "digits": POINT.hex().encode(),
    "compressed digits": COMPRESSED.hex().encode(),
    "capital digits with 0x": b"0x" + POINT.hex().upper().encode(),
    "digits with colons over lines": "\n".join(
        ":".join(f"{byte:02x}" for byte in POINT[i : i + 16]) for i in range(0, 65, 16)
    ).encode(),
    "base64 of the point": base64.b64encode(POINT),
    "base64url of the compressed point": url64(COMPRESSED).encode(),
    "base64 of DER": base64.encodebytes(DER),
    "digits of DER": DER.hex().encode(),
    "DER": DER,
    "PEM": PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "PEM after other text": b"Here it is:\n\n" + PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "certificate PEM": certificate().public_bytes(Encoding.PEM),
    "certificate DER": certificate().public_bytes(Encoding.DER),
    "JWK": json.dumps(JWK).encode(),
}
PRIVATE_FORMS = {
    "digits": private_key_hex(PRIVATE).encode(),
    "base64": base64.b64encode(bytes.fromhex(private_key_hex(PRIVATE))),
    "DER": PKCS8,
    "base64 of DER": base64.b64encode(PKCS8),
    "PEM": PEM_PRIVATE,
    "SEC1 PEM": PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    "JWK": json.dumps(JWK | {"d": url64(bytes.fromhex(private_key_hex(PRIVATE)))}).encode(),
}


@pytest.mark.parametrize("data", PUBLIC_FORMS.values(), ids=PUBLIC_FORMS)
def test_public_key_in_every_form(data):
    assert public_key_hex(read_public_key(data)) == POINT.hex()


@pytest.mark.parametrize("data", PRIVATE_FORMS.values(), ids=PRIVATE_FORMS)
def test_private_key_in_every_form(data):
    assert private_key_hex(read_private_key(data)) == private_key_hex(PRIVATE)


@pytest.mark.parametrize("data", PRIVATE_FORMS.values(), ids=PRIVATE_FORMS)
def test_private_key_is_no_public_key(data):
    with pytest.raises(PrivateKeyGiven) as caught:
        read_public_key(data)
    assert private_key_hex(PRIVATE) not in str(caught.value)


@pytest.mark.parametrize("data", PUBLIC_FORMS.values(), ids=PUBLIC_FORMS)
def test_public_key_is_no_private_key(data):
    with pytest.raises(BadKey):
        read_private_key(data)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL], ids=["PKCS8", "traditional"])
def test_private_key_under_a_passphrase_is_one_too(form):
    pem = PRIVATE.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"secret"))
    with pytest.raises(PrivateKeyGiven):
        read_public_key(pem)


def test_key_of_another_curve():
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    edwards = ed25519.Ed25519PrivateKey.generate().public_key()
    for key in (other, edwards):
        with pytest.raises(OtherCurve):
            read_public_key(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(OtherCurve):
        read_public_key(json.dumps(JWK | {"crv": "P-384"}).encode())


@pytest.mark.parametrize("position", [1, 40, 64])
def test_point_with_a_wrong_digit(position):
    wrong = bytearray(POINT)
    wrong[position] ^= 1
    with pytest.raises(BadPoint):
        read_public_key(wrong.hex().encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"hello",
        b"{}",
        b"[1]",
        b'{"kty": "EC", "crv": "P-256", "x": 1, "y": 2}',
        b'{"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}',
        b"00" * 32,
        b"ff" * 32,
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        b"-----BEGIN CERTIFICATE-----",
        b"\x30\x03\x02\x01",
        b"\xff\xfe\x00",
        "é".encode() * 66,
        b"0" * (MAX_BYTES + 1),
        POINT.hex().encode()[:-2],
        b"A" * 7,
    ],
)
def test_what_is_no_key(data):
    with pytest.raises(BadKey):
        read_public_key(data)
    with pytest.raises(BadKey):
        read_private_key(data)


def test_every_new_key_comes_back():
    for _ in range(20):
        key = generate_private_key()
        assert read_public_key(url64(bytes.fromhex(public_key_hex(key.public_key()))).encode()) == key.public_key()

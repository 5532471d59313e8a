"""The wire format a second time, written straight from the description and sharing nothing with the code under test.

Points are computed in plain Python, bits are put together as text, and AES-GCM is driven step by step.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
IV = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9fafb")

Point = tuple[int, int]


def add(first: Point | None, second: Point | None) -> Point | None:
    if first is None or second is None:
        return second if first is None else first
    (x1, y1), (x2, y2) = first, second
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P) if first == second else (y2 - y1) * pow(x2 - x1, -1, P)
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def multiply(factor: int, point: Point) -> Point:
    result: Point | None = None
    for bit in f"{factor:b}":
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    assert result is not None
    return result


def compress(point: Point) -> bytes:
    return bytes([2 + point[1] % 2]) + point[0].to_bytes(32, "big")


def uncompressed_hex(point: Point) -> str:
    return f"04{point[0]:064x}{point[1]:064x}"


def decompress(data: bytes) -> Point:
    x = int.from_bytes(data[1:], "big")
    y = pow(x**3 - 3 * x + B, (P + 1) // 4, P)
    return x, y if y % 2 == data[0] - 2 else P - y


def enc(public: Point, header: bytes, plain: bytes, *, r: int) -> bytes:
    c0 = compress(multiply(r, G))
    key = hashlib.sha256(c0 + multiply(r, public)[0].to_bytes(32, "big") + b"\x00\x00\x00\x00").digest()
    encryptor = Cipher(algorithms.AES(key), modes.GCM(IV)).encryptor()
    encryptor.authenticate_additional_data(header)
    ciphertext = encryptor.update(plain) + encryptor.finalize()
    return header + ciphertext + encryptor.tag + c0


def dec(private: int, blob: bytes, *, header_size: int) -> bytes:
    header, ciphertext, tag, c0 = blob[:header_size], blob[header_size:-49], blob[-49:-33], blob[-33:]
    shared = multiply(private, decompress(c0))[0].to_bytes(32, "big")
    key = hashlib.sha256(c0 + shared + b"\x00\x00\x00\x00").digest()
    decryptor = Cipher(algorithms.AES(key), modes.GCM(IV, tag)).decryptor()
    decryptor.authenticate_additional_data(header)
    return decryptor.update(ciphertext) + decryptor.finalize()


def lt_key(sk_l: bytes, t_period_start: int, *, buffer: int = 55) -> bytes:
    return hashlib.sha256((sk_l + t_period_start.to_bytes(4, "big")).ljust(buffer, b"\x00")).digest()


def ltid(key: bytes) -> bytes:
    return hmac.new(key, b"1", hashlib.sha256).digest()[:16]


def pack(*fields: tuple[int, int]) -> bytes:
    """(value, number of bits) after one another."""
    bits = "".join(f"{value:0{width}b}" for value, width in fields)
    assert len(bits) == sum(width for _, width in fields)
    assert len(bits) % 8 == 0
    return bytes(int(bits[start : start + 8], 2) for start in range(0, len(bits), 8))


def unpack(data: bytes, *widths: int) -> list[int]:
    bits = "".join(f"{byte:08b}" for byte in data)
    assert len(bits) == sum(widths)
    values = []
    for width in widths:
        values.append(int(bits[:width], 2))
        bits = bits[width:]
    return values


def header(lsp_type: int, identifier: bytes, *, visit_duration: int = 0, t_event: int = 0) -> bytes:
    timing = [(visit_duration, 8), (t_event, 32)] if lsp_type == 1 else []
    return pack((0, 3), (lsp_type, 3), (0, 2), *timing) + identifier


def contact_message(*, phone: str, region: int, pin: str, t_period_start: int) -> bytes:
    nibbles = [int(digit) for digit in phone] + [15] * (15 - len(phone)) + [0]
    return pack(*((nibble, 4) for nibble in nibbles), (region, 8), *((int(digit), 4) for digit in pin), (t_period_start, 32))


MESSAGE_WIDTHS = (1, 1, 12, 5, 5, 4, 4, 8, 24, 32, 256)


def message(
    *,
    staff: bool,
    cri_exp: int,
    venue_type: int,
    venue_category1: int,
    venue_category2: int,
    period_duration: int,
    t_period_start: int,
    t_qr_start: int,
    key: bytes,
    encrypted_contact: bytes = b"",
) -> bytes:
    values = (
        int(staff),
        int(bool(encrypted_contact)),
        0,
        cri_exp,
        venue_type,
        venue_category1,
        venue_category2,
        period_duration,
        t_period_start // 3600,
        t_qr_start,
        int.from_bytes(key, "big"),
    )
    return pack(*zip(values, MESSAGE_WIDTHS, strict=True)) + encrypted_contact

"""A short code by which people compare two posters. It is ours, not the protocol's."""

from hashlib import sha256
from uuid import UUID

# Without vowels, so that it spells nothing, and without what is mistaken for another:
# 0 O Q D, 1 I L, 2 Z, 5 S, 6 G, 8 B, U V.
CHECK_CODE_ALPHABET = "3479CFHJKMNPRTWXY"
CHECK_CODE_LENGTH = 6


def check_code(ltid: UUID) -> str:
    """Six characters that follow from an LTId.

    LTIds are public once they are in a cluster list, so a stored check code leads from the list to the place that it is
    stored with: keep it as secret as the link, or compute it again.
    """
    number = int.from_bytes(sha256(b"CLEA check code" + ltid.bytes).digest())
    characters = []
    for _ in range(CHECK_CODE_LENGTH):
        number, index = divmod(number, len(CHECK_CODE_ALPHABET))
        characters.append(CHECK_CODE_ALPHABET[index])
    return "".join(characters)

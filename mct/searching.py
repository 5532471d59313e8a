"""Search in encrypted columns: each word of a case's reference and notes stands beside it as a keyed digest.

The key follows from a field encryption key, the region is part of what is digested: rows say neither which word they are of,
nor whether two regions write the same one. Notes are found by whole words, the reference by its beginning too: beginnings of
every word of the notes would be many times as many rows.
"""

import hmac
import re
import unicodedata
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import transaction

from clea_portal.fields import Unreadable
from clea_portal.paging import newest
from clea_portal.protocol.check_code import CHECK_CODE_ALPHABET, CHECK_CODE_LENGTH, check_code
from mct.desk_models import CaseWord
from mct.enums import Entry
from mct.models import Case, CaseCode
from mct.moves import lock_case

SHORTEST = 3
QUERY_LIMIT = 80
# Of a word that more cases have, only the newest ones are looked at, which the answer says.
MOST_FOUND = 2000
_MOST_WORDS = 6
_LONGEST = 40
_PURPOSE = b"mct.searching"
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, kw_only=True)
class Found:
    """``capped``: so many cases have these words that only the newest were looked at."""

    ids: frozenset[int]
    capped: bool = False


def words_of(text: str) -> list[str]:
    """The words of a text, small and without accents, in order; those of one or two characters are left out."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    return [word[:_LONGEST] for word in _WORD.findall(plain) if len(word) >= SHORTEST]


def _together(text: str) -> str:
    """A text without blanks and signs, so that 2026-117 is found by 2026117 and by 2026 117."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    return "".join(_WORD.findall(plain))[:_LONGEST]


def tokens(*, reference: str, notes: Iterable[str], ltids: Iterable[UUID]) -> set[str]:
    """What a case is found by."""
    found = {word for text in notes for word in words_of(text)}
    for word in [*words_of(reference), _together(reference)]:
        found |= {word[:length] for length in range(SHORTEST, len(word) + 1)}
    return found | {_code_token(check_code(ltid)) for ltid in ltids}


def _code_token(code: str) -> str:
    return f"code:{code}"


@lru_cache(maxsize=4)
def _search_key(field_key: str) -> bytes:
    return hmac.digest(urlsafe_b64decode(field_key), _PURPOSE, "sha256")


def digest(token: str, *, region: int, key: str) -> int:
    """64 bits of a keyed digest, as the database's whole number."""
    return int.from_bytes(hmac.digest(_search_key(key), f"{region}:{token}".encode(), "sha256")[:8], signed=True)


def digests(words: Iterable[str], *, region: int) -> set[int]:
    """Under the key that now encrypts."""
    return {digest(word, region=region, key=settings.FIELD_ENCRYPTION_KEYS[0]) for word in words}


def index_case(case: Case) -> None:
    """Make a locked case findable by what stands in it now, and in its region only."""
    remarks = case.timeline.filter(entry=Entry.NOTED).values_list("remark", flat=True)
    found = tokens(reference=case.reference, notes=[case.notes, *remarks], ltids=set(case.codes.values_list("ltid", flat=True)))
    wanted = digests(found, region=case.region_id)
    kept = set(CaseWord.objects.filter(case=case).values_list("digest", flat=True))
    if kept - wanted:
        CaseWord.objects.filter(case=case, digest__in=kept - wanted).delete()
    _add(case, wanted - kept)


def index_note(case: Case, text: str) -> None:
    """Make a locked case findable by the words of a further note."""
    _add(case, digests(words_of(text), region=case.region_id))


def index_code(case: Case, ltid: UUID) -> None:
    """Make a locked case findable by the check code of a further code."""
    _add(case, digests([_code_token(check_code(ltid))], region=case.region_id))


def _add(case: Case, wanted: Set[int]) -> None:
    CaseWord.objects.bulk_create([CaseWord(case=case, digest=each) for each in wanted], ignore_conflicts=True)


def index_anew() -> tuple[int, int]:
    """Index every case under the key that now encrypts; how many cases are, and how many no key opens."""
    done = bad = 0
    for pk in Case.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000):
        try:
            with transaction.atomic():
                index_case(lock_case(pk))
        except Case.DoesNotExist:
            continue
        except Unreadable:
            bad += 1
        else:
            done += 1
    return done, bad


def find_cases(text: str, *, regions: frozenset[int]) -> Found:
    """Cases of these regions with an LTId, check code, number or beginning of a reference, or that have all of these words."""
    number, together = _number(text), _together(text)
    ids: set[int] = set()
    if number is not None:
        codes = CaseCode.objects.filter(ltid=number, case__region__in=regions)
        ids |= set(codes.order_by("-case").values_list("case", flat=True)[:MOST_FOUND])
    if number is not None or _NUMBER.fullmatch(together):
        first, last = (number, number) if number else (UUID(together + "0" * 24), UUID(together + "f" * 24))
        ids |= set(Case.objects.in_regions(regions).filter(uuid__gte=first, uuid__lte=last).values_list("pk", flat=True))
    code = "".join(text.split()).upper()
    if len(code) == CHECK_CODE_LENGTH and set(code) <= set(CHECK_CODE_ALPHABET):
        ids |= set(_cases_with(_code_token(code), regions))
    words = sorted(set(words_of(text)), key=len, reverse=True)[:_MOST_WORDS]
    if len(together) >= SHORTEST and words != [together]:
        ids |= set(_cases_with(together, regions)[:MOST_FOUND])
    by_words = _cases_with_all(words, regions) if words else Found(ids=frozenset())
    return Found(ids=by_words.ids | ids, capped=by_words.capped)


def _number(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _cases_with_all(words: list[str], regions: frozenset[int]) -> Found:
    """Begins with the word of the fewest cases; where all are frequent, with the newest cases of the longest."""
    lists = {word: _cases_with(word, regions) for word in words}
    first = min(words, key=lambda word: len(lists[word]))
    capped = len(lists[first]) > MOST_FOUND
    ids = set(lists[first][:MOST_FOUND])
    for word in words:
        if word == first or not ids:
            continue
        if len(lists[word]) <= MOST_FOUND:
            ids &= set(lists[word])
        else:
            also = CaseWord.objects.filter(digest__in=_under_all_keys(word, regions), case__in=ids)
            ids = set(also.values_list("case", flat=True))
    return Found(ids=frozenset(ids), capped=capped)


def _cases_with(token: str, regions: frozenset[int]) -> list[int]:
    """Newest first; one more than MOST_FOUND where there are more."""
    parts = [CaseWord.objects.filter(digest=each) for each in _under_all_keys(token, regions)]
    return newest(parts, by="case_id", limit=MOST_FOUND + 1)


def _under_all_keys(token: str, regions: frozenset[int]) -> list[int]:
    """While keys are being rotated, some rows stand under the old key."""
    return [digest(token, region=region, key=key) for region in sorted(regions) for key in settings.FIELD_ENCRYPTION_KEYS]

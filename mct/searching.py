"""Search in encrypted columns: each word of a case's reference and notes stands beside it as a keyed digest.

The key follows from a field encryption key, the region is part of what is digested: rows say neither which word they are of,
nor whether two regions write the same one. Notes are found by whole words, the reference by its beginning too: beginnings of
every word of the notes would be many times as many rows.
"""

import hmac
import re
import unicodedata
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import transaction

from clea_portal.batches import in_batches
from clea_portal.fields import Unreadable
from clea_portal.paging import newest
from clea_portal.protocol.check_code import CHECK_CODE_ALPHABET, CHECK_CODE_LENGTH, check_code
from mct.desk_models import CaseWord
from mct.enums import Entry
from mct.models import Case, CaseCode
from mct.moves import Gone, lock_case

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
    # The remark of a merged case is the reference that it had.
    remarks = case.timeline.filter(entry__in=[Entry.NOTED, Entry.MERGED]).values_list("remark", flat=True)
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
    for case in in_batches(Case.objects.only("pk"), size=2000):
        try:
            with transaction.atomic():
                index_case(lock_case(case.pk))
        except Gone:
            continue
        except Unreadable:
            bad += 1
        else:
            done += 1
    return done, bad


def find_cases(text: str, *, regions: frozenset[int]) -> Found:
    """Cases of these regions with an LTId, check code, number or beginning of a reference, or that have all of these words.

    How many queries this takes, three at most, follows from the text and not from the number of cases.
    """
    together, code, number = _together(text), "".join(text.split()).upper(), _number(text)
    # The groups of digits of a number are no words.
    words = [] if number else sorted(set(words_of(text)), key=len, reverse=True)[:_MOST_WORDS]
    alone = [together] if len(together) >= SHORTEST and words != [together] else []
    if len(code) == CHECK_CODE_LENGTH and set(code) <= set(CHECK_CODE_ALPHABET):
        alone.append(_code_token(code))
    lists = _cases_with_each([*words, *alone], regions)
    by_words = _cases_with_all(words, lists[: len(words)], regions)
    ids = _numbered(number, together, regions).union(*(found[:MOST_FOUND] for found in lists[len(words) :]))
    return Found(ids=by_words.ids | ids, capped=by_words.capped)


def cases_with_reference(reference: str, *, regions: frozenset[int], most: int) -> list[int]:
    """Cases whose reference is this one or begins with it, the newest first; none for one of fewer than SHORTEST signs."""
    together = _together(reference)
    return _cases_with_each([together], regions, most=most)[0] if len(together) >= SHORTEST else []


def same_reference(one: str, other: str) -> bool:
    """Whether two references differ by nothing but capitals, accents, blanks and signs."""
    return bool(_together(one)) and _together(one) == _together(other)


def _numbered(number: UUID | None, together: str, regions: frozenset[int]) -> set[int]:
    """Cases with this LTId, or whose own number is this or begins so."""
    if number is None and not _NUMBER.fullmatch(together):
        return set()
    first, last = (number, number) if number else (UUID(together + "0" * 24), UUID(together + "f" * 24))
    numbered = Case.objects.in_regions(regions).order_by().filter(uuid__gte=first, uuid__lte=last).values_list("pk")
    if number is not None:
        numbered = numbered.union(CaseCode.objects.order_by().filter(ltid=number, case__region__in=regions).values_list("case"))
    return {row[0] for row in numbered.order_by("-pk")[:MOST_FOUND]}


def _number(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _cases_with_all(words: Sequence[str], lists: Sequence[Sequence[int]], regions: frozenset[int]) -> Found:
    """Begins with the word of the fewest cases; where all are frequent, with the newest cases of the longest."""
    if not words:
        return Found(ids=frozenset())
    fewest = min(range(len(words)), key=lambda number: len(lists[number]))
    ids = set(lists[fewest][:MOST_FOUND])
    others = {word: set(_under_all_keys(word, regions)) for number, word in enumerate(words) if number != fewest}
    if others:
        had: dict[int, set[int]] = {pk: set() for pk in ids}
        also = CaseWord.objects.filter(case__in=ids, digest__in=set().union(*others.values()))
        for pk, each in also.values_list("case", "digest"):
            had[pk].add(each)
        ids = {pk for pk, digests_of in had.items() if all(digests_of & wanted for wanted in others.values())}
    return Found(ids=frozenset(ids), capped=len(lists[fewest]) > MOST_FOUND)


def _cases_with_each(tokens: Sequence[str], regions: frozenset[int], *, most: int = MOST_FOUND + 1) -> list[list[int]]:
    """Of each, the newest first; so one more than MOST_FOUND where there are more."""
    selections = [[CaseWord.objects.filter(digest=each) for each in _under_all_keys(token, regions)] for token in tokens]
    return newest(selections, by="case_id", limit=most)


def _under_all_keys(token: str, regions: frozenset[int]) -> list[int]:
    """While keys are being rotated, some rows stand under the old key."""
    return [digest(token, region=region, key=key) for region in sorted(regions) for key in settings.FIELD_ENCRYPTION_KEYS]

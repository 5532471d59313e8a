from datetime import timedelta
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone

from mct import searching
from mct.assigning import add_note
from mct.cases import correct_case, register_case
from mct.intake import NotALink
from mct.models import Case, CaseWord
from mct.searching import digests, find_cases, index_anew, index_case, words_of
from tests.factories import CaseFactory, RegionFactory, new_code, ready_country

pytestmark = pytest.mark.django_db


def register(agent, region=None, **words):
    start = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=30)
    details = {"exposure_start": start, "exposure_end": start + timedelta(hours=2), "infected_count": 1}
    details |= {"reference": "2026-117", "notes": "Assise près de la fenêtre.", "pictures": [], "links": []}
    return register_case(region=region or RegionFactory(), by=agent, **(details | words))


def found(text, *cases, region=None):
    regions = frozenset({(region or RegionFactory()).pk})
    return find_cases(text, regions=regions).ids == {case.pk for case in cases}


def test_words_are_small_without_accents_and_not_short():
    assert words_of("Près de L’ÉCOLE n° 12, STRASSE/Straße 2026-117") == [
        "pres",
        "ecole",
        "strasse",
        "strasse",
        "2026",
        "117",
    ]
    assert words_of("a" * 60) == ["a" * 40]


@pytest.mark.parametrize(
    "text",
    [
        "fenetre",
        "FENÊTRE",
        "près fenêtre",
        "2026-117",
        "2026117",
        "2026 117",
        "202",
        "2026-1",
        "117",
        "fenêtre 2026",
        "117 assise",
    ],
)
def test_case_is_found_by_words_of_its_notes_and_the_beginning_of_its_reference(agent, text):
    assert found(text, register(agent))


@pytest.mark.parametrize("text", ["fen", "fenetre porte", "026", "la", "", "–", "2027", "\x00", "117 118"])
def test_case_is_not_found_by_anything_else(agent, text):
    register(agent)
    assert found(text)


def test_case_is_found_by_its_number_and_its_beginning_and_its_code(agent):
    ready_country()
    code = new_code()
    case = register(agent, links=[code.deep_link])
    register(agent)
    kept = case.codes.get()
    for text in (case.uuid, str(case.uuid)[:8], str(case.uuid)[:8].upper(), kept.ltid, kept.ltid.hex, f" {kept.ltid} "):
        assert found(str(text), case)
    check = kept.check_code
    for text in (check, check.lower(), f"{check[:3]} {check[3:]}"):
        assert found(text, case)


def test_correction_forgets_old_words_and_notes_stay(agent):
    case = register(agent)
    add_note(case=case, text="Rappeler Ségolène", by=agent)
    correct_case(
        case=case,
        exposure_start=case.exposure_start,
        exposure_end=case.exposure_end,
        infected_count=1,
        reference="B-2",
        notes="porte",
        by=agent,
    )
    assert [found("fenêtre"), found("2026"), found("porte", case), found("segolene", case)] == [True] * 4


def test_other_regions_cases_are_not_found_and_share_no_digest(agent):
    here, there = RegionFactory(), RegionFactory(number=69)
    case, other = register(agent, region=here), register(agent, region=there)
    assert find_cases("fenêtre", regions=frozenset({here.pk})).ids == {case.pk}
    assert find_cases("fenêtre", regions=frozenset({here.pk, there.pk})).ids == {case.pk, other.pk}
    kept = [set(each.words.values_list("digest", flat=True)) for each in (case, other)]
    assert kept[0].isdisjoint(kept[1])


def test_words_go_with_the_case(agent):
    register(agent)
    assert CaseWord.objects.count() > 0
    Case.objects.all().delete()
    assert CaseWord.objects.count() == 0


def test_registration_that_fails_leaves_no_word(agent):
    with pytest.raises(NotALink):
        register(agent, links=["https://example.org/"])
    assert CaseWord.objects.count() == 0


def test_of_very_frequent_words_the_newest_cases_are_looked_at(monkeypatch):
    monkeypatch.setattr(searching, "MOST_FOUND", 3)
    cases = [CaseFactory(notes="everywhere often" + (" rare" if number == 0 else "")) for number in range(5)]
    for case in cases:
        index_case(case)
    regions = frozenset({cases[0].region_id})
    for text in ("everywhere", "often everywhere"):
        answer = find_cases(text, regions=regions)
        assert (answer.ids, answer.capped) == ({case.pk for case in cases[2:]}, True)
    answer = find_cases("everywhere rare often", regions=regions)
    assert (answer.ids, answer.capped) == ({cases[0].pk}, False)


def test_rotation_of_the_field_keys_makes_the_index_anew(agent, settings):
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    case = register(agent)
    before = set(case.words.values_list("digest", flat=True))
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    later = register(agent)
    assert found("fenêtre", case, later)
    call_command("rotate_field_keys", "--dry-run", stdout=StringIO())
    assert set(case.words.values_list("digest", flat=True)) == before
    out = StringIO()
    call_command("rotate_field_keys", stdout=out)
    assert "mct.CaseWord: 2 indexed anew, 0 unreadable" in out.getvalue()
    assert set(case.words.values_list("digest", flat=True)).isdisjoint(before)
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert found("fenêtre", case, later)


def test_case_that_no_key_opens_is_counted_and_keeps_its_words(agent, settings):
    case = register(agent)
    before = set(case.words.values_list("digest", flat=True))
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert index_anew() == (0, 1)
    out = StringIO()
    with pytest.raises(CommandError, match="do not drop any key"):
        call_command("rotate_field_keys", stdout=out)
    assert set(case.words.values_list("digest", flat=True)) == before


def test_digests_fit_the_column_and_say_nothing(agent):
    case = register(agent)
    for each in case.words.values_list("digest", flat=True):
        assert -(2**63) <= each < 2**63
    assert digests(["a"], region=1) != digests(["a"], region=2)

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image

from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp
from clea_portal.scanning.results import Advice, Reading
from mct import intake
from mct.enums import CaseState, DeclarationState, PictureState
from mct.intake import NotALink, TooManyPictures, add_evidence, keep_link, read_picture
from mct.models import Case, CaseCode, Picture, TimelineEntry
from mct.moves import IllegalMove
from tests.factories import CaseFactory, CountryFactory, PictureFactory, declaration_of, linked_case, new_code
from tests.pictures import clea_link, draw_code, hang_in_room, photograph

pytestmark = pytest.mark.django_db
C = CaseState
EVENT = datetime(2026, 6, 12, 18, tzinfo=UTC)


def kept(case):
    fields = ("deep_link", "ltid", "lsp_type", "country__code", "host", "starts_at", "visit_duration")
    return list(CaseCode.objects.filter(case=case).values_list(*fields))


def png(image):
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_link_is_kept_with_what_its_clear_part_says():
    CountryFactory()
    case, code = CaseFactory(), new_code()
    keep_link(case, f"  {code.deep_link}\n")
    assert kept(case) == [(code.deep_link, code.ltid, LspType.SYNCHRONOUS, "FR", "tac.gouv.fr", None, None)]


def test_asynchronous_code_brings_its_time_and_duration():
    CountryFactory()
    case, code = CaseFactory(), new_code(lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(EVENT), visit_duration=3)
    keep_link(case, code.deep_link)
    assert kept(case) == [(code.deep_link, code.ltid, LspType.ASYNCHRONOUS, "FR", "tac.gouv.fr", EVENT, 3)]


def test_time_in_the_link_is_the_code_s_time():
    CountryFactory()
    case, code = CaseFactory(), new_code(t=int(EVENT.timestamp()))
    keep_link(case, code.deep_link)
    assert kept(case) == [(code.deep_link, code.ltid, LspType.SYNCHRONOUS, "FR", "tac.gouv.fr", EVENT, None)]


def test_code_of_an_unknown_country_is_kept_without_country():
    case, code = CaseFactory(), new_code(prefix="https://clea.example.pt?v=0#")
    keep_link(case, code.deep_link)
    assert kept(case) == [(code.deep_link, code.ltid, LspType.SYNCHRONOUS, None, "clea.example.pt", None, None)]


def test_same_code_twice_is_one_code_and_another_type_of_it_is_a_second():
    CountryFactory()
    case, secret = CaseFactory(), b"k" * 51
    entrance, reprint = new_code(sk_l=secret), new_code(sk_l=secret)
    invitation = new_code(sk_l=secret, lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(EVENT), visit_duration=0)
    assert entrance.deep_link != reprint.deep_link
    for code in (entrance, reprint, invitation):
        keep_link(case, code.deep_link)
    assert [(row[0], row[2]) for row in kept(case)] == [(reprint.deep_link, 0), (invitation.deep_link, 1)]


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("https://example.org/menu", "bad_link"),
        ("hello", "bad_link"),
        (clea_link(1).partition("#")[2], "no_prefix"),
        ("https://tac.gouv.fr?v=0#AAAA", "too_short"),
        ("https://tac.gouv.fr?v=0#" + "A" * 2100, "bad_link"),
        ("https://tac.gouv.fr?v=0#" + "4" + clea_link(1).partition("#")[2][1:], "unknown_version"),
    ],
)
def test_what_is_no_clea_link_is_refused_with_its_reason(link, why):
    case = CaseFactory()
    with pytest.raises(NotALink) as caught:
        keep_link(case, link)
    assert (caught.value.args, kept(case)) == ((why,), [])


def test_added_evidence_has_the_case_linked(agent, woken, django_capture_on_commit_callbacks):
    CountryFactory()
    case = CaseFactory()
    with django_capture_on_commit_callbacks(execute=True):
        add_evidence(case=case, pictures=[b"one", b"two"], links=[clea_link(1), clea_link(2)], by=agent)
    case.refresh_from_db()
    assert (case.state, case.codes.count()) == (C.LINKING, 2)
    rows = list(Picture.objects.values_list("number", "content", "state", "attempts"))
    assert rows == [(1, b"one", "waiting", 0), (2, b"two", "waiting", 0)]
    pictures = list(Picture.objects.values_list("pk", flat=True))
    assert woken == [("mct.read_picture", pictures[0]), ("mct.read_picture", pictures[1]), ("mct.link_case", case.pk)]
    entries = TimelineEntry.objects.values_list("entry", "params")
    assert list(entries)[:3] == [("link_added", {}), ("link_added", {}), ("pictures_added", {"count": 2})]


def test_no_evidence_moves_nothing(agent):
    case = CaseFactory()
    add_evidence(case=case, pictures=[], links=[], by=agent)
    assert (Case.objects.get().state, TimelineEntry.objects.count()) == (C.DRAFT, 0)


def test_new_evidence_takes_back_the_choice_of_a_code(agent):
    case = linked_case()
    add_evidence(case=case, pictures=[], links=[clea_link(3)], by=agent)
    assert Case.objects.values_list("state", "code").get() == (C.LINKING, None)


@pytest.mark.parametrize("state", [C.AWAITING_APPROVAL, C.DECLARING, C.DECLARED, C.PUBLISHED, C.CLOSED])
def test_evidence_is_refused_once_the_case_is_proposed_declared_or_closed(agent, state):
    case = linked_case(state=state)
    if state not in (C.AWAITING_APPROVAL, C.CLOSED):
        declaration_of(case, state=DeclarationState.ACCEPTED)
    with pytest.raises(IllegalMove):
        add_evidence(case=case, pictures=[b"one"], links=[clea_link(3)], by=agent)
    assert (case.codes.count(), case.pictures.count(), TimelineEntry.objects.count()) == (1, 0, 0)


def test_eleventh_picture_is_refused_and_nothing_of_the_request_stays(agent):
    case = CaseFactory()
    add_evidence(case=case, pictures=[b"x"] * 9, links=[], by=agent)
    with pytest.raises(TooManyPictures):
        add_evidence(case=case, pictures=[b"x"] * 2, links=[clea_link(1)], by=agent)
    assert (case.pictures.count(), case.codes.count()) == (9, 0)
    add_evidence(case=case, pictures=[b"x"], links=[], by=agent)
    assert list(case.pictures.values_list("number", flat=True)) == list(range(1, 11))


def test_pictures_that_could_not_be_read_make_room_for_others(agent):
    case = CaseFactory(state=C.NEEDS_ATTENTION)
    for _ in range(10):
        PictureFactory(case=case, state=PictureState.UNREADABLE)
    add_evidence(case=case, pictures=[b"better"], links=[], by=agent)
    assert list(case.pictures.filter(state="waiting").values_list("number", "content")) == [(11, b"better")]


def test_photo_is_read_in_a_child_process_and_erased(woken, django_capture_on_commit_callbacks):
    CountryFactory()
    code = new_code()
    picture = PictureFactory(content=photograph(draw_code(code.deep_link), seed=1))
    with django_capture_on_commit_callbacks(execute=True):
        read_picture(picture.pk)
    picture.refresh_from_db()
    assert (picture.state, picture.advice, picture.content, picture.attempts) == (PictureState.READ, "", None, 1)
    assert [row[0] for row in kept(picture.case)] == [code.deep_link]
    entry = TimelineEntry.objects.get()
    assert (entry.entry, entry.actor, entry.params["number"], entry.params["codes"]) == ("picture_read", None, 1, 1)
    assert woken == [("mct.link_case", picture.case_id)]


def test_two_codes_in_one_picture_are_both_kept():
    codes = [draw_code(clea_link(seed), module=6) for seed in (1, 2)]
    picture = PictureFactory(content=photograph(hang_in_room(codes, seed=5, size=(1600, 900)), seed=5))
    read_picture(picture.pk)
    assert [row[0] for row in kept(picture.case)] == [clea_link(1), clea_link(2)]
    assert TimelineEntry.objects.get().params["codes"] == 2


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", Advice.EMPTY),
        (b"PK\x03\x04 a text document", Advice.UNSUPPORTED),
        (photograph(draw_code(clea_link(1)), seed=1)[:4000], Advice.DAMAGED),
        (png(Image.new("L", (600, 600), 255)), Advice.LOW_CONTRAST),
        (photograph(draw_code("https://example.org/menu"), seed=2), Advice.NOT_CLEA),
        (photograph(draw_code(clea_link(1), module=4), seed=3, blur=6), Advice.BLURRED),
    ],
)
def test_picture_without_code_says_what_to_do_better_and_is_erased(content, advice):
    picture = PictureFactory(content=content)
    read_picture(picture.pk)
    picture.refresh_from_db()
    assert (picture.state, picture.advice, picture.content) == (PictureState.UNREADABLE, advice, None)
    assert kept(picture.case) == []
    assert TimelineEntry.objects.get().entry == "picture_unreadable"


def test_picture_is_read_once(monkeypatch):
    picture = PictureFactory()
    read = []
    nothing = Reading(links=(), advice=Advice.NO_CODE, milliseconds=1, pages=1)
    monkeypatch.setattr(intake, "read_isolated", lambda content, **_: read.append(content) or nothing)
    read_picture(picture.pk)
    read_picture(picture.pk)
    assert (read, TimelineEntry.objects.count()) == ([b"content"], 1)


def test_picture_that_another_worker_reads_is_left_alone(monkeypatch):
    picture = PictureFactory(state=PictureState.READING, leased_until=timezone.now() + timedelta(seconds=30), attempts=1)
    monkeypatch.setattr(intake, "read_isolated", None)
    read_picture(picture.pk)
    assert Picture.objects.values_list("state", "attempts").get() == (PictureState.READING, 1)


def test_answer_of_a_worker_that_lost_its_lease_is_dropped(monkeypatch):
    picture = PictureFactory()

    def slow(content, **_):
        Picture.objects.update(attempts=2)
        return Reading(links=(clea_link(1),), advice=None, milliseconds=1, pages=1)

    monkeypatch.setattr(intake, "read_isolated", slow)
    read_picture(picture.pk)
    assert Picture.objects.values_list("state", "content").get() == (PictureState.READING, b"content")
    assert (kept(picture.case), TimelineEntry.objects.count()) == ([], 0)


def test_picture_that_kills_its_worker_each_time_is_given_up(monkeypatch):
    picture = PictureFactory(state=PictureState.READING, attempts=intake.MAX_ATTEMPTS)
    monkeypatch.setattr(intake, "read_isolated", None)
    read_picture(picture.pk)
    picture.refresh_from_db()
    assert (picture.state, picture.advice, picture.content) == (PictureState.UNREADABLE, Advice.TIMED_OUT, None)


def test_picture_of_a_deleted_case_is_nothing_to_do():
    read_picture(4711)
    assert Picture.objects.count() == 0

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clea_portal.audit.models import AuditEvent, AuditSide
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from mct import contact_links
from mct.cases import close_case
from mct.contact_links import MOST_PICTURES, NothingSent, TooManyOpenings
from mct.contact_models import MOST_OPENINGS
from mct.enums import CaseState, ClosingReason, Entry, LinkEnding, PictureState
from mct.intake import TooManyPictures, read_picture
from mct.linking import link_case
from mct.models import Case, ContactLink, Picture
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.retention import purge
from mct.waking import READ_PICTURE
from tests.factories import CaseFactory, new_code, ready_country
from tests.mct.scenes import SCENES
from tests.pictures import draw_code, photograph

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def case(agent, woken):
    ready_country()
    return CaseFactory(created_by=agent)


@pytest.fixture
def link(case, agent):
    return contact_links.make_link(case=case, by=agent, now=NOW)


def told(case):
    return [(entry.entry, entry.actor, entry.params) for entry in case.timeline.order_by("pk")]


def finished(link):
    contact_links.send_codes(link, pictures=[b"x"], now=NOW)
    return contact_links.finish(link, now=NOW)


def test_link_is_found_and_its_token_stands_nowhere_in_clear(link, case, agent):
    assert contact_links.find_by_token(link.token, now=NOW) == link
    assert contact_links.still_open(str(link.uuid), now=NOW) == link
    assert contact_links.find_by_token("x", now=NOW) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, token_digest FROM mct_contactlink")
        assert link.token not in "".join(cursor.fetchone())
    assert told(case) == [(Entry.CONTACT_ASKED, agent, {})]
    assert AuditEvent.objects.get().verb == "contact_asked"


def test_link_lasts_two_days(link):
    assert contact_links.find_by_token(link.token, now=NOW + 47 * HOUR) == link
    assert contact_links.find_by_token(link.token, now=NOW + 49 * HOUR) is None
    assert contact_links.still_open(str(link.uuid), now=NOW + 49 * HOUR) is None


def test_another_link_replaces_the_first(link, case, agent):
    again = contact_links.make_link(case=case, by=agent, now=NOW)
    link.refresh_from_db()
    assert (link.ending, link.ended_at, link.token) == (LinkEnding.REPLACED, NOW, "")
    assert ContactLink.objects.open(NOW).get() == again


def test_no_two_links_of_a_case_are_open(link, case):
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactLink.objects.create(case=case, token_digest="other", expires_at=NOW)


def test_calling_off_twice_is_told_once(link, case, agent):
    for _ in range(2):
        contact_links.revoke_link(case=case, by=agent, now=NOW)
    assert contact_links.find_by_token(link.token, now=NOW) is None
    assert [entry for entry, *_ in told(case)] == [Entry.CONTACT_ASKED, Entry.CONTACT_REVOKED]


def test_sixth_opening_is_refused(link, case):
    for number in range(1, MOST_OPENINGS + 1):
        contact_links.open_anew(link, now=NOW)
        assert (link.openings, link.openings_left) == (number, MOST_OPENINGS - number)
    with pytest.raises(TooManyOpenings):
        contact_links.open_anew(link, now=NOW)
    assert told(case)[1:] == [(Entry.CONTACT_OPENED, None, {"number": number, "most": 5}) for number in range(1, 6)]
    sides = AuditEvent.objects.filter(verb="contact_opened").values_list("side", "actor")
    assert set(sides) == {(AuditSide.LINK, None)}


def test_closing_the_case_ends_its_link(link, case, agent):
    close_case(case=case, reason=ClosingReason.WARNED, by=agent)
    assert contact_links.find_by_token(link.token, now=NOW) is None
    link.refresh_from_db()
    assert (link.ending, link.token) == (LinkEnding.CASE_CLOSED, "")
    with pytest.raises(IllegalMove):
        contact_links.make_link(case=Case.objects.get(), by=agent, now=NOW)


def test_case_that_got_closed_by_another_way_answers_nobody(link, case):
    Case.objects.update(state=CaseState.CLOSED)
    assert contact_links.find_by_token(link.token, now=NOW) is None


def test_without_contact_tracing_nothing_is_found(link):
    Country.objects.update(deployment=Deployment.NONE)
    assert contact_links.find_by_token(link.token, now=NOW) is None
    assert contact_links.still_open(str(link.uuid), now=NOW) is None


def test_code_that_comes_in_makes_the_case_ready(link, case, woken, django_capture_on_commit_callbacks):
    code = new_code()
    with django_capture_on_commit_callbacks(execute=True):
        contact_links.send_codes(link, pictures=[photograph(draw_code(code.deep_link), seed=1)], now=NOW)
    picture = link.pictures.get()
    assert (picture.case, picture.state, woken[0]) == (case, PictureState.WAITING, (READ_PICTURE, picture.pk))
    assert told(case)[1] == (Entry.CONTACT_CODES, None, {"count": 1})
    read_picture(picture.pk)
    link_case(case.pk)
    case = Case.objects.get()
    assert (case.state, case.code.ltid) == (CaseState.READY, code.ltid)


def test_link_takes_no_end_of_pictures(link, case):
    contact_links.send_codes(link, pictures=[b"x"] * 10, now=NOW)
    Picture.objects.update(state=PictureState.UNREADABLE, content=None)
    contact_links.send_codes(link, pictures=[b"x"] * (MOST_PICTURES - 10), now=NOW)
    Picture.objects.update(state=PictureState.UNREADABLE, content=None)
    with pytest.raises(TooManyPictures):
        contact_links.send_codes(link, pictures=[b"x"], now=NOW)
    assert case.pictures.count() == MOST_PICTURES


@pytest.mark.parametrize("scene", ["held", "published", "proposed_by_me"])
def test_case_on_its_way_takes_no_code(agent, woken, scene):
    case = SCENES[scene](agent)
    link = contact_links.make_link(case=case, by=agent, now=NOW)
    with pytest.raises(IllegalMove):
        contact_links.send_codes(link, pictures=[b"x"], now=NOW)
    assert not case.pictures.exists()


def test_done_gives_a_receipt_and_uses_the_link_up(link, case):
    receipt = finished(link)
    assert re.fullmatch("[3479CFHJKMNPRTWXY]{4}-[3479CFHJKMNPRTWXY]{4}", receipt)
    link.refresh_from_db()
    assert (link.ending, link.receipt, link.token) == (LinkEnding.DONE, receipt, "")
    assert told(case)[-1] == (Entry.CONTACT_DONE, None, {"receipt": receipt})


def test_there_is_no_receipt_for_nothing(link):
    with pytest.raises(NothingSent):
        contact_links.finish(link, now=NOW)
    assert contact_links.still_open(str(link.uuid), now=NOW) == link


@pytest.mark.parametrize(
    "end",
    [
        lambda link, agent: finished(link),
        lambda link, agent: contact_links.revoke_link(case=link.case, by=agent, now=NOW),
        lambda link, agent: contact_links.make_link(case=link.case, by=agent, now=NOW),
        lambda link, agent: close_case(case=link.case, reason=ClosingReason.WARNED, by=agent),
        lambda link, agent: ContactLink.objects.update(expires_at=NOW),
    ],
    ids=["used up", "called off", "replaced", "closed", "expired"],
)
def test_link_that_ended_takes_nothing(link, agent, case, end):
    end(link, agent)
    before = (case.pictures.count(), told(case))
    for act in (
        lambda: contact_links.open_anew(link, now=NOW),
        lambda: contact_links.send_codes(link, pictures=[b"x"], now=NOW),
        lambda: contact_links.finish(link, now=NOW),
    ):
        with pytest.raises(SomeoneWasFaster):
            act()
    assert (case.pictures.count(), told(case)) == before


def test_token_is_forgotten_when_the_link_is_too_old(link):
    assert purge(now=NOW + 47 * HOUR) == 0
    assert purge(now=NOW + 49 * HOUR) == 1
    link.refresh_from_db()
    assert (link.ending, link.ended_at, link.token) == (LinkEnding.EXPIRED, link.expires_at, "")
    assert purge(now=NOW + 49 * HOUR) == 0

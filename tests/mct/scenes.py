"""A case in every situation that its page knows."""

import io
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from PIL import Image

from clea_portal.accounts.models import User
from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import Country, ServerAuthority
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp
from clea_portal.scanning.results import Advice
from mct.contact_links import finish, open_anew
from mct.declaring import declare
from mct.duplicates import keep_apart
from mct.enums import CaseState, DeclarationState, Entry, PictureState, Problem
from mct.merging import merge
from mct.models import Case, Dossier
from mct.moves import move_case, note
from mct.register_pages import keep_pages
from tests.factories import (
    CaseCodeFactory,
    CaseFactory,
    PictureFactory,
    RegionFactory,
    UserFactory,
    contact_link,
    declaration_of,
    linked_case,
    new_code,
    ready_country,
)

HOUR = timedelta(hours=1)
Scene = Callable[[User], Case]
SCENES: dict[str, Scene] = {}


def scene(make: Scene) -> Scene:
    SCENES[make.__name__] = make
    return make


def needing(problem: Problem, by: User, **code: object) -> Case:
    case = linked_case(state=CaseState.LINKING, reference="2026-0117", created_by=by, code=code)
    note(case, Entry.REGISTERED, by=by)
    move_case(case, CaseState.NEEDS_ATTENTION, problem=problem)
    return case


def ordered(by: User, **declaration: object) -> Case:
    case = linked_case(state=CaseState.DECLARING, reference="2026-0117", created_by=by)
    note(case, Entry.REGISTERED, by=by)
    note(case, Entry.DECLARED, by=by, calls=1)
    row = declaration_of(case, **declaration)
    if row.attempts:
        for _ in range(row.attempts):
            note(case, Entry.SENT, by=None, declaration=str(row.uuid), result="retry", reason=row.reason, status=None)
    return case


@scene
def draft(by: User) -> Case:
    case = CaseFactory(created_by=by)
    note(case, Entry.REGISTERED, by=by)
    return case


@scene
def with_a_contact(by: User) -> Case:
    """One link is used up, another open, and a register page came by the first."""
    ready_country()
    case = CaseFactory(created_by=by)
    note(case, Entry.REGISTERED, by=by)
    link = contact_link(case, by=by)
    open_anew(link, now=timezone.now())
    page = io.BytesIO()
    Image.new("L", (300, 400), 240).save(page, "JPEG")
    keep_pages(link, contents=[page.getvalue()], now=timezone.now())
    finish(link, now=timezone.now())
    contact_link(case, by=by)
    return case


@scene
def linking(by: User) -> Case:
    case = CaseFactory(state=CaseState.LINKING, created_by=by)
    PictureFactory(case=case, state=PictureState.READ)
    PictureFactory(case=case, state=PictureState.READING)
    PictureFactory(case=case)
    note(case, Entry.REGISTERED, by=by)
    note(case, Entry.PICTURES_ADDED, by=by, count=3)
    note(case, Entry.PICTURE_READ, by=None, number=1, codes=1, milliseconds=80)
    return case


@scene
def no_code(by: User) -> Case:
    case = CaseFactory(state=CaseState.LINKING, created_by=by, notes="Sat near the window.\nPaid in cash.")
    PictureFactory(case=case, state=PictureState.UNREADABLE, advice=Advice.BLURRED)
    PictureFactory(case=case, state=PictureState.UNREADABLE, advice=Advice.NOT_CLEA)
    note(case, Entry.REGISTERED, by=by)
    note(case, Entry.PICTURE_UNREADABLE, by=None, number=1, codes=0, milliseconds=80)
    move_case(case, CaseState.NEEDS_ATTENTION, problem=Problem.NO_CODE)
    return case


@scene
def several_codes(by: User) -> Case:
    case = needing(Problem.SEVERAL_CODES, by)
    Case.objects.filter(pk=case.pk).update(code=None)
    starts = to_ntp(case.exposure_start)
    CaseCodeFactory(case=case, deep_link=new_code(lsp_type=LspType.ASYNCHRONOUS, t_event=starts, visit_duration=4).deep_link)
    PictureFactory(case=case, state=PictureState.READ)
    return case


@scene
def unknown_country(by: User) -> Case:
    link = new_code(prefix="https://clea.example.pt?v=0#").deep_link
    return needing(Problem.UNKNOWN_COUNTRY, by, country=None, deep_link=link)


@scene
def no_server(by: User) -> Case:
    return needing(Problem.NO_SERVER, by)


@scene
def type_refused(by: User) -> Case:
    code = new_code(lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(timezone.now()), visit_duration=4)
    return needing(Problem.TYPE_REFUSED, by, deep_link=code.deep_link)


@scene
def other_time(by: User) -> Case:
    event = timezone.now() - timedelta(days=5)
    code = new_code(lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(event), visit_duration=4)
    return needing(Problem.OTHER_TIME, by, deep_link=code.deep_link)


@scene
def too_old(by: User) -> Case:
    return needing(Problem.TOO_OLD, by)


@scene
def refused(by: User) -> Case:
    case = needing(Problem.REFUSED, by)
    row = declaration_of(
        case, state=DeclarationState.REFUSED, reason="refused_by_server", detail="Le QR code n’est pas valide.", status_code=200
    )
    note(case, Entry.SENT, by=None, declaration=str(row.uuid), result="refused", reason=row.reason, status=200)
    return case


@scene
def partly_refused(by: User) -> Case:
    case = needing(Problem.REFUSED, by)
    declaration_of(case, state=DeclarationState.HELD, end=case.exposure_start + HOUR, hold_until=timezone.now() + HOUR)
    declaration_of(case, state=DeclarationState.REFUSED, start=case.exposure_start + HOUR, reason="conflict")
    return case


@scene
def unknown_outcome(by: User) -> Case:
    case = needing(Problem.UNKNOWN_OUTCOME, by)
    ServerAuthority.objects.update(kind=ServerKind.FORM)
    row = declaration_of(case, state=DeclarationState.UNKNOWN, reason="timed_out", attempts=1, instant=case.exposure_start + HOUR)
    note(case, Entry.SENT, by=None, declaration=str(row.uuid), result="unknown", reason="timed_out", status=None)
    return case


@scene
def lost_worker(by: User) -> Case:
    case = needing(Problem.UNKNOWN_OUTCOME, by)
    declaration_of(case, state=DeclarationState.UNKNOWN, reason="worker_lost", attempts=1, instant=case.exposure_start + HOUR)
    return case


@scene
def ready(by: User) -> Case:
    case = linked_case(state=CaseState.LINKING, reference="2026-0117", created_by=by)
    note(case, Entry.REGISTERED, by=by)
    move_case(case, CaseState.READY)
    return case


@scene
def ready_with_all_that_can_be_noticed(by: User) -> Case:
    """On a form server of another country, with an invitation's time, hours past the horizon, and others with the same code."""
    starts_at = timezone.now() - timedelta(days=14, hours=20)
    code = new_code(lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(starts_at), visit_duration=60)
    case = linked_case(
        reference="2026-0117",
        created_by=by,
        exposure_start=starts_at + 2 * HOUR,
        exposure_end=starts_at + 26 * HOUR,
        code={"deep_link": code.deep_link},
    )
    belgium = Country.objects.create(
        code="BE", name_fr="Belgique", name_en="Belgium", prefix="https://b.example#", host="b.example"
    )
    ServerAuthority.objects.update(country=belgium, kind=ServerKind.FORM)
    case.codes.update(country=belgium)
    for region in (case.region, RegionFactory(number=69, name="Rhône"), RegionFactory(number=69, name="Rhône")):
        CaseCodeFactory(case=CaseFactory(region=region, reference="Other"), deep_link=code.deep_link, country=belgium)
    server = ServerAuthority.objects.get()
    declaration_of(
        case, cases=[], server=server, state=DeclarationState.PUBLISHED, start=starts_at + 22 * HOUR, end=starts_at + 23 * HOUR
    )
    return case


@scene
def ready_but_all_is_declared(by: User) -> Case:
    case = linked_case(reference="2026-0117", created_by=by)
    other = linked_case(state=CaseState.DECLARED, code={"deep_link": case.code.deep_link})
    declaration_of(other, state=DeclarationState.ACCEPTED)
    return case


@scene
def ready_but_something_came_between(by: User) -> Case:
    case = linked_case(created_by=by)
    ServerAuthority.objects.update(client_key="")
    return case


@scene
def ready_but_nothing_is_left(by: User) -> Case:
    soon = timezone.now() + HOUR
    return linked_case(created_by=by, exposure_start=soon, exposure_end=soon + HOUR)


@scene
def ready_where_four_eyes_are_asked_for(by: User) -> Case:
    case = linked_case(created_by=by)
    Country.objects.update(four_eyes=True, hold_seconds=300)
    return case


@scene
def proposed_by_me(by: User) -> Case:
    case = linked_case(created_by=by)
    Country.objects.update(four_eyes=True)
    declare(case=case, by=by)
    case.refresh_from_db()
    return case


@scene
def proposed_by_a_colleague(by: User) -> Case:
    case = linked_case(created_by=by)
    Country.objects.update(four_eyes=True)
    declare(case=case, by=UserFactory(email="colleague@example.org"))
    case.refresh_from_db()
    return case


@scene
def held(by: User) -> Case:
    return ordered(by, hold_until=timezone.now() + timedelta(minutes=4, seconds=5))


@scene
def sending(by: User) -> Case:
    return ordered(by, state=DeclarationState.SENDING, attempts=1, reason="server_failed")


@scene
def tried_again(by: User) -> Case:
    later = timezone.now() + timedelta(minutes=8)
    return ordered(by, state=DeclarationState.READY, attempts=7, reason="no_connection", next_attempt_at=later)


@scene
def declared(by: User) -> Case:
    case = ordered(by, state=DeclarationState.ACCEPTED, accepted_at=timezone.now(), reason="accepted")
    Case.objects.filter(pk=case.pk).update(state=CaseState.DECLARED)
    case.refresh_from_db()
    return case


@scene
def published(by: User) -> Case:
    case = ordered(
        by, state=DeclarationState.PUBLISHED, accepted_at=timezone.now(), published_at=timezone.now(), reason="accepted"
    )
    start = to_ntp(case.exposure_start)
    note(case, Entry.SENT, by=None, declaration="1", result="accepted", reason="accepted", status=201)
    note(case, Entry.PUBLISHED, by=None, declaration="1", start=start, seconds=7200, risk=3.0)
    Case.objects.filter(pk=case.pk).update(state=CaseState.PUBLISHED)
    case.refresh_from_db()
    return case


@scene
def withdrawing(by: User) -> Case:
    case = published(by)
    case.declarations.update(
        state=DeclarationState.WITHDRAWING, withdrawal_reason="timed_out", next_attempt_at=timezone.now() + timedelta(minutes=1)
    )
    note(case, Entry.TAKEN_BACK, by=by, remark="Wrong day.", declarations=1, shared=1)
    note(case, Entry.TAKEN_BACK_ANSWER, by=None, declaration="1", result="retry", reason="timed_out", status=None)
    return case


@scene
def not_withdrawn(by: User) -> Case:
    case = published(by)
    case.declarations.update(withdrawal_reason="conflict")
    note(case, Entry.TAKEN_BACK_ANSWER, by=None, declaration="1", result="refused", reason="conflict", status=409)
    return case


@scene
def withdrawn_at_the_server(by: User) -> Case:
    case = published(by)
    case.declarations.update(state=DeclarationState.WITHDRAWN, withdrawn_at=timezone.now())
    note(case, Entry.TAKEN_BACK_ANSWER, by=None, declaration="1", result="accepted", reason="accepted", status=204)
    Case.objects.filter(pk=case.pk).update(state=CaseState.READY)
    case.refresh_from_db()
    return case


@scene
def of_several_places(by: User) -> Case:
    """Ready, with a second code of its place that is ready too, another place that is published, and one in another region."""
    case = linked_case(reference="2026-0117", created_by=by)
    note(case, Entry.REGISTERED, by=by)
    dossier = Dossier.objects.create(created_by=by)
    Case.objects.filter(pk=case.pk).update(dossier=dossier, place=1)
    own = {"dossier": dossier, "reference": "2026-0117", "created_by": by}
    linked_case(place=1, exposure_start=case.exposure_end + HOUR, **own)
    linked_case(place=2, state=CaseState.PUBLISHED, exposure_start=case.exposure_start - 24 * HOUR, **own)
    CaseFactory(place=3, region=RegionFactory(number=69, name="Rhône"), **own)
    case.refresh_from_db()
    return case


@scene
def looking_like_another(by: User) -> Case:
    """Another case has the same code and a part of the hours, and was told apart from a third one."""
    case = linked_case(reference="2026-0117", created_by=by)
    note(case, Entry.REGISTERED, by=by)
    linked_case(reference="2026-0118", exposure_start=case.exposure_start + HOUR, code={"deep_link": case.code.deep_link})
    keep_apart(case=case, other=linked_case(reference="2026-0119", code={"deep_link": case.code.deep_link}), by=by)
    return case


@scene
def merged(by: User) -> Case:
    kept = linked_case(reference="2026-0117", created_by=by)
    case = linked_case(reference="2026-0118", created_by=by, code={"deep_link": kept.code.deep_link})
    merge(case=kept, duplicate=case, by=by)
    case.refresh_from_db()
    return case


@scene
def closed(by: User) -> Case:
    case = linked_case(state=CaseState.PUBLISHED, created_by=by)
    declaration_of(case, state=DeclarationState.PUBLISHED)
    note(case, Entry.CLOSED, by=by)
    move_case(case, CaseState.CLOSED, by=by)
    return case

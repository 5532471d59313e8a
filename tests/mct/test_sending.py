from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from clea_portal.authorities.enums import Authentication, ServerKind
from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.outcomes import Outcome, Reason, Result
from clea_portal.protocol.keys import parse_private_key
from mct import sending
from mct.enums import CaseState, DeclarationState, Problem
from mct.models import Case, Declaration, TimelineEntry
from mct.sending import backoff, record, send_declaration
from tests.clea_portal.cluster_server.servers import answering, raw_server
from tests.factories import declaration_of, linked_case, new_code

pytestmark = pytest.mark.django_db
C, D = CaseState, DeclarationState


@pytest.fixture(params=ServerKind)
def kind(request):
    return request.param


def order(sandbox, kind, **fields):
    """A ready declaration for the sandbox, of a code that it can open."""
    code = new_code(pk_sa=parse_private_key(sandbox.sk_sa).public_key())
    case = linked_case(state=C.DECLARING, code={"deep_link": code.deep_link})
    ServerAuthority.objects.update(kind=kind, base_url=sandbox.base_url, list_url=sandbox.list_url, client_key=sandbox.client_key)
    instant = case.exposure_start + timedelta(hours=1) if kind == ServerKind.FORM else None
    return case, declaration_of(case, **({"state": D.READY, "instant": instant} | fields))


def result(case, declaration):
    """State, reason and attempts of the declaration; state and problem of the case."""
    declaration.refresh_from_db()
    case.refresh_from_db()
    return (declaration.state, declaration.reason, declaration.attempts), (case.state, case.problem)


def answers(case):
    return [
        (params["result"], params["reason"], params["status"])
        for params in TimelineEntry.objects.filter(case=case, entry="sent").values_list("params", flat=True)
    ]


def received(sandbox, declaration):
    return [(one["kind"], one["count"], one["calls"]) for one in sandbox.received(ltid=declaration.ltid)]


def test_server_accepts(sandbox, kind, woken, django_capture_on_commit_callbacks):
    case, declaration = order(sandbox, kind)
    with django_capture_on_commit_callbacks(execute=True):
        send_declaration(declaration.pk)
    assert result(case, declaration) == ((D.ACCEPTED, "accepted", 1), (C.DECLARED, ""))
    assert declaration.accepted_at is not None
    status = {ServerKind.API: 201, ServerKind.FORM: 302}[kind]
    assert (declaration.status_code, answers(case)) == (status, [("accepted", "accepted", status)])
    assert received(sandbox, declaration) == [(kind, 1, 1)]
    assert woken == [("mct.watch_server", declaration.server_id)]


def test_api_is_told_the_hours_and_the_form_the_instant(sandbox, kind):
    _, declaration = order(sandbox, kind)
    send_declaration(declaration.pk)
    (one,) = sandbox.received(ltid=declaration.ltid)
    stated = [datetime.fromisoformat(one[name]) for name in (("start", "end") if kind == ServerKind.API else ("instant",))]
    assert stated == [declaration.start, declaration.end] if kind == ServerKind.API else [declaration.instant]
    assert one["uuid"] == (str(declaration.uuid) if kind == ServerKind.API else None)


def test_form_understands_the_instant_in_any_zone_and_season(sandbox):
    summer = datetime.now(UTC).replace(month=7, day=1, hour=12, minute=0, second=0, microsecond=0)
    summer = summer if summer < datetime.now(UTC) - timedelta(days=1) else summer.replace(year=summer.year - 1)
    _, declaration = order(sandbox, ServerKind.FORM)
    code = new_code(
        pk_sa=parse_private_key(sandbox.sk_sa).public_key(),
        t_period_start=(int(summer.timestamp()) + 2_208_988_800) // 3600 * 3600,
    )
    Declaration.objects.update(instant=summer, deep_link=code.deep_link, ltid=code.ltid)
    send_declaration(declaration.pk)
    (one,) = sandbox.received(ltid=code.ltid)
    assert datetime.fromisoformat(one["instant"]) == summer


def test_refusal_is_final_and_its_words_are_kept(sandbox, kind):
    sandbox.behave("refuse")
    case, declaration = order(sandbox, kind)
    send_declaration(declaration.pk)
    assert result(case, declaration) == ((D.REFUSED, "refused_by_server", 1), (C.NEEDS_ATTENTION, Problem.REFUSED))
    assert declaration.detail != ""
    assert received(sandbox, declaration) == []
    send_declaration(declaration.pk)
    assert result(case, declaration)[0] == (D.REFUSED, "refused_by_server", 1)


def test_code_of_another_authority_is_refused(sandbox, kind):
    case, declaration = order(sandbox, kind)
    Declaration.objects.update(deep_link=new_code().deep_link)
    send_declaration(declaration.pk)
    assert result(case, declaration) == ((D.REFUSED, "refused_by_server", 1), (C.NEEDS_ATTENTION, Problem.REFUSED))


def test_server_that_fails_once_is_asked_again(sandbox, kind):
    sandbox.behave("error", status=500, times=1)
    case, declaration = order(sandbox, kind)
    before = timezone.now()
    send_declaration(declaration.pk)
    assert result(case, declaration) == ((D.READY, "server_failed", 1), (C.DECLARING, ""))
    assert before + timedelta(seconds=0.8) <= declaration.next_attempt_at <= timezone.now() + timedelta(seconds=1.2)
    send_declaration(declaration.pk)
    assert declaration.attempts == 1
    Declaration.objects.update(next_attempt_at=timezone.now())
    send_declaration(declaration.pk)
    assert result(case, declaration) == ((D.ACCEPTED, "accepted", 2), (C.DECLARED, ""))
    assert received(sandbox, declaration) == [(kind, 1, 1)]


def test_busy_server_is_left_alone_as_long_as_it_asks(sandbox, kind):
    sandbox.behave("error", status=429, retry_after=120)
    case, declaration = order(sandbox, kind)
    before = timezone.now()
    send_declaration(declaration.pk)
    assert result(case, declaration) == ((D.READY, "server_busy", 1), (C.DECLARING, ""))
    assert declaration.next_attempt_at >= before + timedelta(seconds=120)


@pytest.mark.parametrize(
    ("misbehaviour", "reason"), [({"mode": "slow", "seconds": 3}, "timed_out"), ({"mode": "drop"}, "dropped")]
)
def test_missing_answer_is_repeated_by_api_and_asked_about_by_form(sandbox, kind, misbehaviour, reason):
    sandbox.behave(**misbehaviour, times=1)
    case, declaration = order(sandbox, kind)
    send_declaration(declaration.pk)
    if kind == ServerKind.FORM:
        assert result(case, declaration) == ((D.UNKNOWN, reason, 1), (C.NEEDS_ATTENTION, Problem.UNKNOWN_OUTCOME))
        send_declaration(declaration.pk)
        assert result(case, declaration)[0] == (D.UNKNOWN, reason, 1)
        return
    assert result(case, declaration) == ((D.READY, reason, 1), (C.DECLARING, ""))
    Declaration.objects.update(next_attempt_at=timezone.now())
    send_declaration(declaration.pk)
    assert result(case, declaration) == ((D.ACCEPTED, "accepted", 2), (C.DECLARED, ""))
    assert [one["count"] for one in sandbox.received(ltid=declaration.ltid)] == [1]


def test_server_that_is_down_is_tried_again(sandbox, kind):
    case, declaration = order(sandbox, kind)
    ServerAuthority.objects.update(base_url="http://127.0.0.1:9")
    send_declaration(declaration.pk)
    assert result(case, declaration) == ((D.READY, "no_connection", 1), (C.DECLARING, ""))


def test_key_that_the_server_does_not_know_is_final(sandbox):
    case, declaration = order(sandbox, ServerKind.API)
    ServerAuthority.objects.update(client_key="55" * 32)
    send_declaration(declaration.pk)
    assert result(case, declaration) == ((D.REFUSED, "not_authorised", 1), (C.NEEDS_ATTENTION, Problem.REFUSED))


@pytest.mark.parametrize("key", ["", "not a key"])
def test_key_that_is_none_is_a_refusal_and_not_a_crash(sandbox, key):
    case, declaration = order(sandbox, ServerKind.API)
    ServerAuthority.objects.update(client_key=key)
    send_declaration(declaration.pk)
    assert result(case, declaration) == ((D.REFUSED, "not_authorised", 1), (C.NEEDS_ATTENTION, Problem.REFUSED))


@pytest.mark.parametrize(
    ("credentials", "header"),
    [
        ({"authentication": Authentication.BEARER, "bearer_token": "told-us"}, b"Bearer told-us"),
        ({"authentication": Authentication.BASIC, "user_name": "portal", "password": "pass"}, b"Basic cG9ydGFsOnBhc3M="),
    ],
)
def test_server_is_shown_what_its_operator_gave(sandbox, credentials, header):
    case, declaration = order(sandbox, ServerKind.API)
    with raw_server(answering("201 Created", b"{}")) as server:
        row = ServerAuthority.objects.get()
        for name, value in ({"base_url": server.url} | credentials).items():
            setattr(row, name, value)
        row.save()
        send_declaration(declaration.pk)
    assert result(case, declaration)[0] == (D.ACCEPTED, "accepted", 1)
    assert [line for line in server.requests[0].split(b"\r\n") if line.startswith(b"Authorization")] == [
        b"Authorization: " + header
    ]


def test_no_transaction_is_open_while_the_server_is_called(monkeypatch, sandbox, transactional_db):
    _, declaration = order(sandbox, ServerKind.API)
    seen = []

    def call(**_):
        seen.append((connection.in_atomic_block, Declaration.objects.values_list("state", "attempts").get()))
        return Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED)

    monkeypatch.setattr(sending, "declare_by_api", call)
    send_declaration(declaration.pk)
    assert seen == [(False, (D.SENDING, 1))]


# --- claims


def silent(monkeypatch):
    calls = []
    accepted = Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED)
    monkeypatch.setattr(sending, "declare_by_api", lambda **words: calls.append(words["uuid"]) or accepted)
    return calls


def test_held_declaration_leaves_when_the_hold_time_is_over(monkeypatch):
    calls = silent(monkeypatch)
    case = linked_case(state=C.DECLARING)
    soon = timezone.now() + timedelta(minutes=5)
    declaration = declaration_of(case, hold_until=soon)
    send_declaration(declaration.pk)
    assert (calls, result(case, declaration)[0]) == ([], (D.HELD, "", 0))
    Declaration.objects.update(hold_until=timezone.now(), next_attempt_at=timezone.now())
    send_declaration(declaration.pk)
    assert (calls, result(case, declaration)[0]) == ([declaration.uuid], (D.ACCEPTED, "accepted", 1))


@pytest.mark.parametrize("state", [D.SENDING, D.ACCEPTED, D.PUBLISHED, D.REFUSED, D.UNKNOWN, D.WITHDRAWN])
def test_only_what_is_due_is_sent(monkeypatch, state):
    calls = silent(monkeypatch)
    declaration = declaration_of(linked_case(state=C.DECLARING), state=state)
    send_declaration(declaration.pk)
    assert (calls, Declaration.objects.values_list("state", "attempts").get()) == ([], (state, 0))


def test_declaration_that_is_gone_is_nothing_to_do():
    send_declaration(4711)
    assert Declaration.objects.count() == 0


# --- answers


def answer(result, reason=Reason.ACCEPTED, **fields):
    return Outcome(result=result, reason=reason, **fields)


def test_answer_settles_every_case_that_shares_the_declaration(monkeypatch):
    silent(monkeypatch)
    first = linked_case(state=C.DECLARING)
    second = linked_case(state=C.DECLARING, code={"deep_link": first.code.deep_link})
    declaration = declaration_of(first, state=D.READY, cases=[first, second])
    send_declaration(declaration.pk)
    assert set(Case.objects.values_list("state", flat=True)) == {C.DECLARED}
    assert answers(first) == answers(second) == [("accepted", "accepted", None)]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (answer(Result.ACCEPTED), D.ACCEPTED),
        (answer(Result.REFUSED, Reason.REFUSED_BY_SERVER), D.REFUSED),
        (answer(Result.RETRY, Reason.SERVER_FAILED), D.READY),
        (answer(Result.UNKNOWN, Reason.DROPPED), D.UNKNOWN),
    ],
)
def test_answer_that_comes_after_the_claim_ran_out_still_settles_it(outcome, state):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.UNKNOWN_OUTCOME)
    declaration = declaration_of(case, state=D.SENDING, attempts=1)
    Declaration.objects.update(state=D.UNKNOWN, reason="worker_lost")
    record(declaration, outcome)
    assert result(case, declaration)[0] == (state, "worker_lost" if state == D.UNKNOWN else outcome.reason, 1)


@pytest.mark.parametrize(
    "meanwhile", [{"state": D.READY, "attempts": 1}, {"state": D.SENDING, "attempts": 2}, {"state": D.ACCEPTED, "attempts": 1}]
)
def test_answer_to_an_attempt_that_is_history_changes_nothing(meanwhile):
    case = linked_case(state=C.DECLARING)
    declaration = declaration_of(case, state=D.SENDING, attempts=1)
    Declaration.objects.update(**meanwhile)
    record(declaration, answer(Result.REFUSED, Reason.REFUSED_BY_SERVER))
    assert Declaration.objects.values("state", "attempts").get() == meanwhile
    assert (answers(case), Case.objects.get().state) == ([], C.DECLARING)


def test_long_words_of_a_server_are_cut():
    case = linked_case(state=C.DECLARING)
    declaration = declaration_of(case, state=D.SENDING, attempts=1)
    record(declaration, answer(Result.REFUSED, Reason.REFUSED_BY_SERVER, detail="x" * 400, status=422))
    assert Declaration.objects.values_list("detail", "status_code").get() == ("x" * 300, 422)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (5, 16), (11, 900), (12, 900), (5000, 900)])
def test_pause_doubles_up_to_a_quarter_of_an_hour(attempts, seconds):
    for _ in range(20):
        assert seconds * 0.8 <= backoff(attempts, None).total_seconds() <= seconds * 1.2
    assert backoff(attempts, 5000).total_seconds() == 5000


def test_nothing_secret_goes_into_the_logs(sandbox, caplog, kind):
    caplog.set_level("DEBUG")
    case, declaration = order(sandbox, kind)
    sandbox.behave("refuse", times=1)
    send_declaration(declaration.pk)
    secret = declaration.deep_link.partition("#")[2]
    assert caplog.records
    assert not [text for text in (secret, sandbox.client_key, declaration.ltid.hex, str(declaration.ltid)) if text in caplog.text]
    assert secret not in str(TimelineEntry.objects.filter(case=case).values_list("params", flat=True))

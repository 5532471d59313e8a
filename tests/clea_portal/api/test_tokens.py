import hashlib
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Membership
from clea_portal.api import retention
from clea_portal.api.enums import Scope
from clea_portal.api.models import Token
from clea_portal.api.tokens import MOST_TOKENS, find_caller, make_token, revoke_token
from clea_portal.audit.models import AuditEvent
from tests.clea_portal.api.calling import PROBLEM, Program, program
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from tests.members import member, signed_in

WHERE = "/api/v1/organisation/"


def token_of(user, organisation, *, scope=Scope.ISSUE, lifetime=None):
    return make_token(by=user, organisation=organisation, name="Shop", scope=scope, lifetime=lifetime, now=timezone.now())


def test_token_is_stored_as_its_hash_only(organisation):
    token, secret = token_of(member(organisation), organisation)
    token.refresh_from_db()
    assert re.fullmatch(r"clea_[\w-]{43}", secret)
    assert token.token_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in {str(value) for value in Token.objects.filter(pk=token.pk).values().get().values()}


def test_making_and_revoking_stand_in_the_trail(organisation):
    user = member(organisation)
    token, _secret = token_of(user, organisation)
    revoke_token(token, by=user, now=timezone.now())
    revoke_token(token, by=user, now=timezone.now())
    trail = AuditEvent.objects.filter(subject="api.token").order_by("pk").values_list("verb", "actor", "subject_uuid")
    assert list(trail) == [("token_made", user.pk, token.uuid), ("token_revoked", user.pk, token.uuid)]


@pytest.mark.parametrize(
    ("role", "scope", "may_issue"),
    [
        (MemberRole.OWNER, Scope.ISSUE, True),
        (MemberRole.EDITOR, Scope.ISSUE, True),
        (MemberRole.READER, Scope.ISSUE, False),
        (MemberRole.OWNER, Scope.READ, False),
    ],
)
def test_token_may_what_scope_and_role_allow(organisation, role, scope, may_issue):
    answer = program(organisation, role=role, scope=scope).send("get", WHERE)
    assert (answer.status_code, answer.json()["may_issue"]) == (200, may_issue)


def test_downgraded_person_loses_the_right_at_the_next_call(organisation, issuer):
    assert issuer.send("get", WHERE).json()["may_issue"] is True
    Membership.objects.update(role=MemberRole.READER)
    assert issuer.send("get", WHERE).json()["may_issue"] is False


@pytest.mark.parametrize("ending", ["revoked", "expired", "left", "inactive", "unknown", "malformed"])
def test_token_that_ended_is_refused(organisation, ending):
    user = member(organisation)
    token, secret = token_of(user, organisation, lifetime=timedelta(days=30))
    later = timezone.now()
    if ending == "revoked":
        revoke_token(token, by=user, now=timezone.now())
    elif ending == "expired":
        later += timedelta(days=30)
    elif ending == "left":
        Membership.objects.all().delete()
    elif ending == "inactive":
        type(user).objects.update(is_active=False)
    else:
        secret = {"unknown": "clea_" + "A" * 43, "malformed": "clea_é"}[ending]
    with time_machine.travel(later, tick=False):
        answer = Program(secret).send("get", WHERE)
    assert (answer.status_code, answer["Content-Type"], answer["WWW-Authenticate"]) == (401, PROBLEM, 'Bearer realm="api"')
    assert answer.json()["detail"] == (
        "This token is unknown, expired or revoked, or its owner has left the organisation or team. Make a new one."
    )


@pytest.mark.parametrize("header", ["Bearer", "Basic abc", "Bearer a b"])
def test_header_of_another_form_is_refused(organisation, header):
    assert Client(headers={"authorization": header}).get(WHERE).status_code == 401


def test_browser_that_is_signed_in_is_nobody_to_the_api(organisation):
    browser = signed_in(member(organisation))
    assert [browser.get(WHERE).status_code, browser.post("/api/v1/venues/").status_code] == [401, 401]


def test_use_is_noted_to_the_minute_and_at_most_once_a_minute(organisation, django_assert_num_queries):
    token, secret = token_of(member(organisation), organisation)
    start = timezone.now().replace(second=20, microsecond=0)
    for seconds, queries in [(0, 2), (39, 1), (40, 2)]:
        with django_assert_num_queries(queries):
            assert find_caller(secret, now=start + timedelta(seconds=seconds)) is not None
    token.refresh_from_db()
    assert token.last_used_at == start.replace(second=0) + timedelta(minutes=1)


def test_purge_keeps_tokens_for_a_while_after_their_end(organisation):
    user, now = member(organisation), timezone.now()
    kept, ended = [token_of(user, organisation)[0] for _ in range(2)]
    revoke_token(kept, by=user, now=now - timedelta(days=89))
    revoke_token(ended, by=user, now=now - timedelta(days=91))
    assert retention.purge(now=now) == 1
    assert list(Token.objects.values_list("pk", flat=True)) == [kept.pk]


# --- The page -----------------------------------------------------------------------------------------------------------------


def page(browser, **form):
    form = {"name": "Shop", "scope": "issue", "days": "365"} | form
    return browser.post(reverse("tokens:list"), form)


def test_new_token_is_shown_once(organisation):
    browser = signed_in(member(organisation))
    shown = re.search(r"clea_[\w-]{43}", page(browser).content.decode())[0]
    assert find_caller(shown, now=timezone.now()).may_issue is True
    assert shown not in browser.get(reverse("tokens:list")).content.decode()
    assert browser.get(reverse("tokens:list"))["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


@pytest.mark.parametrize(("days", "lifetime"), [("30", timedelta(days=30)), ("0", None)])
def test_token_expires_as_chosen(organisation, days, lifetime):
    page(signed_in(member(organisation)), days=days)
    token = Token.objects.get()
    assert token.expires_at == (token.created_at + lifetime if lifetime else None)


@pytest.mark.parametrize("form", [{"name": " "}, {"scope": "admin"}, {"days": "7"}, {"name": "x" * 61}])
def test_form_that_is_not_right_makes_nothing(organisation, form):
    assert page(signed_in(member(organisation)), **form).status_code == 200
    assert Token.objects.count() == 0


def test_reader_makes_a_token_that_reads_only(organisation):
    browser = signed_in(member(organisation, MemberRole.READER))
    refused = page(browser, scope="issue").content.decode()
    assert "You may only see and print what this organisation has: the token can only read." in refused
    page(browser, scope="read")
    assert [token.scope for token in Token.objects.all()] == [Scope.READ]


def test_person_of_several_organisations_chooses_one(organisation):
    user, other = member(organisation), OrganisationFactory()
    MembershipFactory(user=user, organisation=other)
    browser = signed_in(user)
    assert page(browser).status_code == 200
    assert Token.objects.count() == 0
    page(browser, organisation=OrganisationFactory().pk)
    assert Token.objects.count() == 0
    page(browser, organisation=other.pk)
    assert Token.objects.get().organisation == other


def test_person_without_organisation_is_asked_for_its_name_first(db):
    answer = signed_in(UserFactory()).get(reverse("tokens:list"))
    assert (answer.status_code, answer["Location"]) == (302, "/organisations/new/?next=%2Faccount%2Ftokens%2F")


def test_number_of_tokens_is_limited(organisation):
    user = member(organisation)
    tokens = [token_of(user, organisation)[0] for _ in range(MOST_TOKENS)]
    assert "You have 20 tokens, which is as many as one person may have." in page(signed_in(user)).content.decode()
    revoke_token(tokens[0], by=user, now=timezone.now())
    page(signed_in(user))
    assert Token.objects.count() == MOST_TOKENS + 1


def test_page_says_how_each_token_ended(organisation):
    user, now = member(organisation), timezone.now()
    revoke_token(token_of(user, organisation)[0], by=user, now=now)
    token_of(user, organisation, lifetime=timedelta(seconds=-1))
    elsewhere = MembershipFactory(user=user)
    token_of(user, elsewhere.organisation)
    elsewhere.delete()
    token_of(user, organisation)
    text = signed_in(user).get(reverse("tokens:list")).content.decode()
    assert [text.count(words) for words in ("revoked on", "expired", "you left the organisation", ">Revoke<")] == [1, 1, 1, 1]


def test_revoked_token_stops_at_once(organisation):
    user = member(organisation)
    token, secret = token_of(user, organisation)
    answer = signed_in(user).post(reverse("tokens:revoke", args=[token.uuid]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("tokens:list"))
    assert Program(secret).send("get", WHERE).status_code == 401


def test_ladder_of_the_pages(organisation):
    user = member(organisation)
    token, _secret = token_of(user, organisation)
    revoke = reverse("tokens:revoke", args=[token.uuid])
    colleague = signed_in(member(organisation))
    assert colleague.post(revoke).status_code == 404
    assert colleague.post(reverse("tokens:revoke", args=["00000000-0000-0000-0000-000000000000"])).status_code == 404
    assert [signed_in(user).get(revoke).status_code, signed_in(user).put(reverse("tokens:list")).status_code] == [405, 405]
    assert [Client().get(reverse("tokens:list")).status_code, Client().post(revoke).status_code] == [302, 302]
    token.refresh_from_db()
    assert token.revoked_at is None


def test_page_asks_the_database_alike_for_any_number_of_tokens(organisation):
    user = member(organisation)
    browser, counts = signed_in(user), []
    for _ in range(3):
        token_of(user, organisation)
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("tokens:list"))
        counts.append(len(queries))
    assert len(set(counts)) == 1

"""Tokens that speak for a person of contact tracing, and those that speak for organisations: neither opens the other's doors."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.models import TeamMembership
from clea_portal.api.enums import CaseScope, Scope
from clea_portal.api.models import Token
from clea_portal.api.tokens import MOST_TOKENS, find_caller, make_token, revoke_token
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from tests.clea_portal.api.calling import Program, program
from tests.factories import OrganisationFactory, TeamMembershipFactory, UserFactory
from tests.members import member, organisation_with_choices, signed_in

URL, CASES = reverse("tokens:list"), "/api/v1/cases/"
FORM = {"cases-name": "Dashboard", "cases-scope": "cases:read", "cases-days": "90"}


@pytest.fixture
def tracer(db):
    return TeamMembershipFactory().user


@pytest.fixture
def browser(sign_in, tracer):
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(tracer, "CLEATESTSCLEATESTSCLEATESTSCLEAT")
    return sign_in(tracer)


def token_of(user, scope=CaseScope.READ, lifetime=timedelta(days=30)):
    return make_token(by=user, organisation=None, name="Tool", scope=scope, lifetime=lifetime, now=timezone.now())


def test_tracer_makes_a_token_on_the_page_and_it_reads_cases(tracer, browser):
    answer = browser.post(URL, FORM)
    token = Token.objects.get()
    assert (token.user, token.organisation, token.scope) == (tracer, None, "cases:read")
    assert token.expires_at == token.created_at + timedelta(days=90)
    assert "cases of your regions" in answer.content.decode()
    assert Program(answer.context["secret"]).send("get", CASES).status_code == 200
    event = AuditEvent.objects.get(verb="token_made")
    assert (event.actor, event.details) == (tracer, {"scope": "cases:read"})


def test_tracer_without_organisation_is_offered_that_form_only(browser):
    context = browser.get(URL).context
    assert (context["form"], list(context["case_form"].fields)) == (None, ["name", "scope", "days"])


@pytest.mark.parametrize("wrong", [{"cases-name": " "}, {"cases-scope": "issue"}, {"cases-days": "0"}])
def test_form_that_is_not_right_makes_nothing(browser, wrong):
    assert browser.post(URL, FORM | wrong).status_code == 200
    assert Token.objects.count() == 0


def test_manager_is_not_offered_it_and_cannot_make_one(db):
    organisation = OrganisationFactory()
    manager = signed_in(member(organisation))
    assert manager.get(URL).context["case_form"] is None
    manager.post(URL, FORM)
    assert Token.objects.count() == 0


def test_second_factor_is_needed_to_make_one(sign_in, tracer):
    assert sign_in(tracer, second_factor=False).post(URL, FORM).status_code == 302
    assert Token.objects.count() == 0


def test_tokens_of_both_kinds_are_limited_together(tracer, browser):
    for _ in range(MOST_TOKENS):
        token_of(tracer)
    assert "as many as one person may have" in browser.post(URL, FORM).content.decode()


@pytest.mark.parametrize("ending", ["revoked", "expired", "role gone", "inactive", "no contact tracing"])
def test_token_that_ended_is_refused(tracer, ending):
    token, secret = token_of(tracer)
    later = timezone.now()
    assert find_caller(secret, now=later) is not None
    if ending == "revoked":
        revoke_token(token, by=tracer, now=later)
    elif ending == "expired":
        later += timedelta(days=31)
    elif ending == "role gone":
        TeamMembership.objects.all().delete()
    elif ending == "inactive":
        type(tracer).objects.update(is_active=False)
    else:
        Country.objects.update(deployment=Deployment.NONE)
    assert find_caller(secret, now=later) is None


def test_page_says_how_it_ended(tracer, browser):
    revoke_token(token_of(tracer)[0], by=tracer, now=timezone.now())
    token_of(tracer, lifetime=timedelta(seconds=-1))
    token_of(tracer, CaseScope.WRITE)
    text = browser.get(URL).content.decode()
    assert [text.count(words) for words in ("revoked on", "expired", ">Revoke<", ">read and register<")] == [1, 1, 1, 1]


def test_finding_the_caller_takes_three_queries(tracer, django_assert_num_queries):
    _token, secret = token_of(tracer)
    with django_assert_num_queries(4):
        # The token, the two kinds of roles, the minute of its use.
        find_caller(secret, now=timezone.now())


@pytest.mark.parametrize("path", ["/api/v1/organisation/", "/api/v1/venues/", "/api/v1/events/"])
def test_token_for_cases_opens_nothing_of_organisations(tracer, path):
    answer = Program(token_of(tracer, CaseScope.WRITE)[1]).send("get", path)
    assert (answer.status_code, answer.json()["type"].rsplit("#")[-1]) == (403, "read-only")
    assert "of another kind" in answer.json()["detail"]


def test_token_of_an_organisation_opens_no_case_even_for_a_tracer(tracer):
    organisation = organisation_with_choices()
    from tests.factories import MembershipFactory

    MembershipFactory(user=tracer, organisation=organisation)
    for method, data in (("get", None), ("post", {})):
        answer = program(organisation, user=tracer).send(method, CASES, data)
        assert (answer.status_code, answer.json()["type"].rsplit("#")[-1]) == (403, "read-only")


@pytest.mark.parametrize(("scope", "has_organisation"), [(Scope.READ, False), (CaseScope.READ, True), ("admin", True)])
def test_database_knows_which_scopes_go_with_an_organisation(db, scope, has_organisation):
    organisation = OrganisationFactory() if has_organisation else None
    with pytest.raises(IntegrityError), transaction.atomic():
        Token.objects.create(user=UserFactory(), organisation=organisation, name="x", scope=scope, token_hash="0")

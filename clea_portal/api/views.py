"""The page of a person's tokens, and the description of the API."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from drf_spectacular.renderers import OpenApiYamlRenderer

from clea_portal.accounts.person import person
from clea_portal.accounts.roles import roles_of
from clea_portal.api.docs import kinds, sections
from clea_portal.api.enums import CaseScope, Scope
from clea_portal.api.forms import CaseTokenForm, TokenForm
from clea_portal.api.models import Token
from clea_portal.api.parsing import BODY_LIMIT
from clea_portal.api.schema import description
from clea_portal.api.tokens import MOST_TOKENS, TooManyTokens, make_token, revoke_token
from clea_portal.codes.access import to_first_organisation

YAML = "application/yaml"
# Before the names of the fields of the second form.
_CASES = "cases"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, and a form for a new one. A new token is on the answer to the form, and nowhere else."""
    user, now = person(request), timezone.now()
    is_tracer = roles_of(user).is_tracer
    for_cases = request.method == "POST" and f"{_CASES}-name" in request.POST and is_tracer
    form = TokenForm(request.POST if request.method == "POST" and not for_cases else None, user=user)
    case_form = CaseTokenForm(request.POST if for_cases else None, prefix=_CASES)
    if not (form.organisations or is_tracer):
        return to_first_organisation(request)
    sent, secret = (case_form if for_cases else form), ""
    if request.method == "POST" and (for_cases or form.organisations) and sent.is_valid():
        try:
            _token, secret = make_token(
                by=user,
                organisation=sent.cleaned_data.get("organisation"),
                name=sent.cleaned_data["name"],
                scope=CaseScope(sent.cleaned_data["scope"]) if for_cases else Scope(sent.cleaned_data["scope"]),
                lifetime=sent.lifetime(),
                now=now,
            )
            form, case_form = TokenForm(user=user), CaseTokenForm(prefix=_CASES)
        except TooManyTokens:
            sent.add_error(None, _too_many())
    own = Token.objects.filter(user=user).with_role()
    context = {
        "form": form if form.organisations else None,
        "case_form": case_form if is_tracer else None,
        "rows": [{"token": token, "alive": _is_alive(token, now, is_tracer=is_tracer)} for token in own],
        "is_tracer": is_tracer,
        "secret": secret,
    }
    return render(request, "api/tokens.html", context)


@require_POST
def revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    token = get_object_or_404(Token, user=person(request), uuid=uuid)
    revoke_token(token, by=person(request), now=timezone.now())
    messages.success(request, _("The token is revoked. Programs that use it are refused from now on."))
    return redirect("tokens:list")


@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """As YAML, or as JSON for whoever asks for it by ``?format=json`` or Accept."""
    wants_json = request.GET.get("format") == "json" or request.get_preferred_type([YAML, "application/json"]) != YAML
    if wants_json and request.GET.get("format") != "yaml":
        response: HttpResponse = JsonResponse(description())
    else:
        content = OpenApiYamlRenderer().render(description(), renderer_context={})  # type: ignore[no-untyped-call]
        response = HttpResponse(content, content_type=YAML)
    response["Vary"] = "Accept"
    return response


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    context = {
        "sections": sections(),
        "kinds": kinds(),
        "base": settings.PUBLIC_URL,
        "calls": settings.API_CALLS_PER_MINUTE,
        "documents": settings.API_DOCUMENTS_PER_MINUTE,
        "kilobytes": BODY_LIMIT // 1024,
    }
    return render(request, "api/docs.html", context)


def _is_alive(token: Token, now: datetime, *, is_tracer: bool) -> bool:
    has_role = is_tracer if token.organisation_id is None else bool(token.role)
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > now) and has_role


def _too_many() -> str:
    return ngettext(
        "You have %(count)s token, which is as many as one person may have. Revoke one that you no longer use.",
        "You have %(count)s tokens, which is as many as one person may have. Revoke one that you no longer use.",
        MOST_TOKENS,
    ) % {"count": MOST_TOKENS}

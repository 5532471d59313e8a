"""Inviting, and being invited."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.access import owned
from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.errors import OtherAddress, Refused
from clea_portal.accounts.forms import InvitationForm
from clea_portal.accounts.invitations import (
    accept_invitation,
    decline_invitation,
    find_invitation,
    invite,
    is_addressed_to,
    renew_invitation,
    revoke_invitation,
)
from clea_portal.accounts.mails import send_invitation
from clea_portal.accounts.models import Invitation, Membership, Organisation
from clea_portal.accounts.person import person


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, uuid: UUID) -> HttpResponse:
    organisation = owned(request, uuid)
    form = InvitationForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        try:
            invitation, token = invite(organisation, by=person(request), now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _send(request, invitation, token)
            return redirect("organisations:detail", uuid)
    return render(request, "accounts/invite.html", {"form": form, "organisation": organisation})


@require_POST
def send_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    invitation = _invitation(request, uuid)
    try:
        token = renew_invitation(invitation, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        _send(request, invitation, token)
    return redirect("organisations:detail", invitation.organisation.uuid)


@require_POST
def revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    invitation = _invitation(request, uuid)
    try:
        revoke_invitation(invitation, by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invitation is revoked: its link works no more."))
    return redirect("organisations:detail", invitation.organisation.uuid)


@login_not_required
@never_cache
@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of an invitation leads to, for people with and without an account."""
    invitation = find_invitation(token, now=timezone.now())
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=410)
    here = urlencode({"next": reverse("invitation", args=[token])})
    context = {
        "invitation": invitation,
        "token": token,
        "role": MemberRole(invitation.role),
        "sign_in_url": f"{reverse('account_login')}?{here}",
        "sign_up_url": f"{reverse('account_signup')}?{here}",
    }
    if request.user.is_authenticated:
        user = person(request)
        context["fits"] = is_addressed_to(invitation, user)
        context["is_member"] = Membership.objects.filter(user=user, organisation=invitation.organisation).exists()
    else:
        # The form for signing up proposes it: a slip of the finger would make another address of it.
        request.session["invited_email"] = invitation.email
    return render(request, "accounts/invitation.html", context)


@never_cache
@require_POST
def accept(request: HttpRequest, token: str) -> HttpResponse:
    try:
        membership = accept_invitation(token, by=person(request), now=timezone.now())
    except OtherAddress:
        return redirect("invitation", token)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("organisations:list")
    messages.success(request, _("Welcome to %(organisation)s.") % {"organisation": membership.organisation})
    return redirect("organisations:detail", membership.organisation.uuid)


@login_not_required
@never_cache
@require_POST
def decline(request: HttpRequest, token: str) -> HttpResponse:
    try:
        decline_invitation(token, now=timezone.now())
    except Refused:
        return render(request, "accounts/invitation_over.html", status=410)
    messages.success(request, _("You have declined the invitation. Your address has been deleted with it."))
    return redirect("home")


def _invitation(request: HttpRequest, uuid: UUID) -> Invitation:
    mine = Organisation.objects.of_member(person(request))
    rows = Invitation.objects.filter(organisation__in=mine).select_related("organisation")
    invitation = get_object_or_404(rows, uuid=uuid)
    owned(request, invitation.organisation.uuid)
    return invitation


def _send(request: HttpRequest, invitation: Invitation, token: str) -> None:
    if send_invitation(invitation, token=token, by=person(request)):
        messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": invitation.email})
    else:
        messages.error(request, _("The invitation stands, but its e-mail could not be sent. Send it again in a few minutes."))

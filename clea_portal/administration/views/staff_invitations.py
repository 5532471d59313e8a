"""Inviting people to work for an authority, and being invited."""

from typing import Any
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

from clea_portal.accounts.enums import StaffRole
from clea_portal.accounts.errors import OtherAddress, Refused
from clea_portal.accounts.models import StaffInvitation
from clea_portal.accounts.person import person
from clea_portal.administration.access import administered, administrators_only
from clea_portal.administration.staff_forms import StaffInvitationForm
from clea_portal.administration.staff_invitations import (
    accept_staff_invitation,
    decline_staff_invitation,
    find_staff_invitation,
    invite_staff,
    renew_staff_invitation,
    revoke_staff_invitation,
    send_staff_invitation,
    staff_invitation_fits,
)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, code: str) -> HttpResponse:
    """``?team=``: the one that is proposed."""
    country = administered(request, code)
    initial: dict[str, Any] = {"language": get_language(), "team": request.GET.get("team")}
    form = StaffInvitationForm(request.POST or None, country=country, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, token = invite_staff(country, by=person(request), now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _send(request, invitation, token)
            return redirect("administration:people", code)
    return render(request, "administration/staff_invite.html", {"form": form, "country": country})


@administrators_only
@require_POST
def send_again(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    invitation = _invitation(request, code, uuid)
    try:
        token = renew_staff_invitation(invitation, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        _send(request, invitation, token)
    return redirect("administration:people", code)


@administrators_only
@require_POST
def revoke(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    invitation = _invitation(request, code, uuid)
    try:
        revoke_staff_invitation(invitation, by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invitation is revoked: its link works no more."))
    return redirect("administration:people", code)


@login_not_required
@never_cache
@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of an invitation leads to, for people with and without an account."""
    invitation = find_staff_invitation(token, now=timezone.now())
    if invitation is None:
        return render(request, "administration/staff_invitation_over.html", status=410)
    here = urlencode({"next": reverse("staff_invitation", args=[token])})
    context = {
        "invitation": invitation,
        "token": token,
        "role": StaffRole(invitation.role),
        "sign_in_url": f"{reverse('account_login')}?{here}",
        "sign_up_url": f"{reverse('account_signup')}?{here}",
    }
    if request.user.is_authenticated:
        context["fits"] = staff_invitation_fits(invitation, person(request))
    else:
        # The form for signing up proposes it: a slip of the finger would make another address of it.
        request.session["invited_email"] = invitation.email
    return render(request, "administration/staff_invitation.html", context)


@never_cache
@require_POST
def accept(request: HttpRequest, token: str) -> HttpResponse:
    try:
        invitation = accept_staff_invitation(token, by=person(request), now=timezone.now())
    except OtherAddress:
        return redirect("staff_invitation", token)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("start")
    where = invitation.team.name if invitation.team else invitation.country.name
    messages.success(request, _("Welcome: %(where)s.") % {"where": where})
    return redirect("start")


@login_not_required
@never_cache
@require_POST
def decline(request: HttpRequest, token: str) -> HttpResponse:
    try:
        decline_staff_invitation(token, now=timezone.now())
    except Refused:
        return render(request, "administration/staff_invitation_over.html", status=410)
    messages.success(request, _("You have declined the invitation. Your address has been deleted with it."))
    return redirect("home")


def _invitation(request: HttpRequest, code: str, uuid: UUID) -> StaffInvitation:
    rows = StaffInvitation.objects.filter(country=administered(request, code)).select_related("country", "team")
    return get_object_or_404(rows, uuid=uuid)


def _send(request: HttpRequest, invitation: StaffInvitation, token: str) -> None:
    if send_staff_invitation(invitation, token=token, by=person(request)):
        messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": invitation.email})
    else:
        messages.error(request, _("The invitation stands, but its e-mail could not be sent. Send it again in a few minutes."))

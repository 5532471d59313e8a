"""The page of an organisation and what its owners do there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.access import owned, seat
from clea_portal.accounts.deletions import COUNTDOWN, order_deletion_of_organisation
from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.errors import Refused
from clea_portal.accounts.forms import HandOverForm, NameForm, RoleForm
from clea_portal.accounts.mails import send_ownership_answer, send_ownership_offer, send_to
from clea_portal.accounts.members import MEMBERS_OF_AN_ORGANISATION, change_role, leave, remove_member
from clea_portal.accounts.models import Invitation, Membership, Organisation, OwnershipOffer, User
from clea_portal.accounts.organisations import rename_organisation
from clea_portal.accounts.ownership import accept_ownership, decline_ownership, offer_ownership, withdraw_offer
from clea_portal.accounts.person import person


@require_safe
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found, now = seat(request, uuid), timezone.now()
    organisation = found.organisation
    memberships = organisation.memberships.select_related("user").order_by("joined_at", "pk")[:MEMBERS_OF_AN_ORGANISATION]
    offers = list(organisation.offers.filter(expires_at__gt=now).select_related("to", "by"))
    context = {
        "organisation": organisation,
        "owns": found.owns,
        "role": found.role,
        "members": [{"user": row.user, "role": MemberRole(row.role), "joined_at": row.joined_at} for row in memberships],
        "invitations": _invitations(organisation, now=now) if found.owns else [],
        "offers": [offer for offer in offers if found.owns and offer.to != request.user],
        "offered": next((offer for offer in offers if offer.to == request.user), None),
    }
    return render(request, "accounts/organisation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, uuid: UUID) -> HttpResponse:
    organisation = owned(request, uuid)
    form = NameForm(request.POST or None, initial={"name": organisation.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_organisation(organisation, by=person(request), name=form.cleaned_data["name"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("organisations:detail", uuid)
    return render(request, "accounts/rename.html", {"form": form, "organisation": organisation})


@require_http_methods(["GET", "HEAD", "POST"])
def edit_member(request: HttpRequest, uuid: UUID, member: UUID) -> HttpResponse:
    organisation = owned(request, uuid)
    membership = _membership(organisation, member)
    form = RoleForm(request.POST or None, initial={"role": membership.role})
    if request.method == "POST" and form.is_valid():
        try:
            change_role(organisation, by=person(request), member=membership.user, role=form.cleaned_data["role"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("organisations:detail", uuid)
    context = {
        "form": form,
        "organisation": organisation,
        "member": membership.user,
        "is_owner": membership.role == MemberRole.OWNER,
        "is_oneself": membership.user == request.user,
    }
    return render(request, "accounts/member.html", context)


@require_POST
def remove(request: HttpRequest, uuid: UUID, member: UUID) -> HttpResponse:
    organisation = owned(request, uuid)
    user = _membership(organisation, member).user
    try:
        remove_member(organisation, by=person(request), member=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        send_to(user, "member_removed", organisation=organisation, by=person(request))
        messages.success(request, _("%(email)s is no longer a member.") % {"email": user.email})
    return redirect("organisations:list" if user == request.user else "organisations:detail", *_of(uuid, user != request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def leave_organisation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = seat(request, uuid)
    if request.method == "POST":
        try:
            leave(found.organisation, by=person(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("organisations:detail", uuid)
        messages.success(request, _("You have left %(organisation)s.") % {"organisation": found.organisation})
        return redirect("organisations:list")
    return render(request, "accounts/leave.html", {"organisation": found.organisation})


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, uuid: UUID) -> HttpResponse:
    organisation = owned(request, uuid)
    others = organisation.memberships.exclude(role=MemberRole.OWNER).values("user")
    members = User.objects.filter(pk__in=others).order_by("email")
    form = HandOverForm(request.POST or None, members=members)
    if request.method == "POST" and form.is_valid():
        try:
            offer = offer_ownership(organisation, by=person(request), now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            send_ownership_offer(offer)
            messages.success(request, _("%(email)s is asked by e-mail, and has 7 days to accept.") % {"email": offer.to.email})
            return redirect("organisations:detail", uuid)
    context = {"form": form, "organisation": organisation, "has_others": members.exists()}
    return render(request, "accounts/hand_over.html", context)


@require_POST
def answer_offer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """``answer`` is ``accept`` or ``decline``."""
    rows = OwnershipOffer.objects.filter(to=person(request)).select_related("organisation", "by", "to")
    offer = get_object_or_404(rows, uuid=uuid)
    accepted = request.POST.get("answer") == "accept"
    try:
        if accepted:
            accept_ownership(offer, by=person(request), now=timezone.now())
            messages.success(request, _("You are now an owner of %(organisation)s.") % {"organisation": offer.organisation})
        else:
            decline_ownership(offer, by=person(request))
            messages.success(request, _("You have declined. Nothing has changed."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        send_ownership_answer(offer, accepted=accepted)
    return redirect("organisations:detail", offer.organisation.uuid)


@require_POST
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    mine = Organisation.objects.of_member(person(request))
    rows = OwnershipOffer.objects.filter(organisation__in=mine).select_related("organisation", "to")
    offer = get_object_or_404(rows, uuid=uuid)
    owned(request, offer.organisation.uuid)
    try:
        withdraw_offer(offer, by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The offer is withdrawn."))
    return redirect("organisations:detail", offer.organisation.uuid)


@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    organisation = owned(request, uuid)
    if request.method == "POST":
        try:
            order_deletion_of_organisation(organisation, by=person(request), now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("organisations:detail", uuid)
    context = {
        "organisation": organisation,
        "members": organisation.memberships.count(),
        "due_at": timezone.now() + COUNTDOWN,
        "days": COUNTDOWN.days,
    }
    return render(request, "accounts/delete_organisation.html", context)


def _invitations(organisation: Organisation, *, now: datetime) -> list[dict[str, Any]]:
    rows = Invitation.objects.filter(organisation=organisation).select_related("invited_by")
    return [{"invitation": row, "role": MemberRole(row.role), "expired": row.expires_at <= now} for row in rows]


def _membership(organisation: Organisation, member: UUID) -> Membership:
    return get_object_or_404(organisation.memberships.select_related("user"), user__uuid=member)


def _of(uuid: UUID, still: bool) -> list[UUID]:
    return [uuid] if still else []

"""Mails that the portal writes by itself, beside those of the sign-in pages."""

import smtplib
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Deletion, Invitation, OwnershipOffer, User

logger = structlog.get_logger(__name__)


def send(template: str, *, to: str, language: str, zone: str = "", **context: Any) -> bool:
    """``templates/account/email/<template>_subject.txt`` and ``_message.txt`` in this language; whether it went out.

    A mail server that refuses or does not answer is no reason to fail: what the mail tells stands on a page too.
    """
    with translation.override(language or settings.LANGUAGE_CODE), timezone.override(ZoneInfo(zone or settings.TIME_ZONE)):
        subject = " ".join(render_to_string(f"account/email/{template}_subject.txt", context).split())
        body = render_to_string(f"account/email/{template}_message.txt", context).strip()
    try:
        EmailMessage(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}", body, to=[to]).send()
    except (smtplib.SMTPException, OSError) as error:
        logger.error("mail_not_sent", template=template, error=type(error).__name__)
        return False
    return True


def send_to(user: User, template: str, **context: Any) -> bool:
    return send(template, to=user.email, language=user.language, zone=user.time_zone, **context)


def address_of(name: str, *args: Any) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"


def send_invitation(invitation: Invitation, *, token: str, by: User) -> bool:
    return send(
        "invitation",
        to=invitation.email,
        language=invitation.language,
        zone=by.time_zone,
        organisation=invitation.organisation,
        by=by,
        role=MemberRole(invitation.role),
        expires_at=invitation.expires_at,
        url=address_of("invitation", token),
    )


def send_ownership_offer(offer: OwnershipOffer) -> bool:
    return send_to(offer.to, "ownership_offered", offer=offer, url=address_of("organisations:detail", offer.organisation.uuid))


def send_ownership_answer(offer: OwnershipOffer, *, accepted: bool) -> bool:
    return send_to(offer.by, "ownership_answered", offer=offer, accepted=accepted)


def send_deletion_notice(deletion: Deletion, *, to: Iterable[User], reminder: bool) -> int:
    """How many of the mails went out."""
    template = "deletion_reminder" if reminder else "deletion_ordered"
    organisation = deletion.organisation
    url = address_of("own_data") if organisation is None else address_of("organisations:detail", organisation.uuid)
    return sum(send_to(user, template, deletion=deletion, url=url) for user in to)

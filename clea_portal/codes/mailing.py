"""A code's poster and picture by e-mail, to the person who asks for them, at an address that is proven to be theirs."""

import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from kombu.exceptions import OperationalError

from clea_portal.accounts.models import User
from clea_portal.accounts.person import person
from clea_portal.audit.trail import record_act
from clea_portal.celery import app
from clea_portal.codes.messages import archived_message, replaced_message
from clea_portal.codes.models import IssuedCode, Place
from clea_portal.codes.printing.choices import preferred_language
from clea_portal.limits import seconds_to_wait
from clea_portal.posters.documents import render_pdf
from clea_portal.posters.errors import BadPoster, PosterUnreadable
from clea_portal.posters.names import one_line
from clea_portal.posters.pictures import render_png
from clea_portal.posters.poster import Poster

logger = structlog.get_logger(__name__)
MAILS_PER_HOUR = 10
HOUR = timedelta(hours=1)


def proven_address(user: User) -> str | None:
    """The address that the person signs in with, if they have confirmed it."""
    own = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk").first()
    return str(own.email) if own else None


def order_mail(request: HttpRequest, *, task: str, code: IssuedCode, place: Place) -> None:
    """Have a worker mail the files of this code to the person, or say why not. ``task`` takes ids of the code and the person."""
    user = person(request)
    if code.replaced_at is not None or place.archived_at is not None:
        messages.warning(request, archived_message() if code.replaced_at is None else replaced_message())
        return
    address = proven_address(user)
    if address is None:
        messages.warning(request, _("Your e-mail address is not confirmed yet. Confirm it first, on your account’s page."))
        return
    wait = seconds_to_wait(f"mail:{user.pk}", limit=MAILS_PER_HOUR, window=int(HOUR.total_seconds()))
    if wait:
        messages.warning(request, _limited(wait))
        return
    try:
        app.send_task(task, args=[code.pk, user.pk], retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("broker unreachable, mail not ordered", task=task, error=type(error).__name__)
        messages.error(request, _("The mail could not be sent. Download the files instead, or try again later."))
        return
    record_act(actor=user, verb="mailed", on=place, code=str(code.uuid))
    messages.success(request, _("The poster and the code are on their way to %(address)s.") % {"address": address})


def mail_files(*, code: IssuedCode, place: Place, to: User, describe: Callable[[str], Poster]) -> bool:
    """Send the poster as PDF and the code as PNG; whether it went out. Nothing goes out that does not scan.

    ``describe``: the poster in a language, the person's where the country offers it.

    Raises SMTPException or OSError when the mail server does not take it: try again.
    """
    address = proven_address(to)
    if address is None or code.replaced_at is not None or place.archived_at is not None:
        return False
    language = to.language or settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            files = [
                ("pdf", render_pdf(describe(preferred_language(place.country.languages))), "application/pdf"),
                ("png", render_png(code.deep_link), "image/png"),
            ]
        except (BadPoster, PosterUnreadable) as error:
            logger.error("mail_not_made", error=type(error).__name__)
            return False
        context: dict[str, Any] = {"name": one_line(place.name), "check_code": code.check_code}
        subject = render_to_string("codes/email/files_subject.txt", context)
        body = render_to_string("codes/email/files_message.txt", context).strip()
    mail = EmailMessage(settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + " ".join(subject.split()), body, to=[address])
    for ending, content, kind in files:
        mail.attach(f"clea-{code.check_code}.{ending}", content, kind)
    mail.send()
    return True


# What a task tries again after a pause.
SERVER_TROUBLE = (smtplib.SMTPException, OSError)


def _limited(wait: int) -> str:
    minutes = -(-wait // 60)
    limit = ngettext(
        "You can have %(limit)s code an hour mailed to you.",
        "You can have %(limit)s codes an hour mailed to you.",
        MAILS_PER_HOUR,
    ) % {"limit": MAILS_PER_HOUR}
    again = ngettext("Try again in %(count)s minute.", "Try again in %(count)s minutes.", minutes) % {"count": minutes}
    return f"{limit} {again}"

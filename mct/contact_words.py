"""The messages that bring a contact the link: to be copied, to be opened in the agent's own programs, or to be mailed."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import get_language_info

from clea_portal.accounts.mails import address_of, send
from mct.contact_models import ContactLink


@dataclass(frozen=True, kw_only=True)
class Message:
    """``sms_url`` and ``mail_url`` open the text in a program of the agent's own device."""

    language: str
    name: str
    sms: str
    subject: str
    mail: str

    @property
    def sms_url(self) -> str:
        # Telephones of one maker want &, those of others ?; both understand this.
        return f"sms:?&body={quote(self.sms)}"

    @property
    def mail_url(self) -> str:
        return f"mailto:?subject={quote(self.subject)}&body={quote(self.mail)}"


def address(link: ContactLink) -> str:
    return address_of("contact:open", link.token)


def messages_of(link: ContactLink) -> list[Message]:
    """One in each language that the portal speaks."""
    return [_message(link, language) for language, _ in settings.LANGUAGES]


def mail_link(link: ContactLink, *, to: str, language: str) -> bool:
    """Send the link; whether the mail server took it."""
    zone = link.case.region.country.time_zone
    return send("contact_link", to=to, language=language, zone=zone, **_context(link))


def _message(link: ContactLink, language: str) -> Message:
    context = _context(link)
    with translation.override(language), timezone.override(link.case.region.country.zone):
        return Message(
            language=language,
            name=str(get_language_info(language)["name_local"]).capitalize(),
            sms=" ".join(render_to_string("mct/contact/sms.txt", context).split()),
            subject=" ".join(render_to_string("account/email/contact_link_subject.txt", context).split()),
            mail=render_to_string("account/email/contact_link_message.txt", context).strip(),
        )


def _context(link: ContactLink) -> dict[str, Any]:
    return {"region": link.case.region.name, "url": address(link), "expires_at": link.expires_at}

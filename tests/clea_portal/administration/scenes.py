"""Generations of a country's contact tracing key, as administrators make them, and what codes carry."""

from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from clea_portal.accounts.models import User
from clea_portal.administration.consenting import approve, ask
from clea_portal.administration.tracing_keys import add_tracing_key
from clea_portal.authorities.consents import ConsentAct, KeyConsent
from clea_portal.authorities.models import Country, TracingKey
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decrypt_message
from mct.messages.decrypting import decrypt_message as open_message
from mct.messages.enums import MessageState
from mct.messages.models import ContactMessage
from tests.factories import SK_SA, AdministrationFactory, ContactMessageFactory

DAY = timedelta(days=1)
# Longer than any retention of the test country.
LONG = timedelta(days=60)


def rotated(country: Country, *, now: datetime) -> TracingKey:
    """A new generation, in force from now on."""
    return add_tracing_key(country, by=None, now=now)


def contact_in(link: str, *, server: EllipticCurvePrivateKey = SK_SA) -> bytes:
    """The encrypted contact message of a code, as the holder of SK_SA sees it."""
    contact = decrypt_message(parse_link(link).lsp, server).encrypted_contact
    assert contact is not None
    return contact


def received(country: Country, link: str, *, server: EllipticCurvePrivateKey = SK_SA) -> ContactMessage:
    """What becomes of a code's contact message that the server sends."""
    message = ContactMessageFactory(country=country, state=MessageState.WAITING, content=contact_in(link, server=server))
    open_message(message.pk)
    message.refresh_from_db()
    return message


def colleague_of(country: Country) -> User:
    return AdministrationFactory(country=country).user


def agreed(key: TracingKey, act: ConsentAct, *, by: User, with_: User, now: datetime) -> KeyConsent:
    consent = ask(key, act=act, reason="moving house", by=by, now=now)
    approve(consent, by=with_, now=now)
    return consent

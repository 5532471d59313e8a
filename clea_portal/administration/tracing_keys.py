"""Key pairs of contact tracing: made here or imported, proven to belong together, taken back before their day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.errors import Gone, Refused
from clea_portal.accounts.models import User
from clea_portal.administration.changes import facts_of, record_change
from clea_portal.administration.generations import grouped
from clea_portal.authorities.envelopes import Unopenable, seal, unseal
from clea_portal.authorities.models import Country, TracingAuthority, TracingKey
from clea_portal.protocol.codes import CodeRequest, make_code
from clea_portal.protocol.derivation import new_location_secret
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.keys import fingerprint, generate_private_key, parse_private_key, private_key_hex, public_key_hex
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import LspType, decrypt_contact, decrypt_message
from clea_portal.protocol.ntp import round_to_hour, to_ntp

FURTHEST_AHEAD = timedelta(days=730)
# Clocks of two machines, and the time that a form is open.
GRACE = timedelta(minutes=10)
# Long enough before its day that no code can be under way with it.
LAST_MOMENT = timedelta(minutes=10)
_PHONE, _PIN = "33100000000", "000000"


class NotAPair(Refused):
    def __init__(self, private: EllipticCurvePublicKey, public: EllipticCurvePublicKey) -> None:
        text = _(
            "These two keys are not a pair: the private key belongs to the public key %(own)s…, and the one you entered is"
            " %(other)s…. Nothing was kept."
        )
        super().__init__(text % {"own": grouped(fingerprint(private)[:16]), "other": grouped(fingerprint(public)[:16])})


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was tried with a pair."""

    label: str | Promise
    ok: bool


@transaction.atomic
def add_tracing_key(
    country: Country,
    *,
    private_key: EllipticCurvePrivateKey | None = None,
    public_key: EllipticCurvePublicKey | None = None,
    valid_from: datetime | None = None,
    by: User | None,
    now: datetime,
) -> TracingKey:
    """A new generation, valid from now or from a date on; ``private_key`` None: a pair made here. ``by`` None: a command.

    ``public_key``: what the imported private key is said to belong to. Raises Refused, and ValidationError for a key that is
    there already or that everybody knows.
    """
    if valid_from is not None and not now - GRACE <= valid_from <= now + FURTHEST_AHEAD:
        raise Refused(
            _("Choose a date from now on, two years ahead at most. Codes that are already made keep the key that they have.")
        )
    imported = private_key is not None
    pair = private_key or generate_private_key()
    if public_key is not None and public_key != pair.public_key():
        raise NotAPair(pair.public_key(), public_key)
    # One after the other, so that two that are alike meet the check, and not the constraint.
    country = Country.objects.select_for_update().get(pk=country.pk)
    if not (country.issues_codes and country.has_tracing):
        raise Refused(_("No contact tracing key is used in this country."))
    authority, _created = TracingAuthority.objects.get_or_create(country=country, defaults={"name": country.name})
    key = TracingKey(
        authority=authority,
        private_key=private_key_hex(pair),
        public_key=public_key_hex(pair.public_key()),
        valid_from=max(valid_from or now, now),
    )
    key.full_clean(exclude=["fingerprint"])
    if not all(check.ok for check in prove(key, at=now)):
        raise Refused(_("This pair does not open what was encrypted to it. Nothing was kept: make or import another one."))
    key.save()
    record_change(actor=by, verb="key_added", on=key, imported=imported)
    return key


@transaction.atomic
def take_back(key: TracingKey, *, by: User | None, now: datetime) -> None:
    """Delete a generation that is only planned. Raises Refused once its day has come."""
    row = TracingKey.objects.select_for_update().filter(pk=key.pk).first()
    if row is None:
        raise Gone
    if row.valid_from <= now + LAST_MOMENT:
        raise Refused(_("Codes are being made with this key: it can no longer be taken back. Add another one instead."))
    record_change(actor=by, verb="key_taken_back", on=row, before=facts_of(row))
    row.consents.all().delete()
    row.delete()


def prove(key: TracingKey, *, at: datetime) -> list[Check]:
    """What shows that a pair belongs together and does its work, each with the real thing, none of it kept."""
    assert key.private_key is not None
    private, public = parse_private_key(key.private_key), parse_private_key(key.private_key).public_key()
    return [
        Check(label=gettext_lazy("The public key follows from the private key"), ok=public_key_hex(public) == key.public_key),
        Check(label=gettext_lazy("What the private key signs, the public key verifies"), ok=_signs(private, public)),
        Check(
            label=gettext_lazy("A code made with the new key gives its contact back"), ok=_opens_a_code(private, public, at=at)
        ),
        Check(label=gettext_lazy("A register page sealed for it opens"), ok=_opens_an_envelope(key)),
    ]


def _signs(private: EllipticCurvePrivateKey, public: EllipticCurvePublicKey) -> bool:
    words = b"proof of possession"
    try:
        public.verify(private.sign(words, ECDSA(SHA256())), words, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _opens_a_code(private: EllipticCurvePrivateKey, public: EllipticCurvePublicKey, *, at: datetime) -> bool:
    """A whole code, whose outer part is for a server key made for this moment, since the real SK_SA is the server's."""
    server, start = generate_private_key(), round_to_hour(to_ntp(at))
    request = CodeRequest(
        prefix="https://localhost#",
        lsp_type=LspType.SYNCHRONOUS,
        venue_type=0,
        venue_category1=0,
        venue_category2=0,
        period_duration=24,
        t_period_start=start,
        t_qr_start=start,
        sk_l=new_location_secret(),
        pk_sa=server.public_key(),
        pk_mcta=public,
        contact_phone=_PHONE,
        contact_region=0,
        contact_pin=_PIN,
    )
    try:
        message = decrypt_message(parse_link(make_code(request).deep_link).lsp, server)
        contact = decrypt_contact(message.encrypted_contact or b"", private)
    except ProtocolError:
        return False
    return (contact.phone, contact.pin, contact.t_period_start) == (_PHONE, _PIN, start)


def _opens_an_envelope(key: TracingKey) -> bool:
    content, place = b"a page", b"rehearsal"
    try:
        return unseal(seal(content, key=key, belongs_to=place), key=key, belongs_to=place) == content
    except Unopenable:
        return False

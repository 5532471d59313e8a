"""Two administrators agree: one asks, another approves, the first one exports or destroys a private key, once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clea_portal.accounts.errors import Gone, Refused
from clea_portal.accounts.models import Administration, User
from clea_portal.administration.changes import facts_of, record_change
from clea_portal.administration.generations import GenerationState, generation_of
from clea_portal.authorities.consents import TIME_TO_ACT, TIME_TO_APPROVE, ConsentAct, ConsentState, KeyConsent
from clea_portal.authorities.models import Country, TracingKey
from clea_portal.protocol.key_sealing import seal_private_key
from clea_portal.protocol.keys import parse_private_key

# Digits of the fingerprint that somebody types who destroys a key.
TYPED_DIGITS = 8
PEOPLE = 2


def administrators_of(country: Country) -> list[User]:
    found = Administration.objects.active().filter(country=country).select_related("user")
    return [row.user for row in found.order_by("user__email")]


@transaction.atomic
def ask(key: TracingKey, *, act: ConsentAct, reason: str, by: User, now: datetime) -> KeyConsent:
    """Raises Refused: no second administrator, asked already, destroyed, or still needed."""
    key = _locked(key)
    _still_there(key)
    if act == ConsentAct.DESTROY:
        _not_needed(key, now=now)
    if not any(user.pk != by.pk for user in administrators_of(key.authority.country)):
        raise Refused(_("This takes two administrators, and you are the only one of this country. Have a second one appointed."))
    end_overdue(now=now, key=key)
    if KeyConsent.objects.open(now).filter(key=key, act=act).exists():
        raise Refused(_("This has been asked for already. Look at what waits for an answer."))
    consent = KeyConsent.objects.create(key=key, act=act, reason=reason, asked_by=by, asked_at=now)
    _note("consent_asked", consent, by=by)
    return consent


@transaction.atomic
def approve(consent: KeyConsent, *, by: User, now: datetime) -> None:
    """By another administrator than who asked. Raises Refused."""
    if consent.asked_by_id == by.pk:
        raise Refused(_("Another administrator has to approve what you ask for."))
    waiting = KeyConsent.objects.filter(pk=consent.pk, state=ConsentState.ASKED, asked_at__gt=now - TIME_TO_APPROVE)
    if not waiting.exclude(asked_by=by).update(state=ConsentState.APPROVED, approved_by=by, approved_at=now):
        raise Gone
    _note("consent_approved", consent, by=by)


@transaction.atomic
def refuse(consent: KeyConsent, *, by: User, now: datetime) -> None:
    """By another administrator; by who asked, it is called off. Also what is approved, until it is used. Raises Gone."""
    own = consent.asked_by_id == by.pk
    state = ConsentState.CALLED_OFF if own else ConsentState.REFUSED
    if not KeyConsent.objects.open(now).filter(pk=consent.pk).update(state=state, ended_at=now):
        raise Gone
    _note("consent_called_off" if own else "consent_refused", consent, by=by)


@transaction.atomic
def export(consent: KeyConsent, *, passphrase: str, by: User, now: datetime) -> str:
    """The private key as PEM under a passphrase, once. Raises Refused, and BadValue for a passphrase of a wrong length."""
    key = _locked(consent.key)
    _still_there(key)
    assert key.private_key is not None
    # First: who has mistyped the passphrase has not used it up.
    pem = seal_private_key(parse_private_key(key.private_key), passphrase=passphrase)
    _use(consent, ConsentAct.EXPORT, by=by, now=now)
    _note("key_exported", consent, by=by)
    return pem


@transaction.atomic
def destroy(consent: KeyConsent, *, typed: str, by: User, now: datetime) -> None:
    """Erase the private key for good. ``typed``: the first TYPED_DIGITS of the fingerprint. Raises Refused."""
    key = _locked(consent.key)
    _still_there(key)
    if "".join(typed.split()).lower() != key.fingerprint[:TYPED_DIGITS]:
        raise Refused(_("This is not how the fingerprint begins. Look at it again: is this the key that you mean?"))
    _not_needed(key, now=now)
    _use(consent, ConsentAct.DESTROY, by=by, now=now)
    erase(key, by=by, now=now, consent=str(consent.uuid))


def erase(key: TracingKey, *, by: User | None, now: datetime, **details: Any) -> None:
    """In the caller's transaction, which has locked the key."""
    before = facts_of(key)
    TracingKey.objects.filter(pk=key.pk).update(private_key=None, destroyed_at=now)
    key.refresh_from_db()
    record_change(actor=by, verb="key_destroyed", on=key, before=before, **details)


@transaction.atomic
def destroy_by_command(key: TracingKey, *, answerable: Sequence[User], now: datetime) -> None:
    """By whoever may run commands on the server; ``answerable``: who agreed to it, two administrators of the country at least.

    Raises Refused.
    """
    key = _locked(key)
    _still_there(key)
    administrators = {user.pk for user in administrators_of(key.authority.country)}
    if len({user.pk for user in answerable} & administrators) < PEOPLE:
        raise Refused(_("This takes two different administrators of the country who are not suspended. Name both."))
    _not_needed(key, now=now)
    erase(key, by=None, now=now, administrators=sorted(str(user.uuid) for user in answerable))


def end_overdue(*, now: datetime, key: TracingKey | None = None) -> int:
    """What nobody answered or used in time is expired; how many."""
    rows = KeyConsent.objects.over(now)
    return (rows if key is None else rows.filter(key=key)).update(state=ConsentState.EXPIRED, ended_at=now)


def _use(consent: KeyConsent, act: ConsentAct, *, by: User, now: datetime) -> None:
    """Of two who come at the same moment, one finds it used."""
    approved = KeyConsent.objects.filter(pk=consent.pk, act=act, state=ConsentState.APPROVED, asked_by=by)
    if not approved.filter(approved_at__gt=now - TIME_TO_ACT).update(state=ConsentState.DONE, ended_at=now):
        raise Gone


def _locked(key: TracingKey) -> TracingKey:
    return TracingKey.objects.select_for_update(of=("self",)).select_related("authority__country").get(pk=key.pk)


def _still_there(key: TracingKey) -> None:
    if key.destroyed_at is not None:
        raise Refused(_("This private key was destroyed: nothing is left of it."))


def _not_needed(key: TracingKey, *, now: datetime) -> None:
    if generation_of(key, now=now).state != GenerationState.DESTROYABLE:
        raise Refused(_("Something still needs this key: its page says what, and until when."))


def _note(verb: str, consent: KeyConsent, *, by: User) -> None:
    """The reason is not noted: it stands with the request, encrypted, and people write what they like there."""
    record_change(
        actor=by, verb=verb, on=consent.key, before=facts_of(consent.key), act=str(consent.act), consent=str(consent.uuid)
    )

"""A country's cluster server: what an administrator sets up of it."""

from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.administration.changes import facts_of, note_act, record_change
from clea_portal.authorities.enums import Authentication, ServerKind
from clea_portal.authorities.models import Country, ServerAuthority, ServerKey, VenueTypeExposure
from clea_portal.protocol.keys import fingerprint, generate_private_key, private_key_hex, public_key_hex


class Refused(Exception):
    """It cannot be done; ``args[0]`` says why."""


@transaction.atomic
def set_server(*, country: Country, values: dict[str, Any], by: User | None) -> ServerAuthority:
    """Enter a country's server, or change it. ``values``: by names of its fields; those left out stay."""
    list(Country.objects.select_for_update().filter(pk=country.pk))
    server = ServerAuthority.objects.filter(country=country).first()
    if server is None:
        form = values.get("kind") == ServerKind.FORM
        fresh = {"authentication": Authentication.NONE if form else Authentication.KEY}
        server = ServerAuthority(country=country, **(fresh | values))
        server.full_clean()
        server.save()
        record_change(actor=by, verb="server_added", on=server)
        return server
    before = facts_of(server)
    changed = [name for name, value in values.items() if getattr(server, name) != value]
    if changed:
        for name in changed:
            setattr(server, name, values[name])
        server.full_clean()
        server.save(update_fields=changed)
        record_change(actor=by, verb="server_changed", on=server, before=before)
    return server


def make_client_key(*, server: ServerAuthority, by: User | None) -> EllipticCurvePublicKey:
    """A new ES256 key of the portal, in place of the present one: from now on, the server must know this one."""
    pair = generate_private_key()
    set_server(country=server.country, values={"client_key": private_key_hex(pair)}, by=by)
    return pair.public_key()


@transaction.atomic
def set_exposures(*, server: ServerAuthority, rules: dict[int, tuple[int, int]], by: User | None) -> None:
    """``rules``: slots before and after by venue type; those that are not there follow the default."""
    list(ServerAuthority.objects.select_for_update().filter(pk=server.pk))
    present = {row.venue_type: (row.slots_before, row.slots_after) for row in server.exposures.all()}
    if present == rules:
        return
    server.exposures.all().delete()
    VenueTypeExposure.objects.bulk_create(
        VenueTypeExposure(authority=server, venue_type=number, slots_before=before, slots_after=after)
        for number, (before, after) in sorted(rules.items())
    )
    note_act(
        actor=by,
        verb="exposures_changed",
        on=server,
        pk=server.pk,
        before={str(number): list(slots) for number, slots in sorted(present.items())},
        after={str(number): list(slots) for number, slots in sorted(rules.items())},
    )


@transaction.atomic
def add_server_key(
    *, server: ServerAuthority, key: EllipticCurvePublicKey, valid_from: datetime | None, by: User | None
) -> ServerKey:
    """A new generation of PK_SA, from a moment on (None: now). Raises Refused.

    A past date only for the first one: where another was in force, codes may have been made since that were not encrypted to
    this one, and displays and papers would not agree on when the change was.
    """
    now = timezone.now()
    list(ServerAuthority.objects.select_for_update().filter(pk=server.pk))
    if server.keys.filter(fingerprint=fingerprint(key)).exists():
        raise Refused(_("This key is already there."))
    if valid_from is not None and valid_from < now and server.keys.filter(valid_from__lte=now).exists():
        raise Refused(
            _("Another key is in force, and codes may have been made with it since then: choose a date to come, or none.")
        )
    return _keep_key(server, key, valid_from or now, by)


@transaction.atomic
def import_server_key(
    *, server: ServerAuthority, key: EllipticCurvePublicKey, valid_from: datetime, by: User | None
) -> ServerKey:
    """A generation of a foreign server, from whenever its country says: no code is made with it here. Raises Refused."""
    assert not server.country.issues_codes
    return _keep_key(server, key, valid_from, by)


def _keep_key(server: ServerAuthority, key: EllipticCurvePublicKey, valid_from: datetime, by: User | None) -> ServerKey:
    row = ServerKey(authority=server, public_key=public_key_hex(key), valid_from=valid_from)
    row.full_clean(exclude=["fingerprint"])
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(_("This key is already there.")) from None
    record_change(actor=by, verb="server_key_added", on=row)
    return row


@transaction.atomic
def withdraw_server_key(*, key: ServerKey, by: User | None) -> None:
    """Take back a planned generation. One that was in force stays for good: codes carry it. Raises Refused."""
    before = facts_of(key)
    taken, _rows = ServerKey.objects.filter(pk=key.pk, valid_from__gt=timezone.now()).delete()
    if not taken:
        raise Refused(_("This key is or was in force: codes were made with it. Add a new one instead."))
    note_act(
        actor=by,
        verb="server_key_withdrawn",
        on=key,
        pk=before["fingerprint"],
        before=before,
        after=None,
    )

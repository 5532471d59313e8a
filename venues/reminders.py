"""Reminds people by mail that a static code should be renewed. A venue's reminders can be switched off."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from clea_portal.accounts.mails import address_of, send_to
from clea_portal.accounts.models import Membership, User
from clea_portal.audit.trail import record_act
from clea_portal.authorities.models import Country
from clea_portal.codes.access import WRITERS
from clea_portal.posters.names import one_line
from venues.models import Venue, VenueCode, VenueQuerySet

# Of one turn of the periodic task; the others follow at the next.
MOST_AT_ONCE = 2_000
# Longer mails nobody reads: the list of venues has them all.
MOST_NAMED = 20


def remind(*, now: datetime) -> int:
    """Send one mail to each owner and editor about their venues whose code has grown old since the last one. How many mails.

    A venue is marked first, so that two workers never remind of it twice; a mail that fails is not sent again: what it says
    stands in the list of venues too.
    """
    due = [venue for venue in _due(now)[:MOST_AT_ONCE] if _claim(venue, now=now)]
    venues = Venue.objects.with_country().filter(pk__in=[venue.pk for venue in due])
    by_organisation: dict[int, list[Venue]] = {}
    for venue in venues:
        by_organisation.setdefault(venue.organisation_id, []).append(venue)
    by_person: dict[User, list[Venue]] = {}
    writers = Membership.objects.filter(organisation__in=by_organisation, role__in=WRITERS, user__is_active=True)
    for membership in writers.select_related("user").order_by("user", "organisation"):
        by_person.setdefault(membership.user, []).extend(by_organisation[membership.organisation_id])
    return sum(_send(user, venues) for user, venues in by_person.items())


@transaction.atomic
def set_reminders(venue: Venue, *, wanted: bool, by: User) -> None:
    if Venue.objects.filter(pk=venue.pk).exclude(reminders=wanted).update(reminders=wanted):
        record_act(actor=by, verb="reminders_on" if wanted else "reminders_off", on=venue)


def _due(now: datetime) -> VenueQuerySet:
    """In use, with reminders on, and with a static code older than its country advises, of which no mail has told yet."""
    old = Q(pk__in=[])
    for country in Country.objects.filter(issues_codes=True):
        old |= Q(venue__region__country=country, created_at__lte=now - timedelta(days=country.renewal_days))
    codes = VenueCode.objects.static().current().filter(old, valid_until=None)
    untold = codes.filter(Q(venue__reminded_at=None) | Q(venue__reminded_at__lt=F("created_at")))
    return Venue.objects.in_use().filter(reminders=True, pk__in=untold.values("venue")).order_by("organisation", "pk")


def _claim(venue: Venue, *, now: datetime) -> bool:
    return bool(Venue.objects.filter(pk=venue.pk, reminded_at=venue.reminded_at).update(reminded_at=now))


def _send(user: User, venues: list[Venue]) -> bool:
    shown = [(one_line(venue.name), address_of("venues:detail", venue.uuid)) for venue in venues[:MOST_NAMED]]
    address = f"{address_of('venues:list')}?show=attention"
    return send_to(user, "renewal_reminder", venues=shown, number=len(venues), more=len(venues) - len(shown), address=address)

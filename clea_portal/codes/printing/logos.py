"""Own logos: cleaned, kept encrypted, and used on prints of their own organisation only."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clea_portal.accounts.models import Organisation, User
from clea_portal.audit.trail import record_act
from clea_portal.codes.models import Place
from clea_portal.codes.printing.models import OwnLogo
from clea_portal.posters.logos import Logo, clean_logo

# Longer than a job waits and its result is kept.
SINGLE_USE_RETENTION = timedelta(days=2)
# Of one organisation, for single prints: the oldest make room.
MOST_FOR_SINGLE_USE = 50


def keep_logo(content: bytes, *, organisation: Organisation, remember: bool, by: User) -> OwnLogo:
    """Clean an uploaded file and keep it: for prints to come, or for a single one. Raises BadLogo."""
    # Before the transaction: it may take seconds, for which nobody else should have to wait.
    logo = clean_logo(content)
    return _keep(logo, organisation=organisation, remember=remember, by=by)


@transaction.atomic
def _keep(logo: Logo, *, organisation: Organisation, remember: bool, by: User) -> OwnLogo:
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    if remember:
        forget_logo(organisation=organisation, by=None)
        record_act(actor=by, verb="logo_kept", on=organisation)
    single = OwnLogo.objects.filter(organisation=organisation, remembered=False).order_by("-created_at", "-pk")
    OwnLogo.objects.filter(pk__in=list(single.values_list("pk", flat=True)[MOST_FOR_SINGLE_USE - 1 :])).delete()
    return OwnLogo.objects.create(
        organisation=organisation,
        content=logo.content,
        content_type=logo.content_type,
        width=logo.width,
        height=logo.height,
        remembered=remember,
    )


@transaction.atomic
def forget_logo(*, organisation: Organisation, by: User | None) -> None:
    """Remember no logo any more; orders that are under way keep theirs."""
    changed = OwnLogo.objects.filter(organisation=organisation, remembered=True).update(
        remembered=False, created_at=timezone.now()
    )
    if changed and by is not None:
        record_act(actor=by, verb="logo_forgotten", on=organisation)


def logos_for(organisation: Organisation, *, just_sent: str) -> list[OwnLogo]:
    """Those that the form offers, the likeliest first."""
    wanted = Q(remembered=True)
    if uuid := _uuid(just_sent):
        wanted |= Q(uuid=uuid)
    rows = OwnLogo.objects.filter(wanted, organisation=organisation).defer("content")
    return sorted(rows, key=lambda logo: str(logo.uuid) != just_sent)


def read_logo(uuid: str, *, places: Sequence[Place]) -> Logo | None:
    """The logo to print; nothing when none was chosen, or when it is not, or no longer, one of these places' organisation."""
    wanted = _uuid(uuid)
    if wanted is None:
        return None
    organisations = {place.organisation_id for place in places}
    row = OwnLogo.objects.filter(uuid=wanted, organisation__in=organisations).first()
    if row is None or len(organisations) > 1:
        return None
    assert row.content is not None
    return Logo(content=bytes(row.content), content_type=row.content_type, width=row.width, height=row.height)


def purge(*, now: datetime) -> int:
    """Delete logos that were for a single print, or are remembered no more; how many."""
    return OwnLogo.objects.filter(remembered=False, created_at__lte=now - SINGLE_USE_RETENTION).delete()[0]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

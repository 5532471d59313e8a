"""What of contact tracing still needs a generation of SK_MCTA."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Max
from django.utils.translation import ngettext

from clea_portal.authorities.key_uses import Use
from clea_portal.authorities.models import Country, TracingKey
from mct.contact_models import RegisterPage
from mct.messages.enums import MessageState
from mct.messages.models import ContactMessage


def uses(country: Country, generations: Sequence[TracingKey], now: datetime) -> dict[int, list[Use]]:
    """Register pages sealed for it, and contact messages that wait, which may be for any: two queries."""
    found: dict[int, list[Use]] = {key.pk: [] for key in generations}
    pages = RegisterPage.objects.kept(now).filter(key__in=generations).order_by().values("key")
    for row in pages.annotate(count=Count("pk"), last=Max("expires_at")):
        words = ngettext("%(count)d page of a visitors’ register", "%(count)d pages of visitors’ registers", row["count"])
        found[row["key"]].append(Use(words=words % {"count": row["count"]}, count=row["count"], until=row["last"]))
    waiting = ContactMessage.objects.filter(country=country, state=MessageState.WAITING).count()
    if waiting:
        words = ngettext("%(count)d contact message to be decrypted", "%(count)d contact messages to be decrypted", waiting)
        for parts in found.values():
            parts.append(Use(words=words % {"count": waiting}, count=waiting))
    return found

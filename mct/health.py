"""What waits in contact tracing, for readiness, the page of the portal's health and its metrics. Counts, never cases."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clea_portal.monitoring.lines import Group, Light, Line, Measure, Moment, light_of, queue_line, spoken
from mct.enums import CaseState, DeclarationState, PictureState
from mct.messages.enums import MessageState
from mct.messages.models import ContactMessage
from mct.models import Case, Declaration, Picture

LATE = timedelta(minutes=15)
_STATES = [DeclarationState.HELD, DeclarationState.READY, DeclarationState.SENDING]
_UNREAD = [PictureState.WAITING, PictureState.READING]
_MINUTES = timedelta(minutes=1)


def oldest_unsent_declaration() -> dict[str, Any]:
    """Seconds since the oldest declaration that could have left has been waiting; not ok from 15 minutes on."""
    now = timezone.now()
    oldest = Declaration.objects.filter(state__in=_STATES, hold_until__lte=now).order_by("hold_until").first()
    return _within(now - oldest.hold_until if oldest else timedelta())


def oldest_withdrawal() -> dict[str, Any]:
    """Seconds since the oldest withdrawal that its server has not answered is due; not ok from 15 minutes on."""
    now = timezone.now()
    oldest = _withdrawals()["oldest"]
    return _within(now - oldest if oldest else timedelta())


def backlog(moment: Moment) -> Group:
    """Six queries, each with an index for what it counts."""
    soon, late = 2 * _MINUTES, LATE
    worker = _("See that workers run and reach the cluster servers; the lines below say which one does not answer.")
    reading = _("Start more workers; “reading_process_broke” in the log means that pictures cannot be read on that machine.")
    pictures = Picture.objects.filter(state__in=_UNREAD).aggregate(count=Count("pk"), oldest=Min("created_at"))
    linking = Case.objects.filter(state=CaseState.LINKING).aggregate(count=Count("pk"), oldest=Min("state_changed_at"))
    sealed = ContactMessage.objects.filter(state=MessageState.WAITING).aggregate(count=Count("pk"), oldest=Min("received_at"))
    lines = [
        _declarations(moment, advice=worker),
        queue_line(
            key="withdrawals",
            label=gettext_lazy("Withdrawals at cluster servers"),
            now=moment.now,
            amber=soon,
            red=late,
            advice=worker,
            **_withdrawals(),
        ),
        _unknown(),
    ]
    for key, label, found in (
        ("pictures", gettext_lazy("Pictures to read"), pictures),
        ("linking", gettext_lazy("Cases whose code is being read"), linking),
        ("contact_messages", gettext_lazy("Contact messages to decrypt"), sealed),
    ):
        lines.append(queue_line(key=key, label=label, now=moment.now, amber=soon, red=late, advice=reading, **found))
    return Group(label=gettext_lazy("On its way"), lines=[*lines, _unreadable()])


def _declarations(moment: Moment, *, advice: str) -> Line:
    due = Declaration.objects.filter(state__in=_STATES).order_by()
    rows = list(due.values("state").annotate(count=Count("pk"), oldest=Min("hold_until")))
    counts = {row["state"]: row["count"] for row in rows}
    overdue = min((row["oldest"] for row in rows if row["oldest"] <= moment.now), default=None)
    age = moment.now - overdue if overdue else None
    light = light_of(age, amber=2 * _MINUTES, red=LATE)
    on_hold, rest = counts.get(DeclarationState.HELD, 0), sum(counts.values()) - counts.get(DeclarationState.HELD, 0)
    says = _("%(rest)s about to be sent, %(held)s held.") % {"rest": rest, "held": on_hold}
    if age is not None:
        says += " " + _("The first one is due for %(age)s.") % {"age": spoken(age)}
    about = "How many declarations are on their way, by state."
    waiting = [
        Measure(name="clea_declarations_waiting", about=about, value=counts.get(state, 0), labels={"state": state.value})
        for state in _STATES
    ]
    oldest = Measure(
        name="clea_declarations_oldest_seconds",
        about="Seconds that the oldest declaration is due.",
        value=round(age.total_seconds(), 3) if age else 0,
    )
    return Line(
        key="declarations",
        label=gettext_lazy("Declarations to send"),
        light=light,
        says=says,
        advice=advice if light != Light.GREEN else "",
        measures=(*waiting, oldest),
    )


def _unknown() -> Line:
    count = Declaration.objects.filter(state=DeclarationState.UNKNOWN).count()
    says = ngettext("%(count)s waits for a decision.", "%(count)s wait for a decision.", count) % {"count": count}
    return Line(
        key="unknown",
        label=gettext_lazy("Declarations of unknown outcome"),
        light=Light.AMBER if count else Light.GREEN,
        says=says if count else _("None."),
        advice=_("The teams decide them in their cases: the portal repeats none by itself.") if count else "",
        measures=(
            Measure(name="clea_declarations_unknown", about="How many declarations have an unknown outcome.", value=count),
        ),
    )


def _unreadable() -> Line:
    count = ContactMessage.objects.filter(state=MessageState.UNREADABLE).count()
    says = ngettext("No key opens %(count)s message.", "No key opens %(count)s messages.", count) % {"count": count}
    return Line(
        key="unreadable_messages",
        label=gettext_lazy("Contact messages that no key opens"),
        light=Light.AMBER if count else Light.GREEN,
        says=says if count else _("None."),
        advice=_("Add the missing key pair of contact tracing; then a lead has them decrypted again.") if count else "",
        measures=(
            Measure(name="clea_contact_messages_unreadable", about="How many contact messages no key opens.", value=count),
        ),
    )


def _withdrawals() -> dict[str, Any]:
    """``count`` of those under way; ``oldest``: when the first one was ordered."""
    rows = Declaration.objects.filter(state=DeclarationState.WITHDRAWING)
    return rows.aggregate(count=Count("pk"), oldest=Min("withdrawal_ordered_at"))


def _within(waiting: timedelta) -> dict[str, Any]:
    return {"ok": waiting < LATE, "seconds": round(waiting.total_seconds())}

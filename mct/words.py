"""What the codes and times of cases are in words, in the active language and time zone."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clea_portal.cluster_server.explanations import explain
from clea_portal.cluster_server.outcomes import Reason
from mct.enums import DeclarationState, Problem
from mct.models import Declaration
from mct.sweeping import WORKER_LOST

# For lists, where the whole sentence of ``Problem`` is too long.
IN_SHORT: dict[Problem, Promise] = {
    Problem.NO_CODE: gettext_lazy("no code could be read"),
    Problem.SEVERAL_CODES: gettext_lazy("several codes: choose one"),
    Problem.UNKNOWN_COUNTRY: gettext_lazy("code of an unknown country"),
    Problem.NO_SERVER: gettext_lazy("no cluster server"),
    Problem.TYPE_REFUSED: gettext_lazy("the server takes no asynchronous codes"),
    Problem.OTHER_TIME: gettext_lazy("the code is for another time"),
    Problem.TOO_OLD: gettext_lazy("too long ago"),
    Problem.REFUSED: gettext_lazy("refused by the server"),
    Problem.UNKNOWN_OUTCOME: gettext_lazy("outcome unknown: decide"),
}

_LINK_MISTAKES: dict[str, Promise] = {
    "no_prefix": gettext_lazy("the country's address is missing before the # sign; copy the whole link"),
    "wrong_size": gettext_lazy("its length is that of no code; copy the whole link"),
    "too_short": gettext_lazy("it is cut off; copy the whole link"),
    "unknown_version": gettext_lazy("it is of another version of CLÉA than this portal knows"),
    "unknown_type": gettext_lazy("it is of a kind that this portal does not know"),
    "reserved_bits_set": gettext_lazy("it is damaged; copy it again"),
    "bad_value": gettext_lazy("the time in it is none; copy it again"),
}


def explain_link(mistake: str) -> str:
    """What is wrong with a pasted link, as the end of a sentence; ``mistake``: the argument of NotALink."""
    return str(_LINK_MISTAKES.get(mistake, gettext_lazy("this is not the link of a CLÉA code")))


def explain_reason(reason: str) -> str:
    """The sentence for a declaration's reason; empty where there is none."""
    if reason == WORKER_LOST:
        return _("The portal's worker stopped during the call. The server may or may not have taken the declaration.")
    return explain(reason) if reason else ""


def clock(moment: datetime) -> str:
    return date_format(localtime(moment), "H:i")


def day(moment: datetime) -> str:
    return date_format(localtime(moment), "l j F Y")


def short_day(moment: datetime) -> str:
    return date_format(localtime(moment), "D j N Y")


def hours(start: datetime, end: datetime) -> str:
    """A span without its first day: ``12:00 – 14:00``, or ``22:00 – 02:00 (Sun 14 June 2026)`` where it ends on another day."""
    span = f"{clock(start)} – {clock(end)}"
    return span if localtime(start).date() == localtime(end).date() else f"{span} ({short_day(end)})"


def span(start: datetime, end: datetime) -> str:
    """A span with its day: ``Saturday 13 June 2026, 12:00 – 14:00``."""
    return f"{day(start)}, {hours(start, end)}"


def moment(at: datetime, *, now: datetime) -> str:
    """A time of day, with the day where that is not today."""
    return clock(at) if localtime(at).date() == localtime(now).date() else f"{short_day(at)} {clock(at)}"


def countdown(until: datetime, *, now: datetime) -> str:
    """Minutes and seconds that are left, never negative: ``4 min 05 s``."""
    seconds = max(0, round((until - now).total_seconds()))
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": seconds}
    return _("%(minutes)d min %(seconds)02d s") % {"minutes": seconds // 60, "seconds": seconds % 60}


def being_withdrawn() -> str:
    """Why hours cannot be declared for the moment."""
    return _("These hours are being withdrawn at the server. Wait until that is done, then declare them.")


# What a withdrawal's call came to, where the words for a declaration's would say something else.
_WITHDRAWALS: dict[str, Promise] = {
    Reason.TIMED_OUT: gettext_lazy("The cluster server did not answer in time."),
    Reason.DROPPED: gettext_lazy("The connection broke before the answer came."),
    Reason.GATEWAY_LOST_IT: gettext_lazy("A server in between answered instead of the cluster server."),
    Reason.CONFLICT: gettext_lazy("The cluster server says that it is somebody else's declaration."),
    Reason.REFUSED_BY_SERVER: gettext_lazy("The cluster server refused the withdrawal."),
}


def explain_withdrawal(reason: str) -> str:
    return str(_WITHDRAWALS[reason]) if reason in _WITHDRAWALS else explain_reason(reason)


def _standing(declaration: Declaration) -> tuple[str, str]:
    if declaration.withdrawal_reason:
        why = explain_withdrawal(declaration.withdrawal_reason)
        return why, _("It was not withdrawn and still counts. When what was wrong is mended, withdraw it again.")
    if declaration.state == DeclarationState.PUBLISHED:
        return _("It stands in the public list. Phones that were there warn their owners."), ""
    return _("The cluster server accepted it."), _("The portal watches the public list until it stands there.")


def story(declaration: Declaration, *, now: datetime) -> tuple[str, str]:
    """What became of a declaration, and what happens next or can be done."""
    told = explain_reason(declaration.reason)
    match declaration.state:
        case DeclarationState.HELD:
            until = moment(declaration.hold_until, now=now)
            return _("It is held until %(time)s.") % {"time": until}, _(
                "Then it leaves by itself. Until then it can be withdrawn."
            )
        case DeclarationState.READY if declaration.attempts:
            tries = ngettext("Tried once.", "Tried %(count)d times.", declaration.attempts) % {"count": declaration.attempts}
            at = moment(declaration.next_attempt_at, now=now)
            return f"{told} {tries}", _("The portal tries again by itself at %(time)s. You need not do anything.") % {"time": at}
        case DeclarationState.READY:
            return _("It is about to be sent."), ""
        case DeclarationState.SENDING:
            return _("It is being sent to the cluster server."), ""
        case DeclarationState.ACCEPTED | DeclarationState.PUBLISHED:
            return _standing(declaration)
        case DeclarationState.WITHDRAWING if declaration.withdrawal_reason:
            at = moment(declaration.next_attempt_at, now=now)
            again = _("The portal tries again by itself at %(time)s. You need not do anything.") % {"time": at}
            return explain_withdrawal(declaration.withdrawal_reason), again
        case DeclarationState.WITHDRAWING:
            return _("The cluster server is being told to withdraw it."), ""
        case DeclarationState.REFUSED:
            return told, _("These hours are not declared.")
        case DeclarationState.UNKNOWN:
            return told, _("It is not repeated by itself. If the public list shows it, the portal notices.")
        case DeclarationState.WITHDRAWN if declaration.withdrawn_at:
            at = moment(declaration.withdrawn_at, now=now)
            told = _("The cluster server has withdrawn it (%(time)s).") % {"time": at}
            return told, _("Phones that read the list before may have warned their owners.")
        case _:
            return _("It was withdrawn before it left. Nothing was sent."), ""

"""How each cluster server does: its last answers, its public list, and what was seen published there."""

from datetime import datetime, timedelta

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.outcomes import Outcome, Result
from clea_portal.monitoring import signs
from clea_portal.monitoring.lines import Group, Light, Line, Measure, Moment, light_of, seconds_since_epoch, spoken
from clea_portal.monitoring.models import Sign
from mct.enums import DeclarationState
from mct.models import Declaration

# From being accepted to being seen in the public list.
_SLOW, _LOST = timedelta(hours=1), timedelta(hours=6)
_RECENT = timedelta(hours=1)


def calls_of(server_id: int) -> str:
    return f"server:{server_id}"


def list_of(server_id: int) -> str:
    return f"list:{server_id}"


def publications_of(server_id: int) -> str:
    return f"published:{server_id}"


def note_call(server_id: int, outcome: Outcome) -> None:
    """A refusal is an answer too: the server is there. After the call's own transaction."""
    now = timezone.now()
    if outcome.result in (Result.ACCEPTED, Result.REFUSED):
        signs.seen(calls_of(server_id), now=now)
    else:
        signs.failed(calls_of(server_id), detail=outcome.reason, now=now)


def check(moment: Moment) -> Group:
    """Two queries, however many servers."""
    unseen = Declaration.objects.filter(state=DeclarationState.ACCEPTED).order_by()
    waiting = dict(unseen.values_list("server").annotate(Min("accepted_at")))
    lines = []
    for server in ServerAuthority.objects.select_related("country").order_by("country__code"):
        lines += [_calls(moment, server), _list(moment, server, waiting.get(server.pk))]
    return Group(label=gettext_lazy("Cluster servers"), lines=lines)


def _calls(moment: Moment, server: ServerAuthority) -> Line:
    sign = moment.signs.get(calls_of(server.pk)) or Sign()
    light, advice = Light.GREEN, ""
    if sign.is_failing:
        light = _how_bad(moment, sign)
        says = _("The last call failed, %(age)s ago (%(why)s).") % _failure(moment, sign)
        advice = _("Try the connection on the country’s page, and tell the server’s operator. What waits is sent by itself then.")
    elif sign.seen_at is None:
        says = _("Not called yet.")
    else:
        says = _("Answered the last call, %(age)s ago.") % {"age": spoken(moment.now - sign.seen_at)}
    return Line(
        key=f"server_{server.country.code}",
        label=_("%(server)s (%(country)s): calls") % {"server": server.name, "country": server.country.name},
        light=light,
        says=says,
        advice=advice,
        measures=_moments(server, "server_last", "answered a call", "failed to", sign),
    )


def _list(moment: Moment, server: ServerAuthority, oldest: datetime | None) -> Line:
    sign = moment.signs.get(list_of(server.pk)) or Sign()
    published = moment.signs.get(publications_of(server.pk)) or Sign()
    age = moment.now - oldest if oldest else None
    light, advice = light_of(age, amber=_SLOW, red=_LOST), ""
    if published.seen_at is None:
        said = [_("Nothing was seen published yet.")]
    else:
        said = [_("The last publication was seen %(age)s ago.") % {"age": spoken(moment.now - published.seen_at)}]
    if age is not None and light != Light.GREEN:
        said.append(_("The server took a declaration %(age)s ago that its list does not show.") % {"age": spoken(age)})
        advice = _("Ask the server’s operator whether lists are still made.")
    if sign.is_failing:
        light = _how_bad(moment, sign)
        said.append(_("The list cannot be read (%(why)s).") % {"why": sign.detail})
        advice = _("See that the address of the list is right and that it answers; then tell the server’s operator.")
    return Line(
        key=f"list_{server.country.code}",
        label=_("%(server)s (%(country)s): public list") % {"server": server.name, "country": server.country.name},
        light=light,
        says=" ".join(said),
        advice=advice,
        measures=(
            *_moments(server, "list_last", "could be read", "could not", sign),
            Measure(
                name="clea_publication_last_seen_timestamp_seconds",
                about="When a declaration was last seen published (Unix time).",
                value=seconds_since_epoch(published.seen_at),
                labels={"server": server.country.code},
            ),
            Measure(
                name="clea_unpublished_oldest_seconds",
                about="Seconds since the oldest declaration was accepted that is not published.",
                value=round(age.total_seconds(), 3) if age else 0,
                labels={"server": server.country.code},
            ),
        ),
    )


def _how_bad(moment: Moment, sign: Sign) -> Light:
    """What failed just now fails; what failed long ago was not tried since, for nothing waits."""
    recent = sign.failed_at is not None and sign.failed_at > moment.now - _RECENT
    return Light.RED if recent else Light.AMBER


def _failure(moment: Moment, sign: Sign) -> dict[str, str]:
    return {"age": spoken(moment.now - (sign.failed_at or moment.now)), "why": sign.detail}


def _moments(server: ServerAuthority, name: str, works: str, fails: str, sign: Sign) -> tuple[Measure, Measure]:
    labels = {"server": server.country.code}
    return (
        Measure(
            name=f"clea_{name}_success_timestamp_seconds",
            about=f"When it last {works} (Unix time).",
            value=seconds_since_epoch(sign.seen_at),
            labels=labels,
        ),
        Measure(
            name=f"clea_{name}_failure_timestamp_seconds",
            about=f"When it last {fails} (Unix time).",
            value=seconds_since_epoch(sign.failed_at),
            labels=labels,
        ),
    )

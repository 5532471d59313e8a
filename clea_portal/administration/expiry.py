"""Which certificates between the portal and its cluster servers are about to expire, for the page of health."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.administration.certificates import facts_of_certificate
from clea_portal.administration.country_models import ConnectionTest
from clea_portal.authorities.enums import Authentication
from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.connection import Name
from clea_portal.monitoring.lines import Group, Light, Line, Measure, Moment, light_of, seconds_since_epoch

SOON, NOW = timedelta(days=30), timedelta(days=7)


def check(moment: Moment) -> Group:
    """One query. A server's own certificate is known from its last connection test."""
    lines = []
    for server in ServerAuthority.objects.select_related("country", "connection_test").order_by("country__code"):
        ends = {
            "server": (_("Certificate of %(server)s"), _ends_at_server(server), _("Ask the operator when it is renewed.")),
            "portal": (
                _("The portal's certificate at %(server)s"),
                _ends_here(server),
                _("Enter a new one on the page of the cluster server."),
            ),
        }
        lines += [
            _line(server, key, label % {"server": server.name}, end, advice, now=moment.now)
            for key, (label, end, advice) in ends.items()
            if end is not None
        ]
    return Group(label=gettext_lazy("Certificates"), lines=lines)


def _ends_at_server(server: ServerAuthority) -> datetime | None:
    test: ConnectionTest | None = getattr(server, "connection_test", None)
    facts: dict[str, str] = next((step["facts"] for step in test.steps if step["name"] == Name.TLS), {}) if test else {}
    return datetime.fromisoformat(facts["expires"]) if "expires" in facts else None


def _ends_here(server: ServerAuthority) -> datetime | None:
    if server.authentication != Authentication.CERTIFICATE or not server.tls_certificate:
        return None
    try:
        return facts_of_certificate(server.tls_certificate).expires_at
    except ValidationError:
        # The form takes no such text; what a database was filled with by hand says nothing of when it ends.
        return None


def _line(server: ServerAuthority, key: str, label: str, end: datetime, advice: str, *, now: datetime) -> Line:
    # How far inside the last month it is: a month before the end nothing has been lost yet.
    light = light_of(now + SOON - end, amber=timedelta(), red=SOON - NOW)
    words = _("Expired on %(day)s.") if end <= now else _("Good until %(day)s.")
    return Line(
        key=f"certificate_{key}_{server.country.code}",
        label=label,
        light=light,
        says=words % {"day": date_format(end)},
        advice=advice if light != Light.GREEN else "",
        measures=(
            Measure(
                name="clea_certificate_expires_timestamp_seconds",
                about="When a certificate expires, in seconds since 1970.",
                value=seconds_since_epoch(end),
                labels={"country": server.country.code, "of": key},
            ),
        ),
    )

"""Whether every country has the keys that its codes need."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country, ServerKey, TracingKey
from clea_portal.monitoring.lines import Group, Light, Line, Measure, Moment


def check(moment: Moment) -> Group:
    """One query."""
    server = ServerKey.objects.filter(authority__country=OuterRef("pk"), valid_from__lte=moment.now)
    tracing = TracingKey.objects.filter(authority__country=OuterRef("pk"), valid_from__lte=moment.now)
    countries = Country.objects.filter(issues_codes=True).annotate(has_server=Exists(server), has_tracing_key=Exists(tracing))
    lines = []
    for country in countries:
        missing = []
        if not country.has_server:
            missing.append(_("public key of the server authority"))
        if country.deployment != Deployment.NONE and not country.has_tracing_key:
            missing.append(_("key pair of contact tracing"))
        lines.append(
            Line(
                key=f"keys_{country.code}",
                label=_("Keys of %(country)s") % {"country": country.name},
                light=Light.RED if missing else Light.GREEN,
                says=_("Missing: %(keys)s.") % {"keys": ", ".join(missing)} if missing else _("There and valid."),
                advice=_("Enter them on the pages of the country: without them, no code can be made.") if missing else "",
                measures=(
                    Measure(
                        name="clea_country_keys_missing",
                        about="How many kinds of key a country lacks.",
                        value=len(missing),
                        labels={"country": country.code},
                    ),
                ),
            )
        )
    return Group(label=gettext_lazy("Keys"), lines=lines)

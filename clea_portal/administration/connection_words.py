"""The steps of a connection test in the words of the page: what was found, and what to do."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clea_portal.cluster_server.connection import Name
from clea_portal.cluster_server.explanations import EXPLANATIONS
from clea_portal.cluster_server.outcomes import Reason

LABELS: dict[str, Promise] = {
    Name.NAME: _("Name"),
    Name.ADDRESS: _("Address"),
    Name.TLS: _("Encryption"),
    Name.ENDPOINT: _("Declarations"),
    Name.CLOCK: _("Clock"),
    Name.INDEX: _("Public list"),
    Name.FILES: _("Files of the list"),
    Name.AGE: _("Age of the list"),
}
# By step and code: what was found.
FOUND: dict[tuple[str, str], Promise] = {
    (Name.NAME, "found"): _("%(host)s is at %(addresses)s."),
    (Name.NAME, "unknown"): _("Nobody knows the name %(host)s."),
    (Name.ADDRESS, "public"): _("It is on the public internet."),
    (Name.ADDRESS, "private"): _("It is in a private network, which this portal may call."),
    (Name.TLS, "unencrypted"): _("Calls are not encrypted: this is for rehearsals only."),
    (Name.TLS, "trusted"): _("The certificate is good until %(expires)s, for %(days)d days."),
    (Name.TLS, "expires_soon"): _("The certificate expires on %(expires)s, in %(days)d days."),
    (Name.TLS, "distrusted"): _("The certificate is not trusted: %(why)s."),
    (Name.TLS, "no_tls"): _("No encrypted connection came about."),
    (Name.ENDPOINT, "api"): _("It answers as the contract says, and knows the portal."),
    (Name.ENDPOINT, "no_api"): _("There is a web server, but not the manual clusters API."),
    (Name.ENDPOINT, "form"): _("The form is there, with its three fields."),
    (Name.ENDPOINT, "no_form"): _("There is a web server, but not the form."),
    (Name.ENDPOINT, "other_page"): _("There is another page: these fields are missing: %(fields)s."),
    (Name.ENDPOINT, "not_authorised"): _("It does not accept what the portal shows (%(status)d)."),
    (Name.ENDPOINT, "redirected"): _("It leads to another address, which the portal does not follow (%(status)d)."),
    (Name.ENDPOINT, "server_fault"): _("It has a fault (%(status)d)."),
    (Name.ENDPOINT, "unexpected"): _("It gave an answer that does not belong here (%(status)d)."),
    (Name.CLOCK, "agrees"): _("It agrees with the portal's to %(seconds)d s."),
    (Name.CLOCK, "ahead"): _("It is %(seconds)d s ahead of the portal's."),
    (Name.CLOCK, "behind"): _("It is %(seconds)d s behind the portal's."),
    (Name.CLOCK, "no_clock"): _("It does not say its time."),
    (Name.INDEX, "index"): _("The index reads: iteration %(iteration)d, %(prefixes)d prefixes."),
    (Name.INDEX, "no_index"): _("There is no clusterIndex.json (%(status)d)."),
    (Name.INDEX, "malformed"): _("The index is not as the protocol says: %(where)s."),
    (Name.FILES, "files"): _("%(files)d files read, %(places)d places in them."),
    (Name.FILES, "empty"): _("No place is listed at the moment."),
    (Name.FILES, "no_file"): _("The index names a file that is not there: %(prefix)s.json (%(status)d)."),
    (Name.FILES, "malformed"): _("A file is not as the protocol says: %(where)s."),
    (Name.AGE, "recent"): _("It was made %(minutes)d minutes ago."),
    (Name.AGE, "stale"): _("It was made %(hours)d hours ago."),
    (Name.AGE, "no_age"): _("Neither the list nor its server says when it was made."),
}
# By step and code: what to do.
ADVICE: dict[tuple[str, str], Promise] = {
    (Name.NAME, "unknown"): _("Check the address for a slip, or ask the operator since when the name exists."),
    (Name.TLS, "expires_soon"): _("Ask the operator when it is renewed."),
    (Name.TLS, "distrusted"): _("Ask the operator for its authority's certificate: SSL_CERT_FILE names it to the portal."),
    (Name.TLS, "no_tls"): _("Does it ask for a client certificate, or is it the wrong port?"),
    (Name.TLS, Reason.NO_CONNECTION): _("Ask the operator whether it runs, and whether a firewall is between you."),
    (Name.ENDPOINT, "no_api"): _("Check the address: it is what stands before /api/clea/v1/. Or is it a form server?"),
    (Name.ENDPOINT, "no_form"): _("Check the address: it is what stands before /cluster-declaration."),
    (Name.ENDPOINT, "other_page"): _("Is it a page of sign-in or of maintenance? Ask the operator."),
    (Name.ENDPOINT, "not_authorised"): _("Check with the operator that the server knows the portal's key, token or certificate."),
    (Name.ENDPOINT, Reason.DROPPED): _("Does the server ask for a client certificate? Ask its operator."),
    (Name.ENDPOINT, Reason.CREDENTIALS_UNUSABLE): _("Enter under “What the portal shows” what the operator gave you."),
    (Name.TLS, Reason.CREDENTIALS_UNUSABLE): _("Enter under “What the portal shows” what the operator gave you."),
    (Name.ENDPOINT, "redirected"): _("Enter the address that it leads to, if the operator confirms it."),
    (Name.CLOCK, "ahead"): _("Tokens live for a minute: one of the two clocks has to be set."),
    (Name.CLOCK, "behind"): _("Tokens live for a minute: one of the two clocks has to be set."),
    (Name.INDEX, "no_index"): _("Check the address of the list: it is the folder in which clusterIndex.json stands."),
    (Name.AGE, "no_age"): _("Whether it is recent cannot be told. Test again later: the iteration should have grown."),
    (Name.AGE, "stale"): _("Ask the operator whether the list is still being made: phones warn by it."),
}


def worded(step: dict[str, Any]) -> dict[str, Any]:
    """A step of a test's row, as the page shows it."""
    name, code = step["name"], step["code"]
    facts = dict(step["facts"])
    if "expires" in facts:
        facts["expires"] = date_format(datetime.fromisoformat(facts["expires"]), "j F Y")
    sentence = FOUND.get((name, code))
    if sentence is not None:
        found = str(sentence) % facts
    elif code in set(Reason):
        found = str(EXPLANATIONS[Reason(code)])
    else:
        found = ""
    return {
        "label": LABELS[name],
        "result": step["result"],
        "found": found,
        "advice": ADVICE.get((name, code), ""),
        "milliseconds": step["milliseconds"],
    }


def to_come(steps: list[dict[str, Any]]) -> list[Promise]:
    """Labels of the steps that have not ended yet."""
    return [LABELS[name] for name in list(Name)[len(steps) :]]

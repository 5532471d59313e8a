"""Words for what administrators do, by the verb under which the audit trail has it."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.consents import ConsentAct

ACTS: dict[str, str | Promise] = {
    "key_added": _("Key pair added"),
    "key_taken_back": _("Planned key pair taken back"),
    "consent_asked": _("A second administrator asked to agree: %(act)s"),
    "consent_approved": _("Agreed: %(act)s"),
    "consent_refused": _("Refused: %(act)s"),
    "consent_called_off": _("Called off: %(act)s"),
    "key_exported": _("Private key exported under a passphrase"),
    "key_destroyed": _("Private key destroyed"),
    "log_exported": _("Log exported"),
    "connection_tested": _("Connection tested"),
    "test_code_made": _("Test code made"),
    "exposures_changed": _("Exposure rules of types of place changed"),
    "server_key_withdrawn": _("Planned key of the server authority taken back"),
    "access_restored": _("Suspension lifted"),
    "second_factor_reset": _("Second factor reset"),
    "removed_from_team": _("Removed from the team"),
    "sessions_ended": _("Sessions ended"),
    "staff_invitation_declined": _("Invitation declined"),
    "created": _("Created in Django’s administration"),
    "changed": _("Changed in Django’s administration"),
    "deleted": _("Deleted in Django’s administration"),
}
# For verbs without a sentence of their own: what their last word says.
ENDINGS: dict[str, str | Promise] = {
    "added": _("Added"),
    "made": _("Made"),
    "changed": _("Changed"),
    "renamed": _("Renamed"),
    "removed": _("Removed"),
    "deleted": _("Deleted"),
    "invited": _("Invited"),
    "joined": _("Joined"),
    "suspended": _("Suspended"),
    "resumed": _("Resumed"),
    "ended": _("Ended"),
    "retired": _("Retired"),
    "moved": _("Moved"),
    "imported": _("Imported"),
    "exported": _("Exported"),
    "tested": _("Tested"),
    "downloaded": _("Downloaded"),
}


def act_of(verb: str, details: dict[str, Any]) -> str:
    """Of a verb that has no words, the verb: a later version may have written it."""
    act = details.get("act")
    words = {"act": ConsentAct(act).label if act in ConsentAct.values else "…"}
    if verb in ACTS:
        return str(ACTS[verb]) % words
    ending = verb.rpartition("_")[2]
    return str(ENDINGS[ending]) if ending in ENDINGS else verb.replace("_", " ")

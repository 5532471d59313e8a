"""What the ground floor asks of the apps above it, and of its own parts, by name: it imports none of them."""

READINESS_CHECKS = ["mct.health.oldest_unsent_declaration", "mct.health.oldest_withdrawal"]
# The page of the portal's health and its metrics (clea_portal.monitoring.lines), in the order of the page.
HEALTH_CHECKS = [
    "mct.health.backlog",
    "mct.server_health.check",
    "clea_portal.monitoring.processes.check",
    "clea_portal.monitoring.keys.check",
    "clea_portal.administration.expiry.check",
    "clea_portal.monitoring.machine.check",
]
# What an administrator's act on a team or a person means for the work in hand: how many open cases hold a team back, and what
# becomes of what somebody had who sees it no more.
TEAM_WORK = ["mct.leaving.open_cases_of_team"]
STAFF_LEAVING = ["mct.leaving.let_go"]
# What somebody uses without signing in, which is no absence.
STAFF_LAST_USES = ["clea_portal.api.tokens.last_uses"]
PURGES = [
    "clea_portal.limits.purge",
    "venues.retention.purge",
    "venues.display_retention.purge",
    "events.retention.purge",
    "mct.retention.purge",
    "mct.messages.retention.purge",
    "mct.authorising.retention.purge",
    "clea_portal.accounts.retention.purge",
    "clea_portal.administration.retention.purge",
    "clea_portal.audit.retention.purge",
    "clea_portal.jobs.retention.purge",
    "clea_portal.codes.printing.logos.purge",
    "clea_portal.api.retention.purge",
    "clea_portal.calendars.feeds.purge",
    "clea_portal.administration.country_retention.purge",
]
# What still needs a generation of a contact tracing key (clea_portal.authorities.key_uses).
TRACING_KEY_USES = ["venues.key_uses.uses", "events.key_uses.uses", "mct.key_uses.uses"]
# What follows from the field encryption key besides ciphertext; made anew with it, it says how many rows were and could not be.
REKEYED = {"mct.CaseWord": "mct.searching.index_anew"}
DEMONSTRATION_LOADERS = [
    "clea_portal.authorities.demonstration.load",
    "clea_portal.accounts.demonstration.load",
    "venues.demonstration.load",
    "events.demonstration.load",
]
# Kinds of background work, each with the function that does it (clea_portal.jobs.running.Handler).
JOB_KINDS: dict[str, str] = {
    "accounts.own_data": "clea_portal.accounts.own_data.export",
    "administration.log": "clea_portal.administration.log_export.export_log",
    "venues.bundle": "venues.jobs.bundle",
    "venues.import": "venues.jobs.import_list",
    "events.bundle": "events.jobs.bundle",
    "mct.cases": "mct.jobs.export_cases",
    "mct.trail": "mct.jobs.export_trail",
}
# Of some kinds, what says whether a result may still be handed out (clea_portal.jobs.running.check).
JOB_CHECKS: dict[str, str] = {
    "administration.log": "clea_portal.administration.log_export.check_log",
    "venues.bundle": "venues.jobs.check_bundle",
    "events.bundle": "events.jobs.check_bundle",
    "mct.cases": "mct.jobs.check_cases",
    "mct.trail": "mct.jobs.check_trail",
}
# Who makes codes of which nothing is kept (clea_portal.codes.keeping), by kind.
KEEPERS = {"venue": "venues.keeping.VenueKeeper", "event": "events.keeping.EventKeeper"}
# Where somebody who has nothing else to do here goes after signing in: to the first list in which something of theirs stands.
PLACES = [("venues.Venue", "venues:list"), ("events.Event", "events:list")]
# What belongs to an organisation, for its members to take with them (clea_portal.accounts.own_data), and words for what happened.
OWN_DATA = ["venues.own_data.export", "events.own_data.export"]
ACTIVITY_SENTENCES = ["venues.activity.SENTENCES", "events.activity.SENTENCES"]
# How many codes of a country there are (clea_portal.administration.countries).
ISSUED_CODES = ["venues.issued.count", "events.issued.count"]

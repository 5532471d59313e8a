from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    DRAFT = "draft", _("draft")
    LINKING = "linking", _("reading the code")
    NEEDS_ATTENTION = "needs_attention", _("needs attention")
    READY = "ready", _("ready to declare")
    AWAITING_APPROVAL = "awaiting_approval", _("awaiting approval")
    DECLARING = "declaring", _("being declared")
    DECLARED = "declared", _("declared")
    PUBLISHED = "published", _("published")
    CLOSED = "closed", _("closed")


_OUTCOMES = {CaseState.NEEDS_ATTENTION, CaseState.READY, CaseState.DECLARING, CaseState.DECLARED, CaseState.PUBLISHED}

# From each state, the states that a case may move to. A draft has no code yet; a closed case stays closed.
CASE_MOVES: dict[str, set[CaseState]] = {
    CaseState.DRAFT: {CaseState.LINKING, CaseState.CLOSED},
    CaseState.LINKING: {CaseState.NEEDS_ATTENTION, CaseState.READY},
    CaseState.NEEDS_ATTENTION: {CaseState.LINKING, CaseState.CLOSED} | _OUTCOMES - {CaseState.NEEDS_ATTENTION},
    CaseState.READY: {CaseState.LINKING, CaseState.AWAITING_APPROVAL, CaseState.CLOSED} | _OUTCOMES - {CaseState.READY},
    CaseState.AWAITING_APPROVAL: {CaseState.READY, CaseState.CLOSED} | _OUTCOMES,
    CaseState.DECLARING: _OUTCOMES - {CaseState.DECLARING},
    # Back to ready: what was declared has been withdrawn at the server.
    CaseState.DECLARED: {CaseState.PUBLISHED, CaseState.NEEDS_ATTENTION, CaseState.READY, CaseState.CLOSED},
    # Back to declared: by a merge, it has what another case declared, which the public list does not show yet.
    CaseState.PUBLISHED: {CaseState.DECLARED, CaseState.READY, CaseState.CLOSED},
    CaseState.CLOSED: set(),
}


class CodeKind(models.TextChoices):
    """What a case's chosen code is."""

    POSTER = "poster", _("of a poster or screen")
    DATED = "dated", _("with a time written in it")
    ASYNCHRONOUS = "asynchronous", _("asynchronous")
    NONE = "none", _("no code yet")


class Problem(models.TextChoices):
    """Why a case needs attention; the labels say what can be done."""

    NO_CODE = "no_code", _("No CLÉA code could be read. Add a better picture of the code, or paste its link.")
    SEVERAL_CODES = "several_codes", _("Several codes were found. Choose the one of the place where the person was.")
    UNKNOWN_COUNTRY = (
        "unknown_country",
        _("The code belongs to a country that this portal does not know. Ask an administrator to add it."),
    )
    NO_SERVER = "no_server", _("No cluster server is configured for the country of this code. Ask an administrator, then retry.")
    TYPE_REFUSED = (
        "type_refused",
        _("This is an asynchronous code, and the server of its country takes none. Ask for a photo of the code at the entrance."),
    )
    OTHER_TIME = (
        "other_time",
        _("The time written in the code is not within the hours of this case. Correct the hours, or add the right code."),
    )
    TOO_OLD = "too_old", _("The exposure is too long ago to warn anybody. Correct the hours, or close the case.")
    REFUSED = "refused", _("The cluster server refused the declaration. Read its reason below, correct the case, or retry.")
    UNKNOWN_OUTCOME = (
        "unknown_outcome",
        _("It is not known whether the cluster server took the declaration. Decide below: it is not repeated by itself."),
    )


class PictureState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    READING = "reading", _("being read")
    READ = "read", _("read")
    UNREADABLE = "unreadable", _("not readable")


class DeclarationState(models.TextChoices):
    HELD = "held", _("held")
    READY = "ready", _("about to be sent")
    SENDING = "sending", _("being sent")
    ACCEPTED = "accepted", _("accepted")
    PUBLISHED = "published", _("published")
    REFUSED = "refused", _("refused")
    UNKNOWN = "unknown", _("outcome unknown")
    WITHDRAWING = "withdrawing", _("being withdrawn")
    WITHDRAWN = "withdrawn", _("withdrawn")


# States in which a declaration has warned, or may still warn, somebody: its hours are not declared a second time.
IN_FORCE = frozenset(DeclarationState.values) - {DeclarationState.REFUSED, DeclarationState.WITHDRAWN}
# States in which something remains to be sent by the worker.
ON_ITS_WAY = frozenset({DeclarationState.HELD, DeclarationState.READY, DeclarationState.SENDING})
# States in which the worker has something to do.
UNFINISHED = ON_ITS_WAY | {DeclarationState.WITHDRAWING}

DECLARATION_MOVES: dict[str, set[DeclarationState]] = {
    DeclarationState.HELD: {DeclarationState.READY, DeclarationState.WITHDRAWN},
    DeclarationState.READY: {DeclarationState.SENDING, DeclarationState.WITHDRAWN},
    DeclarationState.SENDING: {
        DeclarationState.READY,
        DeclarationState.ACCEPTED,
        DeclarationState.REFUSED,
        DeclarationState.UNKNOWN,
    },
    DeclarationState.UNKNOWN: {
        DeclarationState.READY,
        DeclarationState.ACCEPTED,
        DeclarationState.REFUSED,
        DeclarationState.PUBLISHED,
    },
    DeclarationState.ACCEPTED: {DeclarationState.PUBLISHED, DeclarationState.WITHDRAWING},
    DeclarationState.PUBLISHED: {DeclarationState.WITHDRAWING},
    # To itself: the call is tried again. Back to what it was: the server did not take it back.
    DeclarationState.WITHDRAWING: {
        DeclarationState.WITHDRAWING,
        DeclarationState.WITHDRAWN,
        DeclarationState.ACCEPTED,
        DeclarationState.PUBLISHED,
    },
    DeclarationState.REFUSED: set(),
    DeclarationState.WITHDRAWN: set(),
}


class ClosingReason(models.TextChoices):
    """Why a case was closed."""

    WARNED = "warned", _("everybody who could be warned is warned")
    NO_CODE = "no_code", _("no code could be had")
    TOO_LATE = "too_late", _("too long ago to warn anybody")
    ELSEWHERE = "elsewhere", _("followed up elsewhere")
    DUPLICATE = "duplicate", _("the same as another case")
    MISTAKE = "mistake", _("registered by mistake")
    OTHER = "other", _("another reason")


class Entry(models.TextChoices):
    """What a case's timeline tells; ``TimelineEntry.params`` fills in the rest."""

    REGISTERED = "registered", _("Case registered")
    CORRECTED = "corrected", _("Case corrected")
    PICTURES_ADDED = "pictures_added", _("Pictures added")
    LINK_ADDED = "link_added", _("Link of a code added")
    CODE_ASKED_FOR = "code_asked_for", _("The place's manager is asked for the code")
    CODE_SHARED = "code_shared", _("Code shared by the place's manager")
    CONTACT_ASKED = "contact_asked", _("Link made for the place's contact")
    CONTACT_REVOKED = "contact_revoked", _("Link of the contact called off")
    CONTACT_OPENED = "contact_opened", _("The contact opened the link")
    CONTACT_CODES = "contact_codes", _("The contact sent pictures of the code")
    CONTACT_CAMERA = "contact_camera", _("The contact read the code with the camera")
    REGISTER_SENT = "register_sent", _("The contact sent register pages")
    CONTACT_DONE = "contact_done", _("The contact is done")
    REGISTER_OPENED = "register_opened", _("Register page opened")
    PICTURE_READ = "picture_read", _("Picture read")
    PICTURE_UNREADABLE = "picture_unreadable", _("Picture not readable")
    CODE_CHOSEN = "code_chosen", _("Code chosen")
    MOVED = "moved", _("State changed")
    RETRIED = "retried", _("Tried again")
    PROPOSED = "proposed", _("Approval asked for")
    SENT_BACK = "sent_back", _("Sent back without approval")
    DECLARED = "declared", _("Declaration ordered")
    JOINED = "joined", _("These hours are already declared: joined that declaration")
    WITHDRAWN = "withdrawn", _("Declaration withdrawn")
    SENT = "sent", _("Answer of the cluster server")
    TAKEN_BACK = "taken_back", _("Withdrawal at the cluster server ordered")
    TAKEN_BACK_ANSWER = "taken_back_answer", _("Withdrawal: answer of the cluster server")
    DECIDED_ARRIVED = "decided_arrived", _("Decided: it arrived")
    DECIDED_AGAIN = "decided_again", _("Decided: send again")
    PUBLISHED = "published", _("Seen in the public list")
    ASSIGNED = "assigned", _("Case assigned")
    MOVED_REGION = "moved_region", _("Case handed to another region")
    NOTED = "noted", _("Note")
    BESIDE = "beside", _("Another case of the same person registered")
    SPLIT = "split", _("Several codes chosen: each has its case")
    SAME_PERSON = "same_person", _("Put together with other cases of the same person")
    TAKEN_OUT = "taken_out", _("Taken out of the cases of the same person")
    MERGED = "merged", _("A duplicate was merged into this case")
    MERGED_INTO = "merged_into", _("Merged into another case")
    DISTINCT = "distinct", _("Marked as not a duplicate")
    DISTINCT_REVOKED = "distinct_revoked", _("No longer marked as not a duplicate")
    FOLLOW_UP = "follow_up", _("Follow-up")
    CLOSED = "closed", _("Case closed")


class LinkEnding(models.TextChoices):
    """Why a contact's link no longer works."""

    DONE = "done", _("used up")
    REVOKED = "revoked", _("called off")
    REPLACED = "replaced", _("replaced by another")
    CASE_CLOSED = "case_closed", _("the case was closed")
    EXPIRED = "expired", _("too old")


class ExportFormat(models.TextChoices):
    XLSX = "xlsx", _("Excel (XLSX)")
    CSV = "csv", _("CSV")
    SORMAS = "sormas", _("CSV as SORMAS imports events")

"""The reasons of outcomes in the words of the screens: what happened, and what a person can do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clea_portal.cluster_server.outcomes import Reason

EXPLANATIONS: dict[Reason, Promise] = {
    Reason.ACCEPTED: _("The cluster server accepted the declaration."),
    Reason.ADDRESS_INVALID: _("The cluster server's address is not a web address. An administrator can correct it."),
    Reason.ADDRESS_PRIVATE: _(
        "The cluster server's address leads into a private network, which is not allowed. An administrator can correct it."
    ),
    Reason.ADDRESS_NOT_ENCRYPTED: _(
        "The cluster server's address must begin with https://, so that nobody can read along. An administrator can correct it."
    ),
    Reason.HOST_UNKNOWN: _("The cluster server's name could not be found. Nothing was sent."),
    Reason.NO_CONNECTION: _("The cluster server could not be reached. Nothing was sent."),
    Reason.NOT_TRUSTED: _(
        "The cluster server could not prove who it is. Nothing was sent. An administrator can check its certificate."
    ),
    Reason.CREDENTIALS_UNUSABLE: _(
        "What the portal has to show the cluster server cannot be used. Nothing was sent. An administrator can enter it anew."
    ),
    Reason.TIMED_OUT: _("The cluster server did not answer in time. It may or may not have taken the declaration."),
    Reason.DROPPED: _("The connection broke before the answer came. The server may or may not have taken the declaration."),
    Reason.GATEWAY_LOST_IT: _(
        "A server in between answered instead of the cluster server. It may or may not have taken the declaration."
    ),
    Reason.UNEXPECTED_ANSWER: _("The cluster server gave an answer that the portal does not understand."),
    Reason.ANSWER_TOO_LARGE: _("The cluster server gave an answer that is far too large."),
    Reason.SERVER_BUSY: _("The cluster server is busy and asks to try again later."),
    Reason.SERVER_FAILED: _("The cluster server has a fault."),
    Reason.REDIRECTED: _(
        "The cluster server sent the portal to another address, which it does not follow. An administrator can check the address."
    ),
    Reason.NOT_AUTHORISED: _(
        "The cluster server does not accept the portal's key. An administrator can check the key on both sides."
    ),
    Reason.NOT_FOUND: _("The cluster server does not know this declaration or this address."),
    Reason.CONFLICT: _("The cluster server already holds another declaration under this number."),
    Reason.WITHDRAWN: _("The cluster server says that this declaration was withdrawn."),
    Reason.REFUSED_BY_SERVER: _("The cluster server refused the declaration."),
}


def explain(reason: str) -> str:
    """The sentence for a reason's code, in the active language. Raises ValueError for a code that does not exist."""
    return str(EXPLANATIONS[Reason(reason)])

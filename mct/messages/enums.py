from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageState(models.TextChoices):
    """A message waits until the worker has read it; who handles an open one, and what came of the PIN, stands beside."""

    WAITING = "waiting", _("being decrypted")
    UNREADABLE = "unreadable", _("cannot be decrypted")
    OPEN = "open", _("to be called")
    DONE = "done", _("done")
    FORGED = "forged", _("forged code")


CLOSED = frozenset({MessageState.DONE, MessageState.FORGED})


class MessageEntry(models.TextChoices):
    """What the history of a message tells."""

    RECEIVED = "received", _("Received from the cluster server")
    DECRYPTED = "decrypted", _("Decrypted")
    NOT_DECRYPTED = "not_decrypted", _("No key of the authority opens it")
    TAKEN = "taken", _("Taken")
    HANDED_OVER = "handed_over", _("Handed over")
    GIVEN_BACK = "given_back", _("Given back: free again")
    PIN_MATCHED = "pin_matched", _("The PIN matches")
    PIN_WRONG = "pin_wrong", _("The PIN does not match")
    UNLOCKED = "unlocked", _("Unlocked by a lead: three more tries")
    CALLED = "called", _("Call noted")
    NOT_REACHED = "not_reached", _("Not reached")
    REGION_CHANGED = "region_changed", _("Given to a region")
    TRIED_AGAIN = "tried_again", _("Decryption tried again")
    DONE = "done", _("Done")
    FORGED = "forged", _("Closed: forged code")

"""What pages of events say when something cannot be done."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from clea_portal.authorities.keys import NoKey
from clea_portal.codes.errors import AlreadyRenewed, Archived
from clea_portal.codes.messages import already_renewed_message, archived_message, no_key_message
from events.codes import MOST_CODES
from events.errors import EventOver, TooManyCodes, TooManyRooms
from events.rooms import MOST_ROOMS
from events.timing import EventTooLong


def over_message() -> str:
    return _("This event is over: its codes are no longer renewed.")


def too_long_message() -> str:
    return _("The times have become too long for one code. Divide the event into slots first.")


def too_many_codes_message() -> str:
    return _("An event has at most %(number)s codes in use. Make another event for the rest.") % {
        "number": number_format(MOST_CODES, force_grouping=True)
    }


def too_many_rooms_message() -> str:
    return _("An event has at most %(number)s rooms.") % {"number": MOST_ROOMS}


def done(request: HttpRequest, verb: Callable[[], object]) -> bool:
    """Whether the verb did what it is for; if not, the person is told why."""
    try:
        verb()
    except AlreadyRenewed:
        messages.warning(request, already_renewed_message())
    except Archived:
        messages.warning(request, archived_message())
    except EventOver:
        messages.warning(request, over_message())
    except EventTooLong:
        messages.error(request, too_long_message())
    except TooManyCodes:
        messages.error(request, too_many_codes_message())
    except TooManyRooms:
        messages.error(request, too_many_rooms_message())
    except NoKey:
        messages.error(request, no_key_message())
    else:
        return True
    return False

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from clea_portal.codes.printing.planning import MOST_PAGES, TooManyPages


def overtaken_message() -> str:
    return _("A code was renewed, or its place archived, since this was ordered. Order it again: it will show what counts now.")


def unreadable_message() -> str:
    return _("This file was not handed out: its code could not be read back. Try again, and tell us if it happens again.")


def nothing_message() -> str:
    return _("There is no code to print here at the moment.")


def too_many_pages_message(error: TooManyPages) -> str:
    return _("This comes to %(pages)s pages, and one file has %(most)s at most. Choose fewer codes, or one of each.") % {
        "pages": number_format(error.args[0], force_grouping=True),
        "most": number_format(MOST_PAGES, force_grouping=True),
    }

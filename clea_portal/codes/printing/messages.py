from django.utils.translation import gettext as _


def overtaken_message() -> str:
    return _("A code was renewed, or its place archived, since this was ordered. Order it again: it will show what counts now.")


def unreadable_message() -> str:
    return _("This file was not handed out: its code could not be read back. Try again, and tell us if it happens again.")


def nothing_message() -> str:
    return _("There is no code to print here at the moment.")

"""What venues and events say alike when something cannot be done."""

from django.utils.translation import gettext as _


def no_key_message() -> str:
    return _("No code can be made at the moment: your country's keys are missing. Nothing was saved. Try again later.")


def already_renewed_message() -> str:
    return _("This code had already been renewed, by you or by a colleague. Below is the code that counts now.")


def archived_message() -> str:
    return _("This is archived. Bring it back first.")


def replaced_message() -> str:
    return _("This code has been replaced, so it is no longer printed. Below is the code that counts now.")

"""The files of a venue's code by e-mail."""

from clea_portal.accounts.models import User
from clea_portal.codes.mailing import mail_files
from venues.models import VenueCode
from venues.posters import describe

TASK = "venues.mail_code"


def mail_code(code_id: int, user_id: int) -> bool:
    """Whether a mail went out: not to somebody who has left the organisation meanwhile."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    code = VenueCode.objects.of_member(user).with_venue().filter(pk=code_id).first() if user else None
    if user is None or code is None:
        return False
    return mail_files(code=code, place=code.venue, to=user, describe=lambda language: describe(code, language=language))

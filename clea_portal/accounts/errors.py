"""Why an act on an organisation or an account was refused. Each says, in the person's language, what to do."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class Refused(Exception):
    """``str()`` of it is a sentence for the person who asked."""


class Gone(Refused):
    """Somebody else has changed, answered or removed it meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("This has changed meanwhile. Look at the page again."))


class LastOwner(Refused):
    """Without this person nobody would own the organisation."""

    def __init__(self) -> None:
        super().__init__(
            _("An organisation always has an owner. Hand it over to somebody else first; once they accept, try again.")
        )


class OnlyMember(Refused):
    def __init__(self) -> None:
        super().__init__(_("You are the only member. Delete the organisation instead, or hand it over to somebody you invite."))


class LastOwnerOf(Refused):
    """The account cannot be deleted yet. ``organisations``: those that would be left to members without an owner."""

    def __init__(self, organisations: Iterable[object]) -> None:
        self.organisations = list(organisations)
        names = ", ".join(str(organisation) for organisation in self.organisations)
        sentence = ngettext(
            "You are the only owner of an organisation with other members: %(names)s. Hand it over or delete it, then try again.",
            "You are the only owner of organisations with other members: %(names)s. "
            "Hand them over or delete them, then try again.",
            len(self.organisations),
        )
        super().__init__(sentence % {"names": names})


class WorksForAuthority(Refused):
    def __init__(self) -> None:
        super().__init__(_("Your account has a role at an authority. Ask its administrator to take that role away first."))


class BeingDeleted(Refused):
    def __init__(self) -> None:
        super().__init__(_("This organisation is about to be deleted. An owner has to stop that first."))


class GoingAway(Refused):
    """Who is about to delete their account takes no organisation over."""

    def __init__(self) -> None:
        super().__init__(_("Your account is about to be deleted. Stop that first."))


class AlreadyMember(Refused):
    def __init__(self) -> None:
        super().__init__(_("This person is a member already."))


class AlreadyInvited(Refused):
    def __init__(self) -> None:
        super().__init__(
            _("This address is invited already. Send the e-mail again, or revoke the invitation and write a new one.")
        )


class TooMany(Refused):
    """A limit is reached; the sentence names it."""


class OtherAddress(Refused):
    """The invitation went to an address that the account has not confirmed as its own."""

    def __init__(self) -> None:
        super().__init__(_("This invitation was sent to another e-mail address than those that your account has confirmed."))

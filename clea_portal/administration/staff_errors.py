"""Why an act on regions, teams and the people of an authority was refused. Each says what to do."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clea_portal.accounts.errors import Refused


class NumberTaken(Refused):
    def __init__(self, *, number: int, name: str) -> None:
        super().__init__(
            _("Number %(number)s is that of “%(name)s” already. Rename that one, or choose another number.")
            % {"number": number, "name": name}
        )


class NameTaken(Refused):
    def __init__(self) -> None:
        super().__init__(_("This region has a team of this name already. Choose another name."))


class InUse(Refused):
    """Something else needs it; the sentence names what hangs on it."""


class RegionInUse(InUse):
    def __init__(self, things: str) -> None:
        super().__init__(
            _("This region cannot be removed: %(things)s belong to it. Rename it instead; its number stays in codes on walls.")
            % {"things": things}
        )


class TeamHasWork(InUse):
    def __init__(self, cases: int) -> None:
        super().__init__(
            ngettext(
                "This team or its members have %(number)s open case. A lead has to give it to somebody else first.",
                "This team or its members have %(number)s open cases. A lead has to give them to somebody else first.",
                cases,
            )
            % {"number": cases}
        )


class TeamArchived(Refused):
    def __init__(self) -> None:
        super().__init__(_("This team is archived. Take it out of the archive first."))


class LastAdministrator(Refused):
    def __init__(self) -> None:
        super().__init__(
            _("This is the last administrator of the country. Invite another one first; once they have joined, try again.")
        )


class NotOneself(Refused):
    """Four eyes: nobody gives or takes their own role."""

    def __init__(self) -> None:
        super().__init__(_("Nobody does this for themselves. Ask another administrator."))


class WorksElsewhereToo(Refused):
    def __init__(self) -> None:
        super().__init__(_("This person also has roles that you do not administer. Ask somebody who does, or the operator."))


class InvitedAlready(Refused):
    def __init__(self) -> None:
        super().__init__(
            _("This address is invited to this already. Send the e-mail again, or revoke the invitation and write a new one.")
        )


class HasThisRole(Refused):
    def __init__(self) -> None:
        super().__init__(_("This person is there already. Change the role on their page."))


class Suspended(Refused):
    def __init__(self) -> None:
        super().__init__(_("The access of this person is suspended. An administrator lifts that on the person’s page first."))

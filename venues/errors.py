"""Why an act on a venue's codes is refused."""

from datetime import datetime


class BadRotation(ValueError):
    """Renewal hours that are no whole hours of a day, twice the same, or several of them for codes of several days."""


class CodesAhead(Exception):
    """Codes of coming days, maybe printed, would no longer agree with displays and new codes: somebody has to decide."""

    def __init__(self, *, number: int, until: datetime) -> None:
        super().__init__(number, until)
        self.number, self.until = number, until


class NoRotation(Exception):
    """Nobody has said yet when the codes of this venue or room change."""


class BadRange(ValueError):
    """The days of a pack: none, too many, past, or too far ahead. The sentence for a person is its text."""


class RoomRemoved(Exception):
    """The room has been removed in the meantime."""


class TooManyRooms(Exception):
    """The venue would have more than rooms.MOST_ROOMS."""

class EventOver(Exception):
    """The event or its slot has ended: no codes are issued for it any more."""


class TooManySlots(ValueError):
    """More than slots.MOST_AT_ONCE."""


class TooManyCodes(ValueError):
    """The event would have more than codes.MOST_CODES codes in use."""


class SlotOutside(ValueError):
    """A slot would no longer lie within the times of its event."""


class TooManyRooms(ValueError):
    """The event would have more than rooms.MOST_ROOMS."""

class EventOver(Exception):
    """The event has ended: nobody will scan a new code of it."""

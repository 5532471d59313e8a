class AlreadyRenewed(Exception):
    """The code that was to be renewed has been replaced by someone in the meantime."""


class Archived(Exception):
    """The place is archived: it must be brought back before anything is issued or printed for it."""

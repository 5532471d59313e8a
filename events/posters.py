from clea_portal.posters.poster import Poster
from events.models import EventCode
from events.printing import printable


def describe(code: EventCode, *, language: str) -> Poster:
    """The poster of a code. Raises BadPoster."""
    return printable(code).poster(languages=(language,))

from clea_portal.posters.poster import Poster
from venues.models import VenueCode
from venues.printing import printable


def describe(code: VenueCode, *, language: str) -> Poster:
    """The poster of a code. Raises BadPoster."""
    return printable(code).poster(languages=(language,))

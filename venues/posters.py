from clea_portal.posters.poster import Poster, PosterKind
from venues.models import VenueCode


def describe(code: VenueCode, *, language: str) -> Poster:
    """The poster of a static code. Raises BadPoster."""
    venue, country = code.venue, code.venue.country
    return Poster(
        name=venue.name,
        deep_link=code.deep_link,
        check_code=code.check_code,
        kind=PosterKind.STATIC,
        created_on=code.created_at.astimezone(country.zone).date(),
        languages=(language,),
        application_name=country.application_name,
        application_site=country.application_site,
        renewal_days=country.renewal_days,
    )

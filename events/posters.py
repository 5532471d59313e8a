from clea_portal.posters.poster import Poster, PosterKind
from events.models import EventCode, EventCodeKind

KINDS = {EventCodeKind.ENTRANCE: PosterKind.ENTRANCE, EventCodeKind.ASYNCHRONOUS: PosterKind.ASYNCHRONOUS}


def describe(code: EventCode, *, language: str) -> Poster:
    """The poster of one of an event's codes, with its times in the event's zone. Raises BadPoster."""
    event, country = code.event, code.event.country
    return Poster(
        name=event.name,
        deep_link=code.deep_link,
        check_code=code.check_code,
        kind=KINDS[EventCodeKind(code.kind)],
        created_on=code.created_at.astimezone(event.zone).date(),
        languages=(language,),
        application_name=country.application_name,
        application_site=country.application_site,
        valid_from=code.valid_from.astimezone(event.zone),
        valid_until=code.valid_until.astimezone(event.zone) if code.valid_until else None,
    )

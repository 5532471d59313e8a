"""What is to be printed: the codes of a place, a pack or several places, as the app that owns them describes them."""

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from clea_portal.accounts.models import Organisation
from clea_portal.codes.models import IssuedCode, Place
from clea_portal.posters.colours import DEFAULT_ACCENT
from clea_portal.posters.logos import Logo
from clea_portal.posters.poster import Poster, PosterKind


@dataclass(frozen=True, kw_only=True)
class PrintableCode:
    """A code as it is printed for its place, or for one of its rooms.

    ``part``: what is printed under the name (room, slot). ``tables``: labels of tables and seats that show this same code.
    ``key`` tells printables of one subject apart and starts with the code's UUID. ``choice``: how lists call it.
    """

    code: IssuedCode
    place: Place
    kind: PosterKind
    zone: ZoneInfo
    key: str
    choice: str = field(repr=False)
    part: str = field(default="", repr=False)
    tables: tuple[str, ...] = field(default=(), repr=False)

    @property
    def code_uuid(self) -> str:
        return str(self.code.uuid)

    def poster(
        self,
        *,
        languages: tuple[str, ...],
        table: str = "",
        large_print: bool = False,
        accent: str = DEFAULT_ACCENT,
        logo: Logo | None = None,
    ) -> Poster:
        """Raises BadPoster."""
        code, country = self.code, self.place.country
        has_times = self.kind is not PosterKind.STATIC
        return Poster(
            name=self.place.name,
            place_label=" · ".join(filter(None, (self.part, table))),
            deep_link=code.deep_link,
            check_code=code.check_code,
            kind=self.kind,
            created_on=code.created_at.astimezone(self.zone).date(),
            languages=languages,
            application_name=country.application_name,
            application_site=country.application_site,
            authority=country.poster_header,
            renewal_days=country.renewal_days,
            valid_from=code.valid_from.astimezone(self.zone) if has_times else None,
            valid_until=code.valid_until.astimezone(self.zone) if has_times and code.valid_until else None,
            large_print=large_print,
            logo=logo,
            accent=accent,
        )


@dataclass(frozen=True, kw_only=True)
class Subject:
    """``job_kind`` and ``job_arguments``: how a worker finds it again. ``back_to``: the page that shows what counts now.

    ``by_day``: its codes are for one day each, and the form asks for which. ``has_bundle``: a bundle is offered; never for
    ``staff``, whose files are marked and stay apart.
    """

    title: str = field(repr=False)
    printables: tuple[PrintableCode, ...]
    organisation: Organisation | None
    job_kind: str
    job_arguments: dict[str, Any]
    back_to: str
    by_day: bool = False
    staff: bool = False
    has_bundle: bool = True

    @property
    def places(self) -> tuple[Place, ...]:
        """The places of its codes, each once."""
        return tuple({printable.place.pk: printable.place for printable in self.printables}.values())

    @property
    def file_name(self) -> str:
        """Begins with what a private file is, so that it does not end up on the wall in place of the other."""
        return self.named(self.title)

    def named(self, rest: str) -> str:
        return " ".join(filter(None, ("CLEA", _("staff only") if self.staff else "", rest)))

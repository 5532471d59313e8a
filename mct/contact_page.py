"""What a contact sees: what has come by this link, and what can still be sent. Nothing of the case."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from clea_portal.authorities.keys import NoKey, tracing_key
from clea_portal.scanning.advice import explain
from clea_portal.scanning.results import Advice
from mct.camera import known_hosts
from mct.contact_forms import SendForm
from mct.contact_links import MOST_PICTURES
from mct.contact_models import ContactLink
from mct.enums import PictureState
from mct.intake import MAX_PICTURES
from mct.models import Picture
from mct.register_pages import MOST_FILES
from mct.sharing import can_be_asked_for

_LOOKS = {
    PictureState.WAITING: ("info", "hourglass"),
    PictureState.READING: ("info", "hourglass"),
    PictureState.READ: ("success", "check-circle"),
    PictureState.UNREADABLE: ("warning", "warning"),
}


@dataclass(frozen=True, kw_only=True)
class ContactPage:
    """``takes_codes``: whether a picture of the code still helps. ``takes_pages``: whether there is a key to seal pages for."""

    link: ContactLink
    pictures: Sequence[Picture]
    pages: int
    takes_codes: bool
    takes_pages: bool

    @classmethod
    def read(cls, link: ContactLink) -> "ContactPage":
        try:
            tracing_key(link.case.region.country, at=timezone.now())
        except NoKey:
            takes_pages = False
        else:
            takes_pages = True
        return cls(
            link=link,
            pictures=list(link.pictures.defer("content").order_by("pk")),
            pages=link.register_pages.count(),
            takes_codes=can_be_asked_for(link.case),
            takes_pages=takes_pages,
        )

    @property
    def is_reading(self) -> bool:
        return any(picture.state in (PictureState.WAITING, PictureState.READING) for picture in self.pictures)

    @property
    def has_code(self) -> bool:
        return bool(self.link.codes_read) or any(picture.state == PictureState.READ for picture in self.pictures)

    @property
    def has_sent(self) -> bool:
        return bool(self.pictures or self.pages or self.link.codes_read)

    @property
    def pictures_left(self) -> int:
        """A case forgets the pictures that could not be read; a link does not, so that nobody can go on for ever."""
        return max(0, min(MOST_PICTURES - len(self.pictures) - self.link.codes_read, MAX_PICTURES))

    @property
    def pages_left(self) -> int:
        return max(0, MOST_FILES - self.pages)

    @property
    def version(self) -> str:
        """Changes when anything that is told of the pictures does."""
        told = [self.link.codes_read, *((picture.pk, picture.state) for picture in self.pictures)]
        return sha256(repr(told).encode()).hexdigest()[:16]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [_row(number, picture) for number, picture in enumerate(self.pictures, start=1)]

    def known_hosts(self) -> dict[str, str]:
        """For the camera beside the form."""
        return known_hosts()

    def form(self, what: str, request: HttpRequest | None = None) -> SendForm:
        """The form for the code or for the register, empty or with what was sent."""
        most = self.pages_left if what == SendForm.REGISTER else self.pictures_left
        if request is None:
            return SendForm(what=what, most=most)
        return SendForm(request.POST, request.FILES, what=what, most=most)


def _row(number: int, picture: Picture) -> dict[str, Any]:
    tone, icon = _LOOKS[PictureState(picture.state)]
    labels = {
        PictureState.WAITING: _("being read"),
        PictureState.READING: _("being read"),
        PictureState.READ: _("the code was read"),
        PictureState.UNREADABLE: _("not readable"),
    }
    return {
        "number": number,
        "tone": tone,
        "icon": icon,
        "label": labels[PictureState(picture.state)],
        "advice": explain(Advice(picture.advice)) if picture.advice else "",
    }

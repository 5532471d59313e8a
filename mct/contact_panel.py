"""What a case's page tells of the contact: the links, and what came by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from mct.contact_models import ContactLink, RegisterPage
from mct.enums import LinkEnding
from mct.models import Case

# Of the links that no longer work, those from which nothing came are not worth a line.
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Contact:
    """``open``: the link that works now."""

    open: ContactLink | None
    done: Sequence[ContactLink]
    pages: Sequence[RegisterPage]

    @classmethod
    def read(cls, case: Case, *, now: datetime) -> "Contact":
        """In two queries."""
        links = list(case.contact_links.defer("token").order_by("-pk"))
        return cls(
            open=next((link for link in links if link.ended_at is None and link.expires_at > now), None),
            done=[link for link in links if link.ending == LinkEnding.DONE][:_SHOWN],
            pages=list(case.register_pages.kept(now).defer("envelope").order_by("number")),
        )

    @property
    def version(self) -> list[Any]:
        """Changes when anything that is shown does."""
        return [
            self.open and (self.open.pk, self.open.openings),
            [link.pk for link in self.done],
            [page.pk for page in self.pages],
        ]

    @property
    def is_shown(self) -> bool:
        return bool(self.open or self.done or self.pages)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {"page": page, "kind": page.kind.upper(), "until": date_format(localtime(page.expires_at), "j F Y")}
            for page in self.pages
        ]

"""Everything that a person has here, as one ZIP: what they are, their organisations, and what the apps keep for those."""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import Any, Protocol

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.module_loading import import_string

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Administration, Membership, Organisation, TeamMembership, User, UserSession
from clea_portal.audit.models import AuditEvent
from clea_portal.audit.trail import record_read
from clea_portal.jobs.results import Result
from clea_portal.jobs.running import Report
from clea_portal.posters.errors import BadPoster, PosterUnreadable
from clea_portal.posters.pictures import render_png, render_svg

Row = dict[str, Any]
# For screens; who prints takes the SVG.
SCREEN_PIXELS = 8


@dataclass(frozen=True, kw_only=True)
class Part:
    """What an app keeps for an organisation. ``name``: of its file and folder. Both are read once, row by row."""

    name: str
    rows: Iterable[Row] = field(repr=False)
    # Names of pictures, without their ending, and the links of the codes to draw.
    pictures: Iterable[tuple[str, str]] = field(repr=False)
    # How many rows and pictures there will be.
    count: int


class Exporter(Protocol):
    """A function of settings.OWN_DATA. ``may_write``: whether the person may see what readers may not."""

    def __call__(self, *, organisation: Organisation, may_write: bool) -> Part: ...


def export(job_arguments: dict[str, Any], /, *, by: User, report: Report) -> Result:
    """The handler of the job: the ZIP, in a file without a name, so that memory stays flat."""
    memberships = list(Membership.objects.filter(user=by).select_related("organisation__country").order_by("organisation"))
    parts = [(number, part) for number, row in enumerate(memberships, start=1) for part in _parts(row)]
    total = len(memberships) + sum(part.count for _number, part in parts) + 1
    advance = _counter(report, total)
    file = TemporaryFile()  # noqa: SIM115 - handed on, and closed by who reads it
    with zipfile.ZipFile(file, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("READ-ME.txt", render_to_string("accounts/own_data_read_me.txt", {"user": by, "now": timezone.now()}))
        archive.writestr("account.json", _json(_account(by)))
        advance()
        for number, row in enumerate(memberships, start=1):
            archive.writestr(f"organisation-{number}/organisation.json", _json(_organisation(row)))
            record_read(actor=by, verb="data_downloaded", on=row.organisation)
            advance()
        for number, part in parts:
            _write(archive, part, folder=f"organisation-{number}", advance=advance)
    return Result(file=file, name=f"clea-{timezone.localdate():%Y-%m-%d}.zip", content_type="application/zip")


def _parts(membership: Membership) -> Iterator[Part]:
    for path in settings.OWN_DATA:
        exporter: Exporter = import_string(path)
        yield exporter(organisation=membership.organisation, may_write=membership.role != MemberRole.READER)


def _write(archive: zipfile.ZipFile, part: Part, *, folder: str, advance: Callable[[], None]) -> None:
    with archive.open(f"{folder}/{part.name}.json", "w", force_zip64=True) as file:
        opening = "[\n"
        for row in part.rows:
            file.write((opening + _json(row)).encode())
            opening = ",\n"
            advance()
        file.write(b"[]\n" if opening == "[\n" else b"\n]\n")
    for name, deep_link in part.pictures:
        # A code that cannot be drawn is in the JSON all the same.
        with suppress(BadPoster, PosterUnreadable):
            archive.writestr(f"{folder}/{part.name}/{name}.png", render_png(deep_link, module_pixels=SCREEN_PIXELS))
            archive.writestr(f"{folder}/{part.name}/{name}.svg", render_svg(deep_link))
        advance()


def _account(user: User) -> Row:
    return {
        "account": user.uuid,
        "email": user.email,
        "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "language": user.language,
        "time_zone": user.time_zone,
        "joined": user.date_joined,
        "last_sign_in": user.last_login,
        "sessions": list(UserSession.objects.filter(account=user).values("started_at", "last_seen_at", "device")),
        "second_factors": list(Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")),
        "teams": [
            {"team": row.team.name, "role": row.role} for row in TeamMembership.objects.filter(user=user).select_related("team")
        ],
        "administers": list(Administration.objects.filter(user=user).values_list("country__code", flat=True)),
        "activity": list(
            AuditEvent.objects.filter(actor=user).order_by("at", "pk").values("at", "kind", "verb", "subject", "subject_uuid")
        ),
    }


def _organisation(membership: Membership) -> Row:
    organisation = membership.organisation
    members = organisation.memberships.select_related("user").order_by("joined_at", "pk")
    return {
        "organisation": organisation.uuid,
        "name": organisation.name,
        "country": organisation.country.code,
        "founded": organisation.created_at,
        "my_role": membership.role,
        "members": [{"email": row.user.email, "role": row.role, "joined": row.joined_at} for row in members],
    }


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def _counter(report: Report, total: int) -> Callable[[], None]:
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        report(done, total)

    return advance

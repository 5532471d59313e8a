"""What a person takes home of whom nothing is kept: everything to print, and the recovery sheet."""

from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from clea_portal.codes.keeping.keeper import keeper
from clea_portal.codes.keeping.sheet import RecoverySheet
from clea_portal.codes.models import Place
from clea_portal.codes.printing.bundle import parts_of, write_parts
from clea_portal.codes.printing.making import Made, silent, zipped
from clea_portal.codes.printing.options import Output, PrintOptions
from clea_portal.jobs.files import safe_name
from clea_portal.posters import recovery


def bundle_of(sheet: RecoverySheet, place: Place, *, passphrase: str, language: str) -> Made:
    """One ZIP. Every code in it is read back first. Raises BadPoster, PosterUnreadable."""
    printables = keeper(sheet.kind).printables(place, sheet.codes, created_at=sheet.created_at)
    options = PrintOptions(output=Output.BUNDLE_ZIP, languages=(language,), keys=())
    created_on = sheet.created_at.astimezone(printables[0].zone).date()
    parts = parts_of(printables, options, logo=None)
    paper = recovery.RecoverySheet(
        name=place.name,
        payload=sheet.sealed(passphrase=passphrase),
        address=settings.PUBLIC_URL + reverse("keeping:again"),
        languages=(language,),
        created_on=created_on,
        check_codes=tuple(dict.fromkeys(printable.code.check_code for printable in printables)),
    )

    def files() -> Iterator[tuple[str, bytes | BinaryIO]]:
        for part in parts:
            yield safe_name(f"{part.name}.pdf"), write_parts([part], options, created_on, silent)
        # By itself: what stands within another string is not collected for translation.
        name = _("Recovery sheet, keep it safe")
        yield safe_name(f"{len(parts) + 1} {name}.pdf"), recovery.render_recovery(paper)

    return zipped(files(), name=safe_name(f"CLEA {printables[0].code.check_code} {place.name}.zip"))

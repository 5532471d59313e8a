"""A code of a place that does not exist, with all that its server's operator must find in it. Nothing of it is kept."""

import io
from dataclasses import dataclass, field
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clea_portal.administration.fingerprints import grouped
from clea_portal.authorities.keys import issuing_keys
from clea_portal.authorities.models import Country
from clea_portal.posters.pictures import render_png, render_svg
from clea_portal.posters.specimen import Specimen, render_specimen
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.codes import Code, CodeRequest, make_code
from clea_portal.protocol.derivation import new_location_secret
from clea_portal.protocol.keys import fingerprint
from clea_portal.protocol.lsp import NEVER_RENEWED, LspType
from clea_portal.protocol.ntp import round_to_hour, to_ntp
from clea_portal.protocol.values import HOUR

# Of nobody: +999 is not given to any country.
PHONE, REGION, PIN = "999000000000", 0, "314159"
UNLIMITED = 255
VENUE_TYPE, CATEGORY_1, CATEGORY_2 = 17, 5, 10


@dataclass(frozen=True, kw_only=True)
class ServerTestCode:
    """One code: a PDF of one page, in the active language, and the link in it, of which pictures can be made."""

    page: bytes = field(repr=False)
    link: str = field(repr=False)

    def bundle(self) -> bytes:
        """A ZIP with the page, and the same code as PNG and SVG. Raises PosterUnreadable."""
        file = io.BytesIO()
        pictures = {"png": render_png(self.link), "svg": render_svg(self.link)}
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for ending, content in {"pdf": self.page, **pictures, "txt": f"{self.link}\n".encode()}.items():
                archive.writestr(f"TEST.{ending}", content)
        return file.getvalue()


def make_test_code(country: Country, *, now: datetime) -> ServerTestCode:
    """Raises authorities.keys.NoKey, BadPoster, PosterUnreadable."""
    keys = issuing_keys(country, at=now)
    hour = round_to_hour(to_ntp(now))
    moment = to_ntp(now)
    contact = {"pk_mcta": keys.pk_mcta, "contact_phone": PHONE, "contact_region": REGION, "contact_pin": PIN}
    code = make_code(
        CodeRequest(
            prefix=country.prefix,
            lsp_type=LspType.SYNCHRONOUS,
            cri_exp=NEVER_RENEWED,
            venue_type=VENUE_TYPE,
            venue_category1=CATEGORY_1,
            venue_category2=CATEGORY_2,
            period_duration=UNLIMITED,
            t_period_start=hour,
            t_qr_start=moment,
            sk_l=new_location_secret(),
            pk_sa=keys.pk_sa,
            **(contact if keys.pk_mcta else {}),  # type: ignore[arg-type]
        )
    )
    values = [*_in_clear(code), *_encrypted(code, hour=hour, moment=moment, has_contact=keys.pk_mcta is not None)]
    values.append(("PK_SA", grouped(fingerprint(keys.pk_sa))))
    if keys.pk_mcta is not None:
        contact_values = f"phone {PHONE}, region {REGION}, pin {PIN}, t_period_start {hour}"
        values += [("PK_MCTA", grouped(fingerprint(keys.pk_mcta))), (_("In the contact, with SK_MCTA"), contact_values)]
    page = render_specimen(
        Specimen(
            title=_("TEST: code of no place (%(country)s)") % {"country": country.name},
            warning=_("Do not hang it up, do not scan it with the application: it belongs to no place."),
            advice=_(
                "For the operator of the cluster server. Read the code, decrypt it with SK_SA and your own tools, or with"
                " “manage.py inspect_code LINK” and the key in the variable CLEA_SK_SA. All values must be those that are printed"
                " below. Compare the fingerprints by telephone. Then destroy this page: the portal has kept nothing of it, and"
                " the secret of the place is gone already."
            ),
            alternative=_("QR code of the test"),
            link=code.deep_link,
            values=values,
            language="fr" if (get_language() or "fr").startswith("fr") else "en",
            created_on=timezone.localdate(now, country.zone),
        )
    )
    return ServerTestCode(page=page, link=code.deep_link)


def _in_clear(code: Code) -> list[tuple[str, str]]:
    letters = check_code(code.ltid)
    return [
        (_("Link"), code.deep_link),
        ("LTId", str(code.ltid)),
        (_("Check code"), f"{letters[:3]} {letters[3:]}"),
    ]


def _encrypted(code: Code, *, hour: int, moment: int, has_contact: bool) -> list[tuple[str, str]]:
    found = (
        f"staff false, cri_exp {NEVER_RENEWED}, venue_type {VENUE_TYPE}, venue_category1 {CATEGORY_1},"
        f" venue_category2 {CATEGORY_2}, period_duration {UNLIMITED}, ct_period_start {hour // HOUR}, t_qr_start {moment},"
        f" ltid_matches true, contact_present {'true' if has_contact else 'false'}"
    )
    return [
        (_("In msg, with SK_SA"), found),
        ("LTKey", code.lt_key.hex()),
    ]

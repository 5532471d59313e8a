"""An agent authorises the upload of an interviewed person's phone, by a code that is read out; the phone redeems it once.

How likely is a guess? There are 24^8, some 110 thousand million codes. All phones together may send MOST_WRONG = 1,000 wrong
ones an hour (limits.py). With 200 codes open at every moment, which is a country that interviews hundreds of people an hour,
1,000 guesses an hour hit once in 110e9 / (1,000 × 200) hours: in 63 years of guessing without pause, from a hundred addresses,
and every hour of it is in the log. What a hit gives is one report, in which only codes of places count that really hung there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from clea_portal.accounts.models import User
from clea_portal.audit.models import AuditSide
from clea_portal.audit.trail import record_act
from clea_portal.authorities.models import Region, ServerAuthority
from clea_portal.cluster_server.reports import report_url
from clea_portal.cluster_server.tokens import MAX_LIFETIME, make_token
from clea_portal.protocol.errors import BadKey
from mct.authorising.models import UploadAuthorisation
from mct.authorising.spelling import as_typed, new_code

CODE_LIFE = timedelta(hours=1)
# Of one agent: more interviews than anybody holds in an hour.
MOST_OPEN = 20


class TooManyOpen(Exception):
    """The agent has MOST_OPEN codes that nobody has used yet."""


class NoServer(Exception):
    """The country has no cluster server for which the portal has a key: an administrator sets it up."""


class NotRedeemable(Exception):
    """The code is unknown, used, revoked or expired. Which of them, nobody outside is told."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """``token`` lets a phone send one report to ``report_url``, until ``expires_at``."""

    token: str
    report_url: str
    expires_at: datetime


def server_of(region: Region) -> ServerAuthority | None:
    """The cluster server for which the portal can sign in this region's country."""
    server = ServerAuthority.objects.filter(country=region.country_id).first()
    return server if server and server.client_key else None


@transaction.atomic
def authorise_upload(*, region: Region, by: User, now: datetime) -> tuple[UploadAuthorisation, str]:
    """The row, and the code, which is stored nowhere: only whoever made it ever sees it. Raises TooManyOpen, NoServer."""
    if server_of(region) is None:
        raise NoServer
    User.objects.select_for_update().get(pk=by.pk)
    if UploadAuthorisation.objects.open(now).filter(created_by=by).count() >= MOST_OPEN:
        raise TooManyOpen
    code = new_code()
    while UploadAuthorisation.objects.filter(code_digest=digest(code)).exists():
        code = new_code()
    authorisation = UploadAuthorisation.objects.create(
        region=region, code_digest=digest(code), created_by=by, created_at=now, expires_at=now + CODE_LIFE
    )
    record_act(actor=by, verb="upload_authorised", on=authorisation, region=region.pk)
    return authorisation, code


@transaction.atomic
def revoke_authorisation(authorisation: UploadAuthorisation, *, by: User, now: datetime) -> bool:
    """Whether it was still unused. Revoking twice changes nothing."""
    unused = UploadAuthorisation.objects.filter(pk=authorisation.pk, redeemed_at=None, revoked_at=None)
    if not unused.update(revoked_at=now):
        return False
    record_act(actor=by, verb="upload_authorisation_revoked", on=authorisation)
    return True


@transaction.atomic
def redeem(*, code: str, now: datetime) -> Grant:
    """Use up the code that somebody typed. Raises NotRedeemable; NoServer, which leaves the code unused."""
    found = UploadAuthorisation.objects.open(now).select_related("region").filter(code_digest=digest(as_typed(code))).first()
    if found is None:
        raise NotRedeemable
    # By its own columns alone: of two phones with one code, the second sees what the first has written.
    if not UploadAuthorisation.objects.filter(pk=found.pk, redeemed_at=None, revoked_at=None).update(redeemed_at=now):
        raise NotRedeemable
    server = server_of(found.region)
    if server is None:
        raise NoServer
    # Its audience is the address of the report and not the server: it opens nothing else there, least of all the manual clusters.
    address = report_url(server.base_url)
    try:
        token = make_token(
            private_key_hex=server.client_key, issuer=settings.PUBLIC_URL, audience=address, now=now, lifetime=MAX_LIFETIME
        )
    except BadKey:
        raise NoServer from None
    record_act(actor=None, verb="upload_authorisation_redeemed", on=found, side=AuditSide.LINK)
    return Grant(token=token, report_url=address, expires_at=now + timedelta(seconds=MAX_LIFETIME))


def digest(code: str) -> str:
    return salted_hmac("mct.authorising", code, algorithm="sha256").hexdigest()

from datetime import timedelta

import jwt
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country, Region, ServerAuthority
from mct.authorising import issuing
from mct.authorising.issuing import (
    MOST_OPEN,
    NoServer,
    NotRedeemable,
    TooManyOpen,
    authorise_upload,
    digest,
    redeem,
    revoke_authorisation,
)
from mct.authorising.models import UploadAuthorisation
from mct.authorising.retention import purge
from tests.factories import SK_CLIENT, TeamMembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def authorised(interviewer):
    """A row and its code, made now."""
    return authorise_upload(region=Region.objects.get(), by=interviewer, now=timezone.now())


def events():
    return list(AuditEvent.objects.order_by("pk").values_list("actor", "side", "verb", "subject_uuid"))


def test_row_holds_no_code(authorised, interviewer):
    row, code = authorised
    stored = UploadAuthorisation.objects.values().get()
    assert code not in str(stored)
    assert stored["code_digest"] == digest(code)
    assert (row.expires_at - row.created_at, row.created_by, row.redeemed_at, row.revoked_at) == (
        timedelta(hours=1),
        interviewer,
        None,
        None,
    )
    assert events() == [(interviewer.pk, "person", "upload_authorised", row.uuid)]
    assert code not in str(list(AuditEvent.objects.values_list("details", flat=True)))


def test_digest_is_keyed(authorised, settings):
    before = digest("B7KTZ9XN")
    settings.SECRET_KEY = "another"
    assert digest("B7KTZ9XN") != before


def test_code_that_is_taken_is_drawn_again(authorised, interviewer, monkeypatch):
    drawn = iter([authorised[1], "B7KTZ9XN"])
    monkeypatch.setattr(issuing, "new_code", lambda: next(drawn))
    assert authorise_upload(region=Region.objects.get(), by=interviewer, now=timezone.now())[1] == "B7KTZ9XN"


def test_code_becomes_a_token_for_the_reports_of_the_country_s_server(authorised):
    row, code = authorised
    now = timezone.now().replace(microsecond=0)
    grant = redeem(code=f" {code[:4].lower()}-{code[4:]} ", now=now)
    address = f"{ServerAuthority.objects.get().base_url}/api/clea/v1/wreport"
    claims = jwt.decode(grant.token, SK_CLIENT.public_key(), algorithms=["ES256"], audience=address)
    jti = claims.pop("jti")
    until = int((now + timedelta(minutes=5)).timestamp())
    assert claims == {"iss": "http://localhost:8000", "aud": address, "iat": int(now.timestamp()), "exp": until}
    assert (len(jti), grant.report_url, grant.expires_at) == (36, address, now + timedelta(minutes=5))
    row.refresh_from_db()
    assert row.redeemed_at == now
    assert events()[1:] == [(None, "link", "upload_authorisation_redeemed", row.uuid)]


def end(row, how, by):
    now = timezone.now()
    match how:
        case "used":
            UploadAuthorisation.objects.update(redeemed_at=now)
        case "revoked":
            assert revoke_authorisation(row, by=by, now=now) is True
        case "expired":
            UploadAuthorisation.objects.update(created_at=now - timedelta(hours=1), expires_at=now)
        case "elsewhere":
            Country.objects.update(deployment=Deployment.EDGE)


@pytest.mark.parametrize("how", ["used", "revoked", "expired", "elsewhere"])
def test_code_works_once_in_its_hour_and_where_the_team_is_at_the_centre(authorised, interviewer, how):
    row, code = authorised
    end(row, how, interviewer)
    before = UploadAuthorisation.objects.values().get()
    with pytest.raises(NotRedeemable):
        redeem(code=code, now=timezone.now())
    assert UploadAuthorisation.objects.values().get() == before


@pytest.mark.parametrize("code", ["", "B7KTZ9XN", "B7KT", "\x00", "x" * 40])
def test_wrong_code(authorised, code):
    with pytest.raises(NotRedeemable):
        redeem(code=code, now=timezone.now())


@pytest.mark.parametrize("key", ["", "not a key"])
def test_server_without_a_key_leaves_the_code_unused(authorised, key):
    ServerAuthority.objects.update(client_key=key)
    with pytest.raises(NoServer):
        redeem(code=authorised[1], now=timezone.now())
    assert UploadAuthorisation.objects.get().redeemed_at is None


def test_no_code_is_made_where_no_token_could_be_signed(interviewer):
    ServerAuthority.objects.update(client_key="")
    with pytest.raises(NoServer):
        authorise_upload(region=Region.objects.get(), by=interviewer, now=timezone.now())
    assert not UploadAuthorisation.objects.exists()


def test_number_of_open_codes_of_one_agent_is_limited(interviewer):
    region, now = Region.objects.get(), timezone.now()
    rows = [authorise_upload(region=region, by=interviewer, now=now)[0] for _ in range(MOST_OPEN)]
    with pytest.raises(TooManyOpen):
        authorise_upload(region=region, by=interviewer, now=now)
    authorise_upload(region=region, by=TeamMembershipFactory().user, now=now)
    revoke_authorisation(rows[0], by=interviewer, now=now)
    authorise_upload(region=region, by=interviewer, now=now)
    authorise_upload(region=region, by=interviewer, now=now + timedelta(hours=1))


def test_what_was_used_is_not_revoked(authorised, interviewer):
    row, code = authorised
    redeem(code=code, now=timezone.now())
    assert revoke_authorisation(row, by=interviewer, now=timezone.now()) is False
    assert UploadAuthorisation.objects.get().revoked_at is None


def test_database_refuses_what_was_used_and_revoked(authorised):
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        UploadAuthorisation.objects.update(redeemed_at=now, revoked_at=now)


def test_whatever_is_past_its_hour_is_deleted(authorised, settings):
    now = timezone.now()
    assert purge(now=now) == 0
    assert purge(now=now + timedelta(hours=1)) == 1
    assert "mct.authorising.retention.purge" in settings.PURGES

"""Two phones type one code at the same moment: needs a database that lets two connections write."""

import pytest
from django.db import connection
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.models import Region
from mct.authorising.issuing import authorise_upload, redeem, revoke_authorisation
from tests.mct.test_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _two_writers() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")


def test_one_of_several_phones_gets_the_token(interviewer):
    _row, code = authorise_upload(region=Region.objects.get(), by=interviewer, now=timezone.now())
    outcomes = at_once(*[lambda: redeem(code=code, now=timezone.now())] * 4)
    assert sorted(outcomes) == ["NotRedeemable"] * 3 + ["done"]
    assert AuditEvent.objects.filter(verb="upload_authorisation_redeemed").count() == 1


def test_code_is_used_or_revoked_and_never_both(interviewer):
    row, code = authorise_upload(region=Region.objects.get(), by=interviewer, now=timezone.now())
    at_once(
        lambda: redeem(code=code, now=timezone.now()),
        lambda: revoke_authorisation(row, by=interviewer, now=timezone.now()),
    )
    row.refresh_from_db()
    assert (row.redeemed_at is None) != (row.revoked_at is None)

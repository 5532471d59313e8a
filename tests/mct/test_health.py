from datetime import timedelta

import pytest
from django.utils import timezone

from mct.enums import DeclarationState
from mct.health import oldest_unsent_declaration, oldest_withdrawal
from tests.factories import DeclarationFactory

pytestmark = pytest.mark.django_db
D = DeclarationState


def waiting(seconds, **fields):
    return DeclarationFactory(hold_until=timezone.now() - timedelta(seconds=seconds), **fields)


def test_nothing_to_send_is_well():
    assert oldest_unsent_declaration() == {"ok": True, "seconds": 0}


@pytest.mark.parametrize("state", [D.HELD, D.READY, D.SENDING])
@pytest.mark.parametrize(("seconds", "ok"), [(60, True), (899, True), (901, False), (5000, False)])
def test_declaration_that_waits_too_long_is_not_well(state, seconds, ok):
    waiting(seconds, state=state)
    waiting(5, state=D.READY)
    assert oldest_unsent_declaration() == {"ok": ok, "seconds": seconds}


@pytest.mark.parametrize("state", [D.ACCEPTED, D.PUBLISHED, D.REFUSED, D.UNKNOWN, D.WITHDRAWN])
def test_declaration_that_is_done_with_does_not_count(state):
    waiting(5000, state=state)
    assert oldest_unsent_declaration() == {"ok": True, "seconds": 0}


def test_declaration_that_is_still_held_does_not_count():
    waiting(-5000, state=D.HELD)
    assert oldest_unsent_declaration() == {"ok": True, "seconds": 0}


@pytest.mark.parametrize(("seconds", "ok"), [(60, True), (899, True), (901, False)])
def test_withdrawal_that_no_server_answers_is_not_well(seconds, ok):
    DeclarationFactory(state=D.WITHDRAWING, withdrawal_ordered_at=timezone.now() - timedelta(seconds=seconds))
    DeclarationFactory(state=D.WITHDRAWN, withdrawal_ordered_at=timezone.now() - timedelta(days=1))
    assert oldest_withdrawal() == {"ok": ok, "seconds": seconds}

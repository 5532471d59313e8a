from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.celery import app
from mct.enums import DeclarationState
from mct.models import Declaration
from tests.factories import ServerAuthorityFactory


def declaration(**fields):
    now = timezone.now()
    defaults = {
        "server": ServerAuthorityFactory(),
        "ltid": "00000000-0000-0000-0000-000000000001",
        "deep_link": "link",
        "start": now - timedelta(hours=2),
        "end": now - timedelta(hours=1),
        "hold_until": now,
        "next_attempt_at": now,
    }
    return Declaration.objects.create(**defaults | fields)


def test_healthz_answers_without_a_database(client):
    response = client.get(reverse("healthz"))
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_when_all_is_well(client):
    response = client.get(reverse("readyz"))
    assert (response.status_code, response.json()) == (
        200,
        {
            "status": "ok",
            "checks": {
                "database": {"ok": True},
                "broker": {"ok": True},
                "oldest_unsent_declaration": {"ok": True, "seconds": 0},
                "oldest_withdrawal": {"ok": True, "seconds": 0},
            },
        },
    )


@pytest.mark.django_db
def test_readyz_names_a_broker_that_is_down(client, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    response = client.get(reverse("readyz"))
    assert (response.status_code, response.json()["checks"]["broker"]["ok"]) == (503, False)


@pytest.mark.django_db
def test_readyz_when_a_declaration_waits_too_long(client):
    declaration(hold_until=timezone.now() - timedelta(minutes=20))
    response = client.get(reverse("readyz"))
    assert (response.status_code, response.json()["status"]) == (503, "not ready")
    assert response.json()["checks"]["oldest_unsent_declaration"] == {"ok": False, "seconds": pytest.approx(1200, abs=30)}


@pytest.mark.django_db
def test_readyz_does_not_count_what_is_held_or_done(client):
    declaration(hold_until=timezone.now() + timedelta(minutes=5))
    past = timezone.now() - timedelta(hours=1)
    declaration(hold_until=past, state=DeclarationState.ACCEPTED, ltid="00000000-0000-0000-0000-000000000002")
    assert client.get(reverse("readyz")).json()["checks"]["oldest_unsent_declaration"]["ok"] is True

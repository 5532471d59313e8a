from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.administration.country_models import ConnectionTest
from clea_portal.administration.expiry import check
from clea_portal.authorities.enums import Authentication
from clea_portal.monitoring.lines import Moment
from tests.clea_portal.cluster_server.certificates import client_pair


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def server(country):
    return country.server


def found(now):
    return [(line.key, str(line.light), line.says.split(" ")[0], line.advice) for line in check(Moment(now=now, signs={})).lines]


def tested(server, now, **left):
    step = {"name": "tls", "result": "ok", "code": "trusted", "facts": {"expires": (now + timedelta(**left)).isoformat()}}
    ConnectionTest.objects.create(server=server, steps=[{"name": "name", "facts": {}}, step])


def test_nothing_is_said_where_nothing_is_known(server, now):
    assert found(now) == []
    ConnectionTest.objects.create(server=server)
    assert found(now) == []


@pytest.mark.parametrize(
    ("left", "light", "word"),
    [
        ({"days": 31}, "green", "Good"),
        ({"days": 29}, "amber", "Good"),
        ({"days": 6}, "red", "Good"),
        ({"days": -1}, "red", "Expired"),
    ],
)
def test_certificate_of_the_server(server, now, left, light, word):
    tested(server, now, **left)
    advice = "" if light == "green" else "Ask the operator when it is renewed."
    assert found(now) == [("certificate_server_FR", light, word, advice)]


def test_certificate_of_the_portal_counts_only_where_it_is_shown(server, now):
    server.tls_certificate, server.tls_key = client_pair()
    server.save()
    assert found(now) == []
    server.authentication = Authentication.CERTIFICATE
    server.save()
    assert found(now) == [("certificate_portal_FR", "red", "Good", "Enter a new one on the page of the cluster server.")]
    server.tls_certificate = "no certificate"
    server.save()
    assert found(now) == []


def test_number_for_programs(server, now):
    tested(server, now, days=40)
    (line,) = check(Moment(now=now, signs={})).lines
    (measure,) = line.measures
    assert (measure.name, measure.labels) == ("clea_certificate_expires_timestamp_seconds", {"country": "FR", "of": "server"})
    assert measure.value == (now + timedelta(days=40)).timestamp()

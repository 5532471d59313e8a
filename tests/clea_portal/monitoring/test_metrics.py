import re

import pytest
from django.db import DatabaseError
from django.urls import reverse

from clea_portal.monitoring import views
from clea_portal.monitoring.lines import Group, Light, Line, Measure
from clea_portal.monitoring.metrics import written
from tests.factories import CaseFactory, TeamMembershipFactory, ready_country

TOKEN = "0123456789abcdef0123456789abcdef"


def get(client, authorization=f"Bearer {TOKEN}", method="get"):
    return getattr(client, method)(reverse("metrics"), headers={"authorization": authorization})


def test_text_is_what_prometheus_reads():
    measures = (
        Measure(name="clea_x", about="Some \\ text\nof two lines.", value=3, labels={"a": 'quote " and \\ and\nline'}),
        Measure(name="clea_x", about="Some \\ text\nof two lines.", value=2.5, labels={"a": "b"}),
        Measure(name="clea_y", about="None.", value=1e9),
    )
    line = Line(key="k", label="label", light=Light.AMBER, says="says", measures=measures)
    assert written([Group(label="g", lines=[line])]) == (
        "# HELP clea_health How a line of the health page is: 0 green, 1 amber, 2 red.\n"
        "# TYPE clea_health gauge\n"
        'clea_health{line="k"} 1\n'
        "# HELP clea_x Some \\\\ text\\nof two lines.\n"
        "# TYPE clea_x gauge\n"
        'clea_x{a="quote \\" and \\\\ and\\nline"} 3\n'
        'clea_x{a="b"} 2.5\n'
        "# HELP clea_y None.\n"
        "# TYPE clea_y gauge\n"
        "clea_y 1000000000.0\n"
    )


@pytest.mark.django_db
def test_without_a_token_in_the_settings_there_is_no_such_address(client, settings):
    settings.METRICS_TOKEN = ""
    assert [get(client, authorization).status_code for authorization in ("", "Bearer ", f"Bearer {TOKEN}")] == [404] * 3


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer é"])
def test_whoever_does_not_know_the_token_reads_nothing(client, settings, authorization):
    settings.METRICS_TOKEN = TOKEN
    response = get(client, authorization)
    assert (response.status_code, response.content, response.headers["WWW-Authenticate"]) == (
        401,
        b"",
        'Bearer realm="metrics"',
    )


@pytest.mark.django_db
def test_metrics_of_a_portal_name_nobody(client, settings):
    settings.METRICS_TOKEN = TOKEN
    country = ready_country()
    agent = TeamMembershipFactory(team__region__country=country)
    case = CaseFactory(region=agent.team.region, assignee=agent.user, reference="2026-0117")
    response = get(client)
    text = response.content.decode()
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert response.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    for secret in (agent.user.email, str(case.uuid), "2026-0117", agent.team.name):
        assert secret not in text
    line = re.compile(r'(# (HELP|TYPE) clea_\w+ .+|clea_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[0-9.e+]+)')
    assert [each for each in text.splitlines() if not line.fullmatch(each)] == []
    names = re.findall(r"^# TYPE (\w+)", text, flags=re.MULTILINE)
    assert (len(names), len(set(names))) == (len(names), len(names))
    assert 'clea_info{version="' in text


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_metrics_are_only_read(client, settings, method):
    settings.METRICS_TOKEN = TOKEN
    assert get(client, method=method).status_code == 405


def test_database_that_does_not_answer(client, settings, monkeypatch):
    settings.METRICS_TOKEN = TOKEN

    def broken(**_):
        raise DatabaseError

    monkeypatch.setattr(views, "groups", broken)
    assert get(client).status_code == 503

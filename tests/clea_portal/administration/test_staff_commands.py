import json
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from clea_portal.authorities.france import DEPARTMENTS, VENUE_TYPES
from clea_portal.authorities.models import Region, Team
from tests.factories import AdministrationFactory, RegionFactory, TeamFactory, TeamMembershipFactory


def run(name, *arguments):
    output = StringIO()
    call_command(name, *arguments, stdout=output)
    return json.loads(output.getvalue())


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "input.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


def test_set_regions(country, file):
    RegionFactory(country=country, number=69, name="Rhone")
    rows = {"regions": [{"number": 38, "name": "Isère"}, {"number": 69, "name": "Rhône"}]}
    assert run("set_regions", "FR", file(rows)) == {"country": "FR", "added": 1, "renamed": 1, "regions": 2}
    assert run("set_regions", "FR", file(rows))["added"] == 0
    found = run("set_regions", "FR", "--departments")
    assert (found["added"], Region.objects.get(number=69).name) == (len(DEPARTMENTS) - 2, "Rhône")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "This is not JSON."),
        ([], 'The JSON must be an object with one list: {"regions": [...]}'),
        ({"regions": [{"number": 38}]}, "regions[0]: must be an object with number (int), name (str)"),
        ({"regions": [{"number": True, "name": "a"}]}, "regions[0]: must be an object with number (int), name (str)"),
        ({"regions": [{"number": 256, "name": "a"}]}, "regions[0].number: must be from 0 to 255"),
        ({"regions": [{"number": 38, "name": " "}]}, "regions[0].name: must have 1 to 80 characters"),
        ({"regions": [{"number": 38, "name": "a"}] * 2}, "regions[1].number: 38 stands twice"),
    ],
)
def test_bad_regions(country, file, content, sentence):
    with pytest.raises(CommandError) as refused:
        run("set_regions", "FR", file(content))
    assert (str(refused.value), Region.objects.count()) == (sentence, 0)


def test_country_that_is_not_there(db):
    with pytest.raises(CommandError, match="There is no country 'XX'"):
        run("list_staff", "XX")


def test_set_teams(country, file):
    RegionFactory(country=country, number=38)
    rows = {"teams": [{"region": 38, "name": "Cellule"}, {"region": 38, "name": "Nuit"}]}
    found = run("set_teams", "FR", file(rows))
    assert (found["added"], [(team["region"], team["name"]) for team in found["teams"]]) == (2, [(38, "Cellule"), (38, "Nuit")])
    assert run("set_teams", "FR", file(rows))["added"] == 0
    with pytest.raises(CommandError, match="the country has no region 99"):
        run("set_teams", "FR", file({"teams": [{"region": 38, "name": "New"}, {"region": 99, "name": "Cellule"}]}))
    assert Team.objects.count() == 2


def test_set_venue_types(country, file):
    assert run("set_venue_types", "FR", "--ready-made")["added"] == len(VENUE_TYPES) + 11
    written = run("set_venue_types", "FR")
    written["venue_types"][0]["label_en"] = "Eating out"
    assert run("set_venue_types", "FR", file(written)) == {"country": "FR", "added": 0, "changed": 1}
    with pytest.raises(CommandError, match="must be a list"):
        run("set_venue_types", "FR", file({"venue_types": 3}))


def test_invite_list_and_suspend(country):
    team = TeamFactory(region__country=country)
    found = run("invite_staff", "FR", "agent@example.org", "--role", "agent", "--team", str(team.uuid), "--language", "en")
    assert (list(found), found["sent"], [message.to for message in mail.outbox]) == (
        ["invitation", "sent", "valid_until"],
        True,
        [["agent@example.org"]],
    )
    assert "You are invited to work for the authority of France" in mail.outbox[0].body
    link = run("invite_staff", "FR", "boss@example.org", "--role", "administrator", "--show-link")["url"]
    assert link.startswith("http://localhost:8000/invitations/authority/")
    member = TeamMembershipFactory(team=team).user
    assert run("suspend_staff", "FR", member.email.upper()) == {"country": "FR", "email": member.email, "suspended": True}
    people = run("list_staff", "FR")["people"]
    assert [(person["email"], person["second_factors"]) for person in people] == [(member.email, [])]
    assert [(role["role"], role["region"], role["suspended"] is None) for role in people[0]["roles"]] == [("agent", 38, False)]
    run("suspend_staff", "FR", member.email, "--lift")
    assert run("list_staff", "FR")["people"][0]["roles"][0]["suspended"] is None
    with pytest.raises(CommandError, match="This has changed meanwhile"):
        run("suspend_staff", "FR", member.email, "--lift")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody", "--role", "administrator"], "'nobody' is no e-mail address."),
        (["a@example.org", "--role", "agent"], "Agents and leads need --team UUID"),
        (["a@example.org", "--role", "agent", "--team", "x"], "'x' is no UUID."),
        (["a@example.org", "--role", "lead", "--team", "00000000-0000-0000-0000-000000000000"], "The country has no such team"),
        (
            ["a@example.org", "--role", "administrator", "--team", "00000000-0000-0000-0000-000000000000"],
            "An administrator belongs to no team.",
        ),
    ],
)
def test_bad_invitation(country, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("invite_staff", "FR", *arguments)


def test_last_administrator_is_not_suspended(country):
    person = AdministrationFactory(country=country).user
    with pytest.raises(CommandError, match="This is the last administrator of the country"):
        run("suspend_staff", "FR", person.email)
    with pytest.raises(CommandError, match="Nobody with this address"):
        run("suspend_staff", "FR", "nobody@example.org")


def test_health(country):
    found = run("health")
    assert (found["light"], found["lines"][0]["key"], found["lines"][0]["light"]) == ("red", "declarations", "green")
    output = StringIO()
    with pytest.raises(CommandError, match="Out of order: scheduler, worker:celery"):
        call_command("health", "--strict", stdout=output)
    assert json.loads(output.getvalue())["light"] == "red"

"""The whole path with real processes, and what it leaves behind."""

import re
from datetime import datetime, timedelta

import pytest

from clea_portal.accounts.demonstration import HOST, MANAGER
from clea_portal.scanning.reading import read_content
from tests.main_job import NAME, PARIS, PHONE, PIN, choose, play
from tests.processes import Portal, Visitor, running_portal
from tests.whole.dump import LTID_COLUMNS, Place, Value, dump, files, traces

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


def make_event(portal: Portal) -> Place:
    """An organiser's event, with the links of its printed codes."""
    host = Visitor(portal).sign_in(HOST)
    form = host.get("/events/new/").text
    start = datetime.now(PARIS).replace(second=0, microsecond=0) + timedelta(days=3)
    name, phone, pin = "Noces d'Aïcha & de Loïc 💍", "33465710099", "161803"
    details = {
        "name": name,
        "start": start.strftime("%Y-%m-%dT%H:%M"),
        "end": (start + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M"),
        "venue_type": choose(form, "venue_type", "Restaurant"),
        "venue_category1": "0",
        "venue_category2": "0",
        "region": choose(form, "region", "38 "),
        "time_zone": choose(form, "time_zone", "Europe/Paris"),
        "phone": f"+{phone}",
        "pin": pin,
    }
    page = host.send("/events/new/", details).text
    posters = sorted(set(re.findall(r'href="(/events/codes/[^"]+/poster\.pdf)', page)))
    links = [link for poster in posters for link in read_content(host.get(poster).content).links]
    assert len(links) == 2, "an event has an entrance code and an asynchronous one"
    return Place(name=name, phone=phone, pin=pin, links=tuple(links))


def test_poster_becomes_a_case_and_a_warning_and_leaves_no_trace_of_the_place(setup):
    steps = []
    with running_portal(**setup) as portal:
        played = play(portal, say=steps.append)
        event = make_event(portal)
        left = [*dump(portal), *files(portal)]
    assert steps[-1] == "the phone of a visitor who was not stays silent"

    venue = Place(name=NAME, phone=PHONE, pin=PIN, links=(played.link,))
    assert traces(left, [venue, event], declared=venue.ltids) == set()
    # The search looked at the right database: what is no secret is there, and so is the LTId that was declared.
    assert Value(where="accounts_user.email", content=MANAGER.encode()) in left
    (ltid,) = venue.ltids
    spellings = (str(ltid).encode(), ltid.hex.encode())
    assert {value.where for value in left if value.content in spellings} == LTID_COLUMNS

"""The main job, played through the pages: from a poster on a door to the warning of those who were there."""

import html
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pypdfium2

from clea_portal.accounts.demonstration import AGENT, MANAGER
from clea_portal.scanning.reading import read_content
from tests.pictures import photograph
from tests.processes import Portal, Visitor, wait_until

PARIS = ZoneInfo("Europe/Paris")
PRINT_DPI = 150
# What nobody may find in the database: tests/whole looks for them.
NAME, PHONE, PIN = "Café des Deux Rives 🍰", "33476987654", "271828"
CHOSEN = {"venue_type": "Restaurant", "region": "38 ", "time_zone": "Europe/Paris"}


@dataclass(frozen=True, kw_only=True)
class Played:
    poster: bytes
    picture: bytes
    link: str
    ltid: str
    case_path: str


def play(portal: Portal, *, say: Callable[[str], None]) -> Played:
    """Play it once; ``say`` hears of every step that held. Raises AssertionError or TimeoutError for the first that did not."""
    manager = Visitor(portal).sign_in(MANAGER)
    poster = make_poster(manager)
    say(f"a venue and its poster: {len(poster) / 1000:.0f} kB of PDF")
    picture = take_picture(poster)
    say(f"a picture of it, turned, blurred and compressed: {len(picture) / 1000:.0f} kB of JPEG")
    (link,) = read_content(poster).links

    agent = Visitor(portal).sign_in(AGENT)
    start, end = hours_of_the_case()
    case_path = register_case(agent, picture, start=start, end=end)
    say("a case with that picture, registered by an agent")
    page = wait_until(lambda: _shows(agent, case_path, "What will be declared"), seconds=60, what="the case to be ready")
    ltid = json.loads(portal.manage("inspect_code", link))["ltid"]
    assert ltid in page, "the case is linked to another LTId"
    say("the picture read and the case linked to its LTId by the worker")
    agent.send(case_path, {}, action=f"{case_path}declare/")
    say("the declaration ordered")
    wait_until(lambda: ltid in listed(portal), seconds=60, what="the cluster in the public list")
    say("the cluster in the sandbox's public list")
    wait_until(lambda: is_published(agent, case_path), seconds=60, what="the case to be published")
    say("the case published")

    call_the_contact(agent, say=say)

    there, elsewhere = start + (end - start) / 2, start - timedelta(hours=5)
    assert check_exposure(portal, link, there) is True
    say("the phone of a visitor who was there warns")
    assert check_exposure(portal, link, elsewhere) is False
    say("the phone of a visitor who was not stays silent")
    return Played(poster=poster, picture=picture, link=link, ltid=ltid, case_path=case_path)


def play_uploads(portal: Portal, *, say: Callable[[str], None]) -> None:
    """Two people who were at a place are interviewed; nobody declares it, their phones do. Raises as ``play`` does."""
    manager, agent = Visitor(portal).sign_in(MANAGER), Visitor(portal).sign_in(AGENT)
    (link,) = read_content(make_poster(manager)).links
    start, end = hours_of_the_case()
    there = start + (end - start) / 2
    for number in (1, 2):
        assert check_exposure(portal, link, there) is False
        page = agent.send("/upload-authorisations/", {}).text
        code = "".join(re.findall(r'<b class="mono">(.)</b>', page))
        assert len(code) == 8, "no code is shown"
        told = portal.manage("report_visits", link, "--at", there.isoformat(), "--code", code, "--portal", portal.base_url)
        assert json.loads(told)["message"] == "1/1 accepted visits"
        say(f"a code read out by an agent, and a report of the phone of person {number}")
    wait_until(lambda: check_exposure(portal, link, there), seconds=30, what="the reported cluster in the public list")
    say("the place that both reported is a cluster: phones that were there warn")


def make_poster(manager: Visitor) -> bytes:
    form = manager.get("/venues/new/").text
    choices = {field: choose(form, field, label) for field, label in CHOSEN.items()}
    details = choices | {"name": NAME, "phone": f"+{PHONE}", "pin": PIN, "venue_category1": "0", "venue_category2": "0"}
    page = manager.send("/venues/new/", details).text
    poster = re.search(r'href="(/venues/codes/[^"]+/poster\.pdf)[^"]*"', page)
    assert poster, "the venue's page offers no poster"
    pdf = manager.get(poster[1])
    assert pdf.headers["Content-Type"] == "application/pdf"
    return pdf.content


def take_picture(poster: bytes) -> bytes:
    with pypdfium2.PdfDocument(poster) as document:
        page = document[0].render(scale=PRINT_DPI / 72).to_pil()
    return photograph(page, seed=7, degrees=4, blur=1.0, quality=60)


def hours_of_the_case() -> tuple[datetime, datetime]:
    """A stay that has just ended, by the minute, within the present hour: a code is good from the hour it was made in."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    if now.minute == 0:
        # A stay has at least a minute, and none of it is yet to come.
        time.sleep(61 - datetime.now(UTC).second)
        now = datetime.now(UTC).replace(second=0, microsecond=0)
    return max(now.replace(minute=0), now - timedelta(minutes=20)), now


def register_case(agent: Visitor, picture: bytes, *, start: datetime, end: datetime) -> str:
    """The address of the case's page."""
    data = {
        "exposure_start": start.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M"),
        "exposure_end": end.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M"),
        "infected_count": "2",
        "reference": "2026-117",
        "notes": "",
        "links": "",
    }
    page = agent.send("/cases/new/", data, files=[("pictures", ("poster.jpg", picture, "image/jpeg"))])
    assert re.fullmatch(r"/cases/[0-9a-f-]{36}/", page.url.path), "the case was not registered"
    return page.url.path


def call_the_contact(agent: Visitor, *, say: Callable[[str], None]) -> None:
    """Case 1: the cluster server tells whom to call, and what the contact says is checked."""
    found = wait_until(lambda: _link(agent, "/contact-messages/?show=free"), seconds=60, what="the contact message")
    say("the contact message of the cluster server, decrypted by the worker and in the region's inbox")
    page = agent.send(found, {}, action=f"{found}take/").text
    assert f'href="tel:+{PHONE}"' in page, "the number to call is not shown to whoever took the message"
    assert PIN not in page, "the true PIN is shown"
    page = agent.send(found, {"pin": PIN[::-1]}, action=f"{found}pin/").text
    assert "No match." in page, "a wrong PIN matches"
    page = agent.send(found, {"pin": PIN}, action=f"{found}pin/").text
    assert "Match: you speak with the contact of the place." in page, "the PIN of the place does not match"
    say("the contact called: a wrong PIN does not match, the one of the place does")
    page = agent.send(found, {}, action=f"{found}case/")
    assert re.fullmatch(r"/cases/[0-9a-f-]{36}/", page.url.path), "no case was opened from the message"
    say("a case opened from the message with one click")


def _link(agent: Visitor, path: str) -> str:
    link = re.search(r'href="(/contact-messages/[0-9a-f-]{36}/)"', agent.get(path).text)
    return link[1] if link else ""


def is_published(agent: Visitor, case_path: str) -> bool:
    return case_path in agent.get("/cases/?show=published").text


def listed(portal: Portal) -> str:
    """All of the sandbox's public list, as text."""
    index = portal.sandbox.get("/list/clusterIndex.json")
    return json.dumps([portal.sandbox.get(f"/list/{index['i']}/{prefix}.json") for prefix in index["c"]])


def check_exposure(portal: Portal, link: str, at: datetime) -> bool:
    answer = portal.manage("check_exposure", link, "--at", at.isoformat(), "--list", portal.sandbox.list_url)
    return bool(json.loads(answer)["exposed"])


def _shows(agent: Visitor, path: str, text: str) -> str:
    page = html.unescape(agent.get(path).text)
    return page if text in page else ""


def choose(page: str, field: str, label: str) -> str:
    """The value of the choice whose label begins so."""
    select = re.search(rf'<select[^>]*name="{field}".*?</select>', page, flags=re.DOTALL)
    assert select, f"the form has no {field}"
    found = re.search(rf'<option value="([^"]+)"[^>]*>{label}', select[0])
    assert found, f"{field} offers no {label}"
    return found[1]

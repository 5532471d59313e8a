"""Every form of venues, events, accounts and organisations, sent by a browser that runs no script.

Which addresses take a form, the list of URLs says; where the forms stand, following links finds out. A form that no page leads to
without scripts, or that such a browser cannot send, fails here. What each form does, the tests of its view say.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from clea_portal.accounts.deletions import order_deletion_of_organisation
from clea_portal.accounts.enums import AfterHandOver, MemberRole
from clea_portal.accounts.invitations import invite
from clea_portal.accounts.ownership import offer_ownership
from clea_portal.api.enums import Scope
from clea_portal.api.tokens import make_token
from clea_portal.calendars.feeds import share_calendar
from clea_portal.protocol.keys import public_key_hex
from events.codes import set_staff_codes
from events.models import Event, EventCode
from events.planning import archive_event
from events.rooms import add_rooms
from events.slots import add_slot
from tests.clea_portal.jobs import handlers
from tests.clea_portal.jobs.making import done_job, order
from tests.events.making import coming_event
from tests.factories import SK_SA
from tests.members import member, organisation_with_choices, signed_in
from tests.pictures import clea_link, draw_code
from tests.test_ladder import ADDRESSES
from tests.venues.display_making import added_display
from tests.venues.making import added_room, opened_venue, rotating
from venues.managing import archive_venue
from venues.models import Venue, VenueCode
from venues.packs import make_pack

pytestmark = pytest.mark.django_db(transaction=True)

FAMILIES = {
    "venues": ("venues", "devices", "venue-mail", "printing"),
    "parts of venues": ("packs", "rooms", "displays"),
    "events": ("events", "event-mail", "events-calendar"),
    "organisations": ("organisations",),
    "account": ("tokens", "jobs", ""),
}
# Where links are followed, too.
AROUND = {"parts of venues": ("venues",), "venues": ("packs", "rooms")}
# Of those that stand in no space: pages of one's own account.
OF_ONES_OWN = {"change_time_zone", "own_sessions", "download_own_data", "delete_account", "stop_deletion"}
# Journeys of their own, or pages that a browser with scripts alone asks for.
ELSEWHERE = {
    # Of whoever has no organisation yet, or is asked: below.
    *("organisations:create", "organisations:answer_offer"),
    # What hangs over a venue while two codes count: tests/venues/test_pack_views.py sends what the page shows.
    *("packs:keep_static", "packs:end_static"),
}
# What to type, by the field's name; the rest keeps what the page proposes.
TYPED = {
    "name": "Le Nouveau Refuge",
    "names": "Salle verte",
    "phone": "04 65 71 00 38",
    "pin": "380038",
    "email": "somebody@example.org",
    "passphrase": "six pommes et demie",
    "public_key": public_key_hex(SK_SA.public_key()),
    "text": "name;type;region;phone;PIN\nLa Rive;1;38;04 65 71 00 38;380038",
    "tables": "Table 1\nTable 2",
    "renewal_hours": "04:00",
    "hours": "04:00",
}
# Pages of one view that are looked at: more show nothing else.
MOST_OF_A_KIND = 12
# These end what others need: last.
LATE = ("archive", "remove", "withdraw", "switch_off", "revoke", "delete", "leave", "hand_over", "member", "make_static", "renew")


# Of a form, each control: kind, name, value, whether it is chosen. Of a page, the number of the first form that goes to a path.
CONTROLS = """form => {
  form.querySelectorAll("details").forEach(part => { part.open = true; });
  for (let part = form.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  return [...form.querySelectorAll("input, select, textarea")].map(e => [e.type, e.name, e.value, e.checked === true]);
}"""
FORM = """path => [...document.forms].findIndex(form => form.method === "post" && (new URL(form.action).pathname === path
  || [...form.querySelectorAll("[formaction]")].some(button => new URL(button.formAction).pathname === path)))"""


class Page(HTMLParser):
    """Where a page leads, and what its forms are."""

    def __init__(self, address, text):
        super().__init__()
        self.address, self.links, self.forms, self._open = address, [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "a" and values.get("href"):
            self.links.append(urljoin(self.address, values["href"]))
        if tag == "form" and (values.get("method") or "").lower() == "post":
            self.forms.append(urljoin(self.address, values.get("action") or self.address))
        if tag in ("button", "input") and values.get("formaction"):
            self.forms.append(urljoin(self.address, values["formaction"]))


def name_of(address):
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def belongs(name, family):
    space = name.rpartition(":")[0]
    return space in FAMILIES[family] and (space != "" or name in OF_ONES_OWN)


def is_near(name, family):
    return belongs(name, family) or name.rpartition(":")[0] in AROUND.get(family, ())


@dataclass
class Scene:
    """Somebody who owns an organisation with something of everything."""

    organisation: object
    owner: object
    starts: list = field(default_factory=list)


@pytest.fixture
def scene(settings):
    organisation = organisation_with_choices()
    scene = Scene(organisation=organisation, owner=member(organisation))
    settings.JOB_KINDS = settings.JOB_KINDS | handlers.KINDS
    return scene


def venues_of(scene):
    now = timezone.now()
    venue = rotating(opened_venue(scene.organisation, now=now), now=now)
    static = opened_venue(scene.organisation, now=now - timedelta(days=8), name="Le Zinc")
    archived = opened_venue(scene.organisation, now=now, name="Fermé")
    archive_venue(archived, by=scene.owner, now=now)
    Venue.objects.filter(pk=static.pk).update(opening_hours=venue.opening_hours)
    for name in ("Bar", "Cave"):
        room = added_room(venue, name, now=now)
        rotating(venue, room=room, now=now)
    today = now.astimezone(venue.zone).date()
    make_pack(
        venue=venue, room=None, first_day=today, last_day=today + timedelta(days=2), with_staff=True, by=scene.owner, now=now
    )
    VenueCode.objects.filter(packs__isnull=False).update(edited_since=["name"])
    # One whose codes are all out of use, in a room too: a code without an end can be made.
    bare = opened_venue(scene.organisation, now=now, name="Sans code")
    floor = added_room(bare, "Étage", now=now)
    VenueCode.objects.filter(venue=bare).update(replaced_at=now)
    added_display(venue, now=now)
    added_display(static, now=now)
    return [reverse("rooms:detail", args=[floor.uuid]), "/venues/", "/venues/?show=archived", "/venues/print/"]


def events_of(scene):
    now = timezone.now()
    whole, slotted = coming_event(scene.organisation), coming_event(scene.organisation, days=8)
    slot = {"start": slotted.start, "end": slotted.end}
    for _ in range(2):
        add_slot(event=slotted, name="Film", by=scene.owner, now=now, **slot)
    add_rooms(event=slotted, names=["Salle 1", "Salle 2"], independent=False, by=scene.owner, now=now)
    EventCode.objects.filter(event=slotted, kind="entrance").update(edited_since=["name"])
    missing = coming_event(scene.organisation, days=9)
    missing.codes.update(replaced_at=now)
    long = coming_event(scene.organisation, days=10)
    Event.objects.filter(pk=long.pk).update(end=long.end + timedelta(days=2))
    set_staff_codes(whole.pk, wanted=True, by=scene.owner, now=now)
    archived = coming_event(scene.organisation, days=6)
    archive_event(archived, by=scene.owner, now=now)
    share_calendar(organisation=scene.organisation, by=scene.owner, language="fr", now=now)
    return [
        *(reverse("events:detail", args=[event.uuid]) for event in (long, archived, missing)),
        "/events/",
        "/events/calendar/",
        "/events/?show=archived",
    ]


def organisations_of(scene):
    now, organisation = timezone.now(), scene.organisation
    for email in ("one@example.org", "two@example.org"):
        invite(organisation, by=scene.owner, email=email, role=MemberRole.EDITOR, language="fr", now=now)
    for role in (MemberRole.EDITOR, MemberRole.READER):
        colleague = member(organisation, role)
        offer_ownership(organisation, by=scene.owner, to=colleague, afterwards=AfterHandOver.STAYS, now=now)
    member(organisation, MemberRole.EDITOR)
    return ["/organisations/"]


def account_of(scene):
    now = timezone.now()
    for name in ("Shop", "Till"):
        make_token(by=scene.owner, organisation=scene.organisation, name=name, scope=Scope.READ, lifetime=None, now=now)
    order(scene.owner)
    done_job(scene.owner)
    member(scene.organisation)
    other = organisation_with_choices()
    other.memberships.create(user=scene.owner, role=MemberRole.OWNER)
    order_deletion_of_organisation(other, by=scene.owner, now=now)
    return ["/account/data/", "/account/sessions/", "/account/time-zone/", "/account/tokens/", "/jobs/", "/account/delete/"]


MAKE = {
    "venues": venues_of,
    "parts of venues": venues_of,
    "events": events_of,
    "organisations": organisations_of,
    "account": account_of,
}


def forms_from(starts, client, family, *, without):
    """By the name of the address that takes it: pages with such a form, and its address; found by links within the family."""
    found, seen, waiting, visits = {}, set(), list(starts), Counter()
    while waiting:
        address = waiting.pop(0)
        kind = name_of(address)
        if address in seen or visits[kind] >= MOST_OF_A_KIND:
            continue
        seen.add(address)
        visits[kind] += 1
        answer = client.get(address)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = Page(address, answer.content.decode())
        for action in page.forms:
            if belongs(name_of(action), family) and name_of(action) not in without:
                found.setdefault(name_of(action), []).append((address, action))
        waiting += [link for link in page.links if link.startswith("/") and is_near(name_of(link), family)]
    return found


def takes_a_form(name, client):
    return "POST" in client.put(ADDRESSES[name]).headers.get("Allow", "")


def fill(form, tmp_path):
    """As a person does who accepts what the page proposes."""
    start = timezone.localtime() + timedelta(days=9)
    typed_in = TYPED | {
        "start": f"{start:%Y-%m-%dT15:00}",
        "end": f"{start:%Y-%m-%dT17:00}",
        "lines": f"{start:%Y-%m-%d} 18:00-20:00 Film",
    }
    chosen = set()
    for number, (kind, name, value, checked) in enumerate(form.evaluate(CONTROLS)):
        if checked:
            chosen.add(name)
        control = form.locator("input, select, textarea").nth(number)
        typed = typed_in.get(name.rpartition("-")[2])
        if kind == "file" and "image" in (control.get_attribute("accept") or ""):
            picture = tmp_path / "code.png"
            draw_code(clea_link(1)).save(picture)
            control.set_input_files(picture)
        elif kind == "radio" and name not in chosen:
            chosen.add(name)
            control.check()
        elif kind == "select-one" and not value:
            control.select_option(index=1)
        elif typed and not value and kind not in {"hidden", "radio", "checkbox"}:
            control.fill(typed)


def send(tab, address, action, tmp_path):
    """Send the form as it stands on its page. Why it was refused; None when it was taken, or is gone meanwhile."""
    tab.goto(address)
    path = urlsplit(action).path
    number = tab.evaluate(FORM, path)
    if number < 0:
        return None
    form = tab.locator("form").nth(number)
    fill(form, tmp_path)
    elsewhere = form.locator(f"button[formaction='{path}']")
    button = elsewhere.first if elsewhere.count() else form.locator("button:not([formaction]):not([aria-hidden])").first
    with tab.expect_response(lambda answer: answer.request.method == "POST") as got:
        button.click(no_wait_after=True)
    answer = got.value
    if answer.status >= 400:
        return answer.status
    is_page = answer.status == 200 and "attachment" not in answer.headers.get("content-disposition", "")
    _before, is_refused, after = (answer.text() if is_page else "").partition("Please correct this")
    return " ".join(re.sub("<[^>]*>", " ", after).split())[:300] if is_refused else None


@pytest.mark.parametrize("family", FAMILIES)
def test_every_form(family, scene, open_page, sign_in, settings, tmp_path):
    starts, client = MAKE[family](scene), signed_in(scene.owner)
    wanted = {name for name in ADDRESSES if belongs(name, family) and takes_a_form(name, client)} - ELSEWHERE
    page = open_page(language="en", javascript=False)
    sign_in(page, scene.owner)
    # The links are followed in the browser's own session: some forms end all others.
    client = Client(headers={"accept-language": "en"})
    client.cookies[settings.SESSION_COOKIE_NAME] = page.context.cookies()[0]["value"]
    sent, refused = set(), {}
    while waiting := forms_from(starts, client, family, without=sent | set(refused)):
        for name in sorted(waiting, key=lambda name: (name.rpartition(":")[2] in LATE, name)):
            for address, action in waiting[name]:
                tab = page.context.new_page()
                refused[name] = send(tab, address, action, tmp_path)
                tab.close()
                if refused[name] is None:
                    sent.add(name)
                    del refused[name]
                    break
    assert (refused, wanted - sent) == ({}, set())

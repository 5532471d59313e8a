"""A display in a browser: with its clock moved, its network cut, and on screens of every shape."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.derivation import derive_lt_key, derive_ltid
from clea_portal.protocol.ntp import to_ntp
from clea_portal.scanning.reading import decode_image
from tests.e2e.browser import Device
from tests.members import member
from tests.opening import open_code
from tests.venues.display_making import added_display
from tests.venues.making import added_room, opened_venue, rotating
from venues.displays import note_seen, switch_off
from venues.models import Display, Rotation, Venue

pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = {
    "4-3": Device(name="4-3", width=1024, height=768, touch=True),
    "16-9": Device(name="16-9", width=1920, height=1080, touch=False),
    "portrait": Device(name="portrait", width=800, height=1280, touch=True),
    "phone": Device(name="phone", width=390, height=844, touch=True),
}


@pytest.fixture
def venue():
    now = timezone.now()
    return rotating(opened_venue(now=now), now=now, cri_exp=10)


@pytest.fixture
def token(venue):
    return added_display(venue, now=timezone.now())[1]


def show(page, token):
    page.goto(reverse("displays:page", args=[token]))
    expect(page.locator("#code")).to_be_visible()


def settled(page):
    """Everything is kept: the page opens again without network."""
    page.wait_for_function(
        """async () => {
          const registration = await navigator.serviceWorker.ready;
          const cache = await caches.open(location.pathname);
          return Boolean(registration.active) && (await cache.keys()).length >= 3;
        }"""
    )
    page.wait_for_load_state("networkidle")


def link_on(page):
    """What a phone reads from the screen."""
    links = decode_image(Image.open(io.BytesIO(page.screenshot())))
    assert len(links) == 1, links
    return links[0]


def assert_right(page, moment, *, cri_exp=10):
    """The screen shows the code of this moment, and says its check code."""
    opened = open_code(link_on(page))
    rotation = Rotation.objects.get(room=None)
    period = rotation.calendar.at(moment)
    assert opened.header.ltid == derive_ltid(derive_lt_key(bytes.fromhex(rotation.secret.sk_l), period.t_period_start))
    assert 0 <= to_ntp(moment) - opened.message.t_qr_start < 1 << cri_exp
    expect(page.locator("#check-code")).to_have_text(check_code(opened.header.ltid))
    return opened


@pytest.mark.parametrize("screen", SCREENS)
def test_code_is_large_sharp_and_right_on_every_screen(open_page, axe, screenshots, token, screen):
    device = SCREENS[screen]
    page = open_page(device=device)
    show(page, token)
    axe(page)
    assert_right(page, timezone.now())
    box = page.locator("#code").bounding_box()
    shorter = min(device.width, device.height)
    assert box["width"] == box["height"] >= 0.9 * min(shorter, 0.72 * max(device.width, device.height))
    assert box["width"] % 73 == 0
    assert (box["x"] >= 0, box["x"] + box["width"] <= device.width, box["y"] + box["height"] <= device.height) == (True,) * 3
    clip = {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}
    picture = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("L")
    assert set(picture.tobytes()) == {0, 255}
    said = page.locator(".said").bounding_box()
    assert said["y"] + said["height"] <= device.height
    for name in ("#place", ".headline", "#clock", "#check", "#renews"):
        part = page.locator(name).bounding_box()
        assert part["x"] >= 0, name
        assert part["x"] + part["width"] <= device.width, name
        assert part["y"] + part["height"] <= device.height, name
    if folder := os.environ.get("SCREENSHOTS"):
        screenshots(page, Path(folder), f"display-{screen}")


@pytest.mark.parametrize("screen", ["4-3", "16-9", "portrait"])
def test_longest_words_stay_on_the_screen(open_page, axe, screenshots, venue, screen):
    venue.name = "Brasserie " * 12
    venue.save()
    room = added_room(venue, "Grande salle des fêtes du premier étage", now=timezone.now())
    _, token = added_display(venue, room=room, now=timezone.now(), staff=True, language="de")
    device = SCREENS[screen]
    page = open_page(device=device)
    page.clock.install(time=timezone.now() + timedelta(hours=3))
    show(page, token)
    page.context.set_offline(True)
    page.clock.run_for(200_000)
    expect(page.locator("#no-network")).to_be_visible()
    axe(page)
    assert open_code(link_on(page)).message.staff is True
    if folder := os.environ.get("SCREENSHOTS"):
        screenshots(page, Path(folder), f"display-long-{screen}")
    for name in (".staff", "#place", "#room", "#clock", "#check", "#renews", "#no-network", "#wrong-clock"):
        part = page.locator(name).bounding_box()
        assert part["y"] >= 0, name
        assert part["x"] + part["width"] <= device.width, name
        assert part["y"] + part["height"] <= device.height, name
    assert page.locator("#place").evaluate(
        "name => name.scrollHeight - name.clientHeight < parseFloat(getComputedStyle(name).fontSize)"
    )


@pytest.mark.parametrize("screen", ["4-3", "16-9", "portrait"])
def test_word_of_a_name_is_not_broken(open_page, venue, screen):
    venue.name = "مقهى دمشق Weltkulturerbebahnhofsgaststätte"
    venue.save()
    page = open_page(device=SCREENS[screen])
    show(page, added_display(venue, now=timezone.now())[1])
    lines = page.locator("#place").evaluate(
        """name => {
          const word = document.createRange();
          word.setStart(name.firstChild, 10);
          word.setEnd(name.firstChild, name.firstChild.length);
          return new Set([...word.getClientRects()].map((part) => Math.round(part.top))).size;
        }"""
    )
    assert lines == 1


def test_code_changes_in_the_right_second(page, venue):
    Rotation.objects.update(cri_exp=4)
    _, token = added_display(venue, now=timezone.now(), hours_ahead=1)
    page.clock.install(time=timezone.now())
    show(page, token)
    # A page that still fetches codes would set its clock by the server's, which does not jump ahead with the page's.
    settled(page)
    period = Rotation.objects.get().calendar.at(timezone.now()).t_period_start
    # What the page shows in the quarter of a second after a change, as the server counts, and just before it.
    for _ in range(2):
        moment = page.evaluate("Date.now()")
        left = 16_000 - (moment + 2_208_988_800_000 - period * 1000) % 16_000
        left += 16_000 if left < 3_000 else 0  # Too near to be reached from here on a busy machine.
        page.clock.pause_at((moment + left - 400) / 1000)
        before = open_code(link_on(page)).message.t_qr_start
        page.clock.run_for(1_000)
        after = open_code(link_on(page)).message.t_qr_start
        assert after - before == 16
        assert abs((moment + left) / 1000 + 2_208_988_800 - after) < 0.01
        page.clock.resume()


@pytest.mark.parametrize("wrong", [timedelta(hours=3), timedelta(days=-400), timedelta(seconds=61)], ids=str)
def test_wrong_clock_is_said_and_does_no_harm(page, token, wrong):
    page.clock.install(time=timezone.now() + wrong)
    show(page, token)
    expect(page.locator("#wrong-clock")).to_be_visible()
    assert_right(page, timezone.now())
    here = timezone.now().astimezone(Venue.objects.get().zone)
    expect(page.locator("#clock")).to_have_text(here.strftime("%H:%M"))


def test_clock_that_is_half_a_minute_off_is_not_worth_a_word(page, token):
    page.clock.install(time=timezone.now() + timedelta(seconds=30))
    show(page, token)
    expect(page.locator("#wrong-clock")).to_be_hidden()
    assert_right(page, timezone.now())


def test_clock_that_is_set_while_it_runs_changes_nothing(page, token):
    page.clock.install(time=timezone.now())
    show(page, token)
    right = page.locator("#check-code").inner_text()
    page.context.set_offline(True)
    page.clock.set_system_time(timezone.now() - timedelta(days=3))
    page.clock.run_for(5_000)
    expect(page.locator("#code")).to_be_visible()
    expect(page.locator("#check-code")).to_have_text(right)


def test_display_goes_on_without_network_even_loaded_again_then_says_that_it_has_run_out_and_recovers(page, token):
    start = timezone.now()
    page.clock.install(time=start)
    show(page, token)
    settled(page)
    page.context.set_offline(True)
    for passed in (timedelta(minutes=50), timedelta(hours=6), timedelta(hours=11)):
        page.clock.set_system_time(start + passed)
        page.clock.run_for(3_000)
        expect(page.locator("#no-network")).to_contain_text("Sans réseau depuis")
        assert_right(page, start + passed + timedelta(seconds=3))
        page.reload()
        expect(page.locator("#code")).to_be_visible()
        assert_right(page, start + passed + timedelta(seconds=4))
    page.clock.set_system_time(start + timedelta(hours=13))
    page.clock.run_for(3_000)
    expect(page.locator("#code")).to_be_hidden()
    expect(page.locator("#no-code")).to_contain_text("Pas de code en ce moment")
    assert decode_image(Image.open(io.BytesIO(page.screenshot()))) == ()
    page.reload()
    expect(page.locator("#no-code")).to_contain_text("Pas de code en ce moment")
    page.context.set_offline(False)
    page.clock.run_for(70_000)
    expect(page.locator("#code")).to_be_visible()
    assert_right(page, timezone.now())


def test_clock_that_lost_the_time_while_the_device_was_off_shows_no_old_code(page, token):
    start = timezone.now()
    page.clock.install(time=start)
    show(page, token)
    settled(page)
    page.context.set_offline(True)
    page.clock.set_fixed_time(start - timedelta(hours=1))
    page.reload()
    expect(page.locator("#no-code")).to_contain_text("Pas de code en ce moment")
    expect(page.locator("#code")).to_be_hidden()


def test_server_that_fails_is_asked_again(page, token):
    failing = {"yes": True}
    page.route("**/codes.json*", lambda route: route.fulfill(status=502) if failing["yes"] else route.continue_())
    page.goto(reverse("displays:page", args=[token]))
    expect(page.locator("#no-code")).to_be_visible()
    failing["yes"] = False
    expect(page.locator("#code")).to_be_visible()
    assert_right(page, timezone.now())


def test_something_in_between_that_answers_not_found_takes_no_code_away(page, token):
    page.clock.install(time=timezone.now())
    show(page, token)
    page.route("**/codes.json*", lambda route: route.fulfill(status=404, body="guest network"))
    page.clock.run_for(130_000)
    expect(page.locator("#code")).to_be_visible()


def test_switched_off_display_goes_blank_and_forgets_everything(page, token):
    page.clock.install(time=timezone.now())
    show(page, token)
    settled(page)
    display = Display.objects.get()
    switch_off(display, by=member(display.venue.organisation), now=timezone.now())
    page.clock.run_for(61_000)
    expect(page.locator("#no-code")).to_contain_text("Cet écran est désactivé")
    expect(page.locator("#code")).to_be_hidden()
    page.context.set_offline(True)
    page.clock.run_for(61_000)
    expect(page.locator("#no-code")).to_contain_text("Cet écran est désactivé")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator(".unknown")).to_be_visible()
    page.wait_for_function("async () => (await caches.keys()).length === 0")


def test_change_reaches_the_screen_within_a_minute(page, venue, token):
    page.clock.install(time=timezone.now())
    show(page, token)
    venue.phone, venue.name = "33476000000", "Chez Ada"
    venue.save()
    page.clock.run_for(61_000)
    expect(page.locator("#place")).to_have_text("Chez Ada")
    page.wait_for_function("() => !document.getElementById('code').hidden")
    assert open_code(link_on(page)).contact.phone == "33476000000"


def test_displays_of_one_room_show_one_code_and_are_seen_alive(open_page, venue, token):
    _, other = added_display(venue, now=timezone.now(), staff=True, language="en", hours_ahead=1)
    shown = []
    for one in (token, other):
        page = open_page(device=SCREENS["4-3"])
        show(page, one)
        shown.append(assert_right(page, timezone.now()))
    assert shown[0].header == shown[1].header
    assert (shown[0].message.staff, shown[1].message.staff) == (False, True)
    assert all(timezone.now() - display.last_seen_at < timedelta(minutes=1) for display in Display.objects.all())


def test_screen_stays_awake_again_after_it_was_hidden(page, token):
    page.add_init_script("""
      window.asked = 0;
      Object.defineProperty(navigator, "wakeLock", { value: { request: async () => { window.asked += 1; } } });
    """)
    show(page, token)
    assert page.evaluate("window.asked") == 1
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert page.evaluate("window.asked") == 2


def test_full_screen_button_and_pointer_go_away(page, token):
    page.clock.install(time=timezone.now())
    show(page, token)
    button = page.get_by_role("button", name="Plein écran")
    button.click()
    expect(button).to_be_hidden()
    assert page.evaluate("Boolean(document.fullscreenElement)")
    page.clock.run_for(5_000)
    assert page.evaluate("getComputedStyle(document.body).cursor") == "none"
    page.mouse.move(10, 10)
    assert page.evaluate("getComputedStyle(document.body).cursor") != "none"


def test_code_is_there_without_scripts(open_page, token):
    page = open_page(device=SCREENS["16-9"], javascript=False)
    page.goto(reverse("displays:page", args=[token]))
    page.wait_for_load_state("networkidle")
    assert open_code(link_on(page)).message.cri_exp == 10


def test_fastest_rhythm_fills_a_day_ahead_in_the_background(page, venue):
    Rotation.objects.update(cri_exp=8)
    _, token = added_display(venue, now=timezone.now(), hours_ahead=24)
    show(page, token)
    page.wait_for_function(
        """async () => {
          const opened = indexedDB.open(location.pathname, 1);
          const database = await new Promise((done) => (opened.onsuccess = () => done(opened.result)));
          const asked = database.transaction("kept").objectStore("kept").get("codes");
          const codes = await new Promise((done) => (asked.onsuccess = () => done(asked.result || [])));
          database.close();
          return codes.length >= 24 * 3600 / 256;
        }"""
    )
    assert_right(page, timezone.now(), cri_exp=8)


def test_manager_adds_a_display_opens_its_link_and_sees_it_alive(open_page, axe, sign_in, site, settings, venue):
    settings.PUBLIC_URL = site
    page = open_page(language="en")
    sign_in(page, member(venue.organisation))
    page.goto(reverse("displays:list", args=[venue.uuid]))
    axe(page)
    page.get_by_role("link", name="Add a display").click()
    axe(page)
    page.get_by_label("Name").fill("Tablet at the bar")
    page.get_by_role("button", name="Make the link").click()
    axe(page)
    address = page.locator("#display-address").inner_text()
    assert decode_image(Image.open(io.BytesIO(page.locator(".code-picture").screenshot()))) == (address,)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Make a new link?")
    tablet = open_page(device=SCREENS["4-3"])
    tablet.goto(address)
    expect(tablet.locator("#code")).to_be_visible()
    note_seen(Display.objects.get(), now=timezone.now())
    page.goto(reverse("displays:list", args=[venue.uuid]))
    expect(page.locator(".thing")).to_contain_text("Working")
    for name in ("edit", "switch_off"):
        page.goto(reverse(f"displays:{name}", args=[Display.objects.get().uuid]))
        axe(page)

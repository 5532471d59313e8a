"""What a display's link opens."""

import io
import json
import logging
import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from PIL import Image

from clea_portal.limits import seconds_to_wait
from clea_portal.logs import NoAddresses
from clea_portal.posters.errors import PosterUnreadable
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header
from clea_portal.scanning.reading import decode_image
from tests.members import member
from tests.opening import links_in, open_code
from tests.venues.display_making import added_display, anonymous
from tests.venues.making import NOW, added_room, rotating
from venues import display_codes, display_pages
from venues.display_words import LANGUAGES, WORDS
from venues.displays import replace_link, switch_off
from venues.models import Display, Rotation

pytestmark = pytest.mark.django_db
OPEN = ["page", "codes", "png", "svg"]


@pytest.fixture(autouse=True)
def _at_now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shown(venue):
    display, token = added_display(rotating(venue))
    return display, token


def address(name, token):
    return reverse(f"displays:{name}", args=[token])


def get_codes(token, **query):
    return anonymous().get(address("codes", token), query).json()


def picture_of(modules):
    bits = b64decode(modules)
    picture = Image.frombytes("1", (65, 65), bits, "raw", "1;I").convert("L").resize((260, 260), Image.Resampling.NEAREST)
    framed = Image.new("L", (292, 292), 255)
    framed.paste(picture, (16, 16))
    return framed


@pytest.mark.parametrize("name", OPEN)
def test_link_opens_without_sign_in_or_cookie_and_keeps_its_address_to_itself(name, shown):
    browser = anonymous()
    response = browser.get(address(name, shown[1]))
    assert response.status_code == 200
    assert not response.cookies
    assert "sessionid" not in browser.cookies
    assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert "private" in response["Cache-Control"]


@pytest.mark.parametrize("name", OPEN)
def test_unknown_replaced_or_switched_off_link_says_what_to_do(name, shown):
    display, token = shown
    by = member(display.venue.organisation)
    unknown = anonymous().get(address(name, "A" * 43))
    new = replace_link(display, by=by)
    replaced = anonymous().get(address(name, token))
    switch_off(display, by=by, now=NOW)
    off = anonymous().get(address(name, new))
    assert unknown.content == replaced.content == off.content
    assert {response.status_code for response in (unknown, replaced, off)} == {404}
    assert {response["X-Display"] for response in (unknown, replaced, off)} == {"off"}
    assert {response["X-Robots-Tag"] for response in (unknown, replaced, off)} == {"noindex, nofollow"}
    assert "Ask the person who manages the place" in unknown.content.decode()


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_links_take_no_other_method(name, method, shown):
    assert getattr(anonymous(), method)(address(name, shown[1])).status_code == 405


@pytest.mark.parametrize("token", ["x", "é" * 43, "A" * 500, "../../etc", "%00"])
def test_odd_tokens_open_nothing(token):
    assert anonymous().get(f"/displays/show/{token}/").status_code == 404


def test_worker_may_serve_the_links_and_nothing_above_them():
    response = anonymous().get(reverse("displays:worker"))
    assert (response.status_code, response["Content-Type"], response["Cache-Control"]) == (200, "text/javascript", "no-cache")
    assert reverse("displays:page", args=["x"]).startswith(reverse("displays:worker").removesuffix("worker.js"))
    assert b"addEventListener" in response.content


def test_page_has_the_words_of_its_language_and_no_script_or_style_of_its_own(shown):
    _display, token = shown
    Display.objects.update(language="ar")
    response = anonymous().get(address("page", token))
    html = response.content.decode()
    assert '<html lang="ar" dir="rtl">' in html
    assert WORDS["ar"].headline in html
    assert "TousAntiCovid" in html
    assert "{application}" not in html
    assert "La Table du Drac" in html
    assert not re.search(r"<style|style=|<script(?![^>]*(src=|application/json))|\son\w+=", html)
    policy = response["Content-Security-Policy"]
    assert ("worker-src 'self'" in policy, "default-src 'none'" in policy) == (True, True)


def test_page_without_scripts_shows_the_code_and_loads_again_when_it_changes(shown):
    html = anonymous().get(address("page", shown[1])).content.decode()
    left = get_codes(shown[1])["codes"][0]["until"] - int(NOW.timestamp())
    assert f'<noscript><meta http-equiv="refresh" content="{left}"></noscript>' in html
    assert f'src="{address("svg", shown[1])}"' in html


def test_every_language_says_everything():
    assert list(WORDS) == list(LANGUAGES)
    for words in WORDS.values():
        sentences = words.with_application("TousAntiCovid")
        assert all(sentences.values())
        holes = {name: set(re.findall(r"{(\w+)}", sentence)) for name, sentence in sentences.items()}
        assert {name: found for name, found in holes.items() if found} == {
            "renews_at": {"time"},
            "no_network": {"since", "until"},
        }


def test_answer_holds_the_next_codes_proven_and_ready_to_draw(shown):
    _display, token = shown
    answer = get_codes(token)
    assert {name: answer[name] for name in ("received", "sent", "place", "room", "zone", "until")} == {
        "received": int(NOW.timestamp() * 1000),
        "sent": int(NOW.timestamp() * 1000),
        "place": "La Table du Drac",
        "room": "",
        "zone": "Europe/Paris",
        "until": int((NOW + timedelta(hours=12)).timestamp()),
    }
    codes = answer["codes"]
    assert codes[0]["from"] == int(NOW.timestamp())
    assert [code["until"] for code in codes[:-1]] == [code["from"] for code in codes[1:]]
    assert codes[-1]["until"] >= answer["until"]
    for code in (codes[0], codes[-1]):
        (link,) = decode_image(picture_of(code["modules"]))
        assert code["check_code"] == check_code(decode_header(parse_link(link).lsp).ltid)
        assert open_code(link).message.t_qr_start <= code["from"] + 2_208_988_800 < open_code(link).message.t_qr_start + 1024


def test_next_answer_goes_on_where_the_last_one_ended_until_all_is_there(shown):
    _, token = shown
    Rotation.objects.update(cri_exp=6)
    first = get_codes(token)
    assert len(first["codes"]) == display_codes.MOST_AT_ONCE
    ends, answer = [first["codes"][-1]["until"]], first
    while answer["codes"] and ends[-1] < answer["until"]:
        answer = get_codes(token, edition=first["edition"], **{"from": ends[-1]})
        assert answer["codes"][0]["from"] == ends[-1]
        ends.append(answer["codes"][-1]["until"])
    assert len(ends) == -(-12 * 3600 // 64 // display_codes.MOST_AT_ONCE)
    assert get_codes(token, edition=first["edition"], **{"from": ends[-1]})["codes"] == []


def test_outdated_edition_begins_again_with_the_code_of_now(shown):
    _, token = shown
    answer = get_codes(token)
    last = answer["codes"][-1]["until"]
    assert get_codes(token, edition=answer["edition"], **{"from": last})["codes"] == []
    again = get_codes(token, edition="other", **{"from": last})
    assert again["codes"][0]["from"] == int(NOW.timestamp())


@pytest.mark.parametrize("start", ["", "x", "-5", "1", "99999999999999", "12.5", "٣", "9" * 12])
def test_odd_moments_do_no_harm(start, shown):
    edition = get_codes(shown[1])["edition"]
    response = anonymous().get(address("codes", shown[1]), {"from": start, "edition": edition})
    assert response.status_code == 200
    codes = response.json()["codes"]
    assert not codes or codes[0]["from"] == int(NOW.timestamp())


def test_two_displays_get_the_same_check_codes_for_the_same_seconds(shown):
    display, token = shown
    _, other = added_display(display.venue, hours_ahead=1, language="en")
    mine, theirs = get_codes(token), get_codes(other)
    length = len(theirs["codes"])
    assert [(code["from"], code["check_code"]) for code in mine["codes"][:length]] == [
        (code["from"], code["check_code"]) for code in theirs["codes"]
    ]


def test_room_has_its_name_and_codes_of_its_own(shown):
    display, token = shown
    room = added_room(display.venue, "Terrasse")
    _, other = added_display(display.venue, room=room)
    mine, theirs = get_codes(token), get_codes(other)
    assert theirs["room"] == "Terrasse"
    assert mine["codes"][0]["check_code"] != theirs["codes"][0]["check_code"]


@pytest.mark.parametrize("name", OPEN)
def test_opening_notes_that_the_display_is_alive(name, shown):
    anonymous().get(address(name, shown[1]))
    assert Display.objects.get().last_seen_at == NOW


@pytest.mark.parametrize(("cri_exp", "queries"), [(4, 9), (17, 9)])
def test_question_costs_few_queries_whatever_the_number_of_codes(cri_exp, queries, shown, django_assert_max_num_queries):
    Rotation.objects.update(cri_exp=cri_exp)
    with django_assert_max_num_queries(queries):
        get_codes(shown[1])


def test_png_has_the_size_asked_for_and_whole_modules(shown):
    for size in (219, 876, 1080, 2190):
        response = anonymous().get(address("png", shown[1]), {"size": size})
        picture = Image.open(io.BytesIO(response.content)).convert("L")
        assert (response["Content-Type"], picture.size) == ("image/png", (size, size))
        assert set(picture.tobytes()) == {0, 255}
        module = size // 73
        edge = (size - 65 * module) // 2
        # The finder pattern in the corner: seven dark modules, exactly as wide as they must be.
        row = [picture.getpixel((x, edge)) for x in range(size)]
        assert row[: edge + 8 * module] == [255] * edge + [0] * 7 * module + [255] * module
        assert links_in(response.content, kind="png")[0].startswith("https://tac.gouv.fr?v=0#")


def test_svg_holds_the_code_of_now(shown):
    response = anonymous().get(address("svg", shown[1]))
    (link,) = links_in(response.content, kind="svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert check_code(open_code(link).header.ltid) == get_codes(shown[1])["codes"][0]["check_code"]


@pytest.mark.parametrize("size", ["218", "2191", "0", "-1", "x", "1e3", "999999999999", "", "٣٠٠"])
def test_size_outside_the_limits_is_refused_with_the_limits(size, shown):
    response = anonymous().get(address("png", shown[1]), {"size": size})
    assert (response.status_code, response.content.decode()) == (
        400,
        "size must be a whole number of pixels from 219 to 2190.\n",
    )


@pytest.mark.parametrize("name", ["png", "svg"])
def test_picture_expires_in_the_second_in_which_the_code_changes(name, shown):
    _, token = shown
    left = get_codes(token)["codes"][0]["until"] - int(NOW.timestamp())
    response = anonymous().get(address(name, token))
    assert response["Cache-Control"] == f"private, max-age={left}, must-revalidate"
    assert response["Expires"] == (NOW + timedelta(seconds=left)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    since = datetime.strptime(response["Last-Modified"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    assert since == NOW + timedelta(seconds=left - 1024)
    for header in ({"if-none-match": response["ETag"]}, {"if-modified-since": response["Last-Modified"]}):
        unchanged = anonymous().get(address(name, token), headers=header)
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert (unchanged["ETag"], unchanged["Cache-Control"]) == (response["ETag"], response["Cache-Control"])
    with time_machine.travel(NOW + timedelta(seconds=left), tick=False):
        changed = anonymous().get(
            address(name, token), headers={"if-none-match": response["ETag"], "if-modified-since": response["Last-Modified"]}
        )
    assert changed.status_code == 200
    assert changed["ETag"] != response["ETag"]


def test_entity_tag_tells_sizes_and_formats_apart(shown):
    tags = {anonymous().get(address("png", shown[1]), {"size": size})["ETag"] for size in (219, 220)}
    tags.add(anonymous().get(address("svg", shown[1]))["ETag"])
    assert len(tags) == 3


def test_display_that_asks_too_often_waits(shown):
    while not seconds_to_wait(f"display:{shown[0].pk}", limit=display_pages.MOST_A_MINUTE, window=60):
        pass
    response = anonymous().get(address("codes", shown[1]))
    assert (response.status_code, response["Retry-After"]) == (429, str(60 - int(NOW.timestamp()) % 60))


def test_answers_with_codes_are_fewer_than_questions(shown):
    _, token = shown
    answer = get_codes(token)
    for _ in range(display_pages.MOST_ANSWERS_WITH_CODES - 1):
        get_codes(token)
    assert anonymous().get(address("codes", token)).status_code == 429
    known = {"edition": answer["edition"], "from": answer["codes"][-1]["until"]}
    assert anonymous().get(address("codes", token), known).status_code == 200


def test_who_tries_tokens_is_stopped_and_displays_go_on(shown):
    for number in range(display_pages.MOST_UNKNOWN):
        assert anonymous().get(address("page", f"{number:043d}")).status_code == 404
    assert anonymous().get(address("page", "A" * 43)).status_code == 429
    assert anonymous().get(address("page", shown[1])).status_code == 200


def test_country_without_keys_is_said_and_tried_again_later(shown):
    display, token = shown
    display.venue.country.server.keys.all().delete()
    assert [anonymous().get(address(name, token)).status_code for name in OPEN] == [200, 503, 503, 503]


def test_code_that_does_not_read_back_is_not_handed_out(shown, monkeypatch):
    def fail(*_, **__):
        raise PosterUnreadable

    monkeypatch.setattr(display_codes, "make_bitmap", fail)
    monkeypatch.setattr(display_pages, "render_svg", fail)
    assert [anonymous().get(address(name, shown[1])).status_code for name in OPEN] == [200, 503, 503, 503]


@pytest.fixture
def log(monkeypatch):
    """All that any logger writes, as the portal's handler does."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.addFilter(NoAddresses())
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    loggers = [logging.getLogger(name) for name in (None, "django.request", "django.security.csrf", "clea_portal.requests")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        # Not by replacing the attribute: loggers remember what they are enabled for.
        logger.setLevel(logging.DEBUG)
    yield lines
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def test_no_token_stands_in_any_log_whatever_happens(shown, log, monkeypatch):
    _display, token = shown
    for name in OPEN:
        anonymous().get(address(name, token))
        anonymous().get(address(name, token), {"size": "x", "from": "x"})
        anonymous().post(address(name, token))
        Client(enforce_csrf_checks=True).post(address(name, token))
    anonymous().get(f"/displays/show/{token}/nothing/")

    def break_down(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(display_pages, "codes_between", break_down)
    assert Client(raise_request_exception=False).get(address("codes", token)).status_code == 500
    written = log.getvalue()
    for expected in ("displays:page", "displays:codes", "Internal Server Error", "ZeroDivisionError", "Method Not Allowed"):
        assert expected in written, expected
    assert token not in written


def test_answer_stays_small(shown):
    """Half a kilobyte of modules a code: a day at the fastest rhythm fits into a few megabytes."""
    answer = anonymous().get(address("codes", shown[1]))
    assert len(answer.content) / len(json.loads(answer.content)["codes"]) < 900

"""A cluster server that is slow, broken, unwilling, silent or away, as the whole system takes it."""

import pytest
import redis

from tests.processes import Portal, running_portal
from tests.whole.office import clerk_of

pytestmark = [pytest.mark.processes, pytest.mark.timeout(200)]

DRIVERS = ["api", "form"]
NUMBER = 3


@pytest.fixture(scope="module")
def office():
    with running_portal(web=False) as portal, clerk_of(portal) as clerk:
        yield portal, clerk


@pytest.fixture
def play(office):
    """Takes cases through while the server behaves as told; what became of them, and what the server has of them."""
    portal, clerk = office

    def through(driver, *, published=True, meanwhile=lambda: None, **behaviour):
        ltids = clerk.do("register", driver=driver, number=NUMBER)
        clerk.do("see_ready", number=NUMBER, seconds=60)
        if behaviour:
            portal.sandbox.behave(**behaviour)
        clerk.do("declare_ready")
        meanwhile()
        clerk.do("see_through", seconds=60)
        if published:
            clerk.do("see_published", ltids=ltids, seconds=30)
        portal.sandbox.behave("well")
        rows = [row for row in clerk.do("report") if row["ltid"] in ltids]
        assert len(rows) == NUMBER
        taken = [(one["ltid"], one["count"]) for one in portal.sandbox.received() if one["ltid"] in ltids]
        assert sorted(taken) == ([(ltid, 1) for ltid in sorted(ltids)] if published else [])
        return rows

    return through


def outcomes(rows):
    """State, number of attempts, and reasons of all answers; the same for all."""
    found = {(row["state"], row["attempts"], tuple(row["reasons"])) for row in rows}
    assert len(found) == 1, found
    return found.pop()


def cases_of(rows):
    return {tuple(case) for row in rows for case in row["cases"]}


def test_api_answers_too_late_sent_again_and_taken_once(play):
    rows = play("api", mode="slow", seconds=4, times=NUMBER)
    assert outcomes(rows) == ("published", 2, ("timed_out", "accepted"))


def test_form_answers_too_late_never_repeated_and_found_in_the_list(play):
    rows = play("form", mode="slow", seconds=4, times=NUMBER)
    assert outcomes(rows) == ("published", 1, ("timed_out",))


def test_api_drops_its_answer_sent_again_and_taken_once(play):
    rows = play("api", mode="drop", times=NUMBER)
    assert outcomes(rows) == ("published", 2, ("dropped", "accepted"))


def test_form_drops_its_answer_never_repeated_and_found_in_the_list(play):
    rows = play("form", mode="drop", times=NUMBER)
    assert outcomes(rows) == ("published", 1, ("dropped",))


@pytest.mark.parametrize("driver", DRIVERS)
def test_server_fails_then_works(play, driver):
    rows = play(driver, mode="error", status=500, times=NUMBER)
    assert outcomes(rows) == ("published", 2, ("server_failed", "accepted"))


@pytest.mark.parametrize("driver", DRIVERS)
def test_server_is_busy_then_works(play, driver):
    rows = play(driver, mode="error", status=429, retry_after=2, times=NUMBER)
    assert outcomes(rows) == ("published", 2, ("server_busy", "accepted"))


@pytest.mark.parametrize("driver", DRIVERS)
def test_server_refuses(play, driver):
    rows = play(driver, published=False, mode="refuse")
    state, attempts, reasons = outcomes(rows)
    assert (state, attempts, len(reasons)) == ("refused", 1, 1)
    assert cases_of(rows) == {("needs_attention", "refused")}


@pytest.mark.parametrize("driver", DRIVERS)
def test_server_is_away_for_a_while(play, office, driver):
    portal, clerk = office

    def away():
        clerk.do("see_reason", reason="no_connection", number=NUMBER, seconds=30)
        portal.sandbox.start()

    portal.sandbox.stop()
    rows = play(driver, meanwhile=away)
    for row in rows:
        *before, last = row["reasons"]
        # A server that is just coming up may take a call and answer too late; the public list tells then.
        assert (row["state"], set(before) - {"timed_out"}) == ("published", {"no_connection"})
        assert last in ("accepted", "timed_out")
    assert cases_of(rows) == {("published", "")}


def lose_messages(portal: Portal) -> int:
    """Take all messages from the broker; how many these were."""
    broker = portal.environment["BROKER_URL"]
    if broker.startswith("redis"):
        with redis.Redis.from_url(broker) as client:
            lost = client.llen("celery")
            client.flushdb()
            return lost
    files = list((portal.folder / "broker").iterdir())
    for file in files:
        file.unlink()
    return len(files)


@pytest.mark.parametrize("driver", DRIVERS)
def test_every_message_lost_the_sweep_brings_everything_through(setup, driver):
    with running_portal(**setup, web=False) as portal, clerk_of(portal) as clerk:
        portal.kill_worker()
        clerk.do("register", driver=driver, number=NUMBER)
        assert lose_messages(portal) >= NUMBER
        portal.start("worker")
        clerk.do("see_ready", number=NUMBER, seconds=60)
        portal.kill_worker()
        clerk.do("declare_ready")
        assert lose_messages(portal) >= NUMBER
        portal.start("worker")
        clerk.do("see_through", seconds=60)
        assert outcomes(clerk.do("report")) == ("published", 1, ("accepted",))

"""The child itself: its limits, its end, and what it cannot see."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from PIL import Image

from clea_portal.scanning import isolated
from clea_portal.scanning.isolated import CHILD, GIBIBYTE, BrokenError, _parse, read_isolated
from clea_portal.scanning.results import Advice, Reading
from tests.clea_portal.scanning.files import make_pdf, save
from tests.pictures import clea_link, draw_code

# More than half a million lines across the page: drawing them takes most of a minute.
SLOW_PDF = make_pdf(1, drawing=b"0 0 m 500 800 l S\n" * 600_000)
SOURCE = Path(__file__).parents[3]


def find_child(parent: int) -> Path | None:
    """The /proc folder of a reading process that has read its content and closed itself in."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = f"\nPPid:\t{parent}\n" in (folder / "status").read_text()
            if is_ours and str(CHILD).encode() in (folder / "cmdline").read_bytes() and limits(folder)["open files"] == "0":
                return folder
        except OSError:
            continue
    return None


def limits(folder: Path) -> dict[str, str]:
    lines = (folder / "limits").read_text().splitlines()[1:]
    return {line[4:26].strip(): line[47:68].strip() for line in lines}


def wait_for_child(parent: int) -> Path:
    end = time.monotonic() + 30
    while (folder := find_child(parent)) is None:
        assert time.monotonic() < end, "no child in sight"
        time.sleep(0.02)
    return folder


def is_running(folder: Path) -> bool:
    try:
        return "\nState:\tZ" not in (folder / "status").read_text()
    except OSError:
        return False


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_photo_with_notes_of_the_phone_is_read_in_the_child(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "a phone", 6
    content = save(draw_code(clea_link(1)).convert("RGB"), kind, exif=exif.tobytes())
    assert read_isolated(content).links == (clea_link(1),)


def test_read_isolated_counts_the_childs_start() -> None:
    content = save(draw_code(clea_link(1), module=4), "PNG")
    start = time.monotonic()
    reading = read_isolated(content)
    elapsed = 1000 * (time.monotonic() - start)
    assert reading == Reading(links=(clea_link(1),), advice=None, milliseconds=reading.milliseconds, pages=1)
    assert elapsed - 50 < reading.milliseconds <= elapsed + 1


def test_read_isolated_while_a_file_keeps_the_child_busy() -> None:
    readings: list[Reading] = []
    thread = threading.Thread(target=lambda: readings.append(read_isolated(SLOW_PDF, seconds=5)))
    thread.start()
    child = wait_for_child(os.getpid())
    found = limits(child)
    assert {name: found[name] for name in ("address space", "core file size", "file size", "open files", "cpu time")} == {
        "address space": str(GIBIBYTE),
        "core file size": "0",
        "file size": "0",
        "open files": "0",
        "cpu time": "5",
    }
    assert (child / "environ").read_bytes() == b"MALLOC_ARENA_MAX=1\0"
    assert sorted(entry.name for entry in (child / "fd").iterdir()) == ["0", "1", "2"]
    assert os.getsid(int(child.name)) == int(child.name)
    thread.join()
    assert not child.exists()
    assert [(reading.links, reading.advice, reading.pages) for reading in readings] == [((), "timed_out", 0)]
    assert 4900 < readings[0].milliseconds < 8000


def test_the_child_ends_by_itself_when_its_parent_is_killed() -> None:
    script = (
        "import sys; from clea_portal.scanning.isolated import read_isolated; read_isolated(sys.stdin.buffer.read(), seconds=3)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, cwd=SOURCE) as parent:
        assert parent.stdin is not None
        parent.stdin.write(SLOW_PDF)
        parent.stdin.close()
        child = wait_for_child(parent.pid)
        parent.send_signal(signal.SIGKILL)
    end = time.monotonic() + 10
    while is_running(child):
        assert time.monotonic() < end, "the child outlives its parent"
        time.sleep(0.05)


def test_read_isolated_while_others_take_all_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each child may take a gigabyte: sixteen requests at once must not take sixteen."""
    place = threading.BoundedSemaphore(1)
    monkeypatch.setattr(isolated, "AT_ONCE", place)
    with place:
        assert read_isolated(b"", seconds=0.1).advice is Advice.TIMED_OUT
    assert read_isolated(save(draw_code(clea_link(1)), "PNG")).links == (clea_link(1),)
    assert place.acquire(blocking=False)


def test_read_isolated_without_time_to_start() -> None:
    reading = read_isolated(save(draw_code(clea_link(1)), "PNG"), seconds=0.01)
    assert (reading.links, reading.advice, reading.pages) == ((), "timed_out", 0)


@pytest.mark.parametrize("mebibytes", [16, 150, 300])
def test_read_isolated_without_enough_memory(mebibytes: int) -> None:
    content = save(Image.new("RGBA", (7000, 7000), (9, 9, 9, 100)), "PNG")
    reading = read_isolated(content, memory=mebibytes * 1024**2)
    assert (reading.links, reading.advice, reading.pages) == ((), "too_hard", 0)


def _read_in_daemon(pipe: Connection, content: bytes) -> None:
    pipe.send(read_isolated(content).links)


def test_read_isolated_in_a_process_that_may_not_have_children_of_multiprocessing() -> None:
    near, far = multiprocessing.Pipe()
    content = save(draw_code(clea_link(1), module=4), "PNG")
    process = multiprocessing.get_context("spawn").Process(target=_read_in_daemon, args=(far, content), daemon=True)
    process.start()
    assert near.poll(30)
    assert near.recv() == (clea_link(1),)
    process.join()
    near.close()
    far.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"links": [], "pages": 1}',
        b'{"links": [], "advice": null, "pages": 1}',
        b'{"links": [], "advice": "run this", "pages": 1}',
        b'{"links": [], "advice": "no_code", "pages": 51}',
        b'{"links": [], "advice": "no_code", "pages": 1e999}',
        b'{"links": 7, "advice": "no_code", "pages": 1}',
    ],
)
def test_an_answer_that_is_none_is_refused(answer: bytes) -> None:
    with pytest.raises(BrokenError):
        _parse(answer)


def test_a_link_that_is_none_is_left_out() -> None:
    answer = b'{"links": ["https://example.org/", 7, null, "%s"], "advice": null, "pages": 2}' % clea_link(1).encode()
    assert _parse(answer) == ((clea_link(1),), None, 2, None)


def test_texts_behind_a_mark_are_found_instead_of_links() -> None:
    out = BytesIO()
    draw_code("CLEA-RECOVERY:abc_-", module=6).save(out, "PNG")
    assert read_isolated(out.getvalue(), mark="CLEA-RECOVERY:").links == ("CLEA-RECOVERY:abc_-",)
    assert read_isolated(out.getvalue()).advice == Advice.NOT_CLEA
    out = BytesIO()
    draw_code(clea_link(1), module=6).save(out, "PNG")
    assert read_isolated(out.getvalue(), mark="CLEA-RECOVERY:").advice == Advice.NOT_CLEA

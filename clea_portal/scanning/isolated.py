"""Reading in a child process with limits: what a hostile file can break there is the child."""

import json
import math
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

import structlog

from clea_portal.scanning.reading import begins_with, is_deep_link
from clea_portal.scanning.results import MAX_BYTES, MAX_PAGES, Advice, Inspection, Reading

CHILD = Path(__file__).with_name("child.py")
GIBIBYTE = 1024**3
# Fifty pages of several codes each are far below this; a child that writes more has been taken over.
MAX_ANSWER = 256 * 1024
# Children of this process at once: each may take a gigabyte, and a web process has several threads that may ask for one.
AT_ONCE = threading.BoundedSemaphore(2)
# One memory arena instead of one per thread: reserved address space counts against the child's limit.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}

logger = structlog.get_logger(__name__)


class BrokenError(Exception):
    """The child gave no answer, or one that is none."""


def read_isolated(
    content: bytes, *, seconds: float = 20, memory: int = GIBIBYTE, is_inspecting: bool = False, mark: str = ""
) -> Reading:
    """Read the deep links of a file of any origin; ``memory`` in bytes of address space; the rest as in read_content.

    Whatever the content does to the child - crash, exhaust memory, hang - comes back as advice. By ``subprocess``, because
    a Celery worker's processes may not have children of ``multiprocessing``.
    """
    start = time.monotonic()
    links: tuple[str, ...] = ()
    pages = 0
    inspection: Inspection | None = None
    if len(content) > MAX_BYTES:
        advice: Advice | None = Advice.TOO_LARGE
    else:
        try:
            modes = [*(["inspect"] if is_inspecting else []), *([f"mark={mark}"] if mark else [])]
            answer = _run(content, seconds=seconds, memory=memory, modes=modes)
            links, advice, pages, inspection = _parse(answer, is_wanted=partial(begins_with, mark) if mark else is_deep_link)
        except TimeoutError:
            advice = Advice.TIMED_OUT
        except BrokenError:
            advice = Advice.TOO_HARD
    milliseconds = round(1000 * (time.monotonic() - start))
    return Reading(links=links, advice=advice, milliseconds=milliseconds, pages=pages, inspection=inspection)


def run_isolated(module: str, content: bytes, *, seconds: float, memory: int = GIBIBYTE, most: int = MAX_ANSWER) -> bytes:
    """What ``answer(content)`` of a module gives in the child, at most ``most`` bytes. Raises TimeoutError or BrokenError.

    The module may import no Django: the child has neither settings nor secrets.
    """
    return _run(content, seconds=seconds, memory=memory, modes=[f"call={module}"], most=most)


def _run(content: bytes, *, seconds: float, memory: int, modes: Sequence[str], most: int = MAX_ANSWER) -> bytes:
    """The child's answer. Raises TimeoutError or BrokenError; when it returns or raises, the child is gone.

    Waits for others to end as long as the child itself may take.
    """
    if not AT_ONCE.acquire(timeout=seconds):
        raise TimeoutError
    try:
        return _run_now(content, seconds=seconds, memory=memory, modes=modes, most=most)
    finally:
        AT_ONCE.release()


def _run_now(content: bytes, *, seconds: float, memory: int, modes: Sequence[str], most: int) -> bytes:
    # Content in memory, not in a pipe: nothing to feed while waiting, and the picture never lies on a disk.
    with open(os.memfd_create("upload"), "w+b") as upload:
        upload.write(content)
        upload.seek(0)
        child = subprocess.Popen(  # noqa: S603 - a fixed command line
            [sys.executable, "-I", "-B", str(CHILD), str(seconds), str(memory), *modes],
            stdin=upload,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
    assert child.stdout is not None
    try:
        answer = _receive(child.stdout, until=time.monotonic() + seconds, most=most)
    finally:
        # The whole group, before its leader is waited for and its number can be given to somebody else; also when
        # this task itself is interrupted. A child that has ended keeps its own exit status.
        os.killpg(child.pid, signal.SIGKILL)
        status = child.wait()
        child.stdout.close()
    if status in (-signal.SIGALRM, -signal.SIGXCPU, -signal.SIGKILL):
        raise TimeoutError
    if status:
        logger.warning("reading_process_broke", exit_status=status)
        raise BrokenError
    return answer


def _receive(pipe: IO[bytes], *, until: float, most: int = MAX_ANSWER) -> bytes:
    answer = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while len(answer) <= most:
            if not selector.select(max(0, until - time.monotonic())):
                raise TimeoutError
            chunk = os.read(pipe.fileno(), MAX_ANSWER)
            if not chunk:
                return answer
            answer += chunk
    raise BrokenError


def _parse(
    answer: bytes, *, is_wanted: Callable[[str], bool] = is_deep_link
) -> tuple[tuple[str, ...], Advice | None, int, Inspection | None]:
    """The child is believed no more than the file it read: its links are checked again."""
    try:
        fields = json.loads(answer)
        links = tuple(link for link in map(str, fields["links"]) if is_wanted(link))
        advice = None if links else Advice(fields["advice"])
        measured = fields.get("inspection") if links else None
        return links, advice, range(MAX_PAGES + 1)[fields["pages"]], _parse_inspection(measured) if measured else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenError from error


def _parse_inspection(measured: dict[str, Any]) -> Inspection:
    needed_help = measured.pop("needed_help")
    numbers = {name: float(value) for name, value in measured.items()}
    if not all(map(math.isfinite, numbers.values())):
        raise ValueError
    return Inspection(needed_help=bool(needed_help), **numbers)

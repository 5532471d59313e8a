"""The clerk as tests talk to it."""

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.processes import ROOT, Portal
from tests.servers import tied


class Clerk:
    """Its orders are the functions of ``tests.whole.clerk``."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def begin(self, order: str, **words: Any) -> None:
        """Give an order; ``end`` waits until it is done."""
        self.process.stdin.write(json.dumps([order, words]) + "\n")
        self.process.stdin.flush()

    def answers_within(self, seconds: float) -> bool:
        return bool(select.select([self.process.stdout], [], [], seconds)[0])

    def end(self) -> Any:
        answer = self.process.stdout.readline()
        assert answer, "the clerk gave up: its complaint stands above"
        return json.loads(answer)

    def do(self, order: str, **words: Any) -> Any:
        self.begin(order, **words)
        return self.end()


@contextmanager
def clerk_of(portal: Portal) -> Iterator[Clerk]:
    process = subprocess.Popen(
        tied(sys.executable, "-m", "tests.whole.clerk"),
        cwd=ROOT,
        env=portal.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Clerk(process)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()

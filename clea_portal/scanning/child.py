"""The process in which files of strangers are opened. Run by path, no module: ``child.py SECONDS MEMORY [inspect] [mark=…]``.

Content on standard input, one JSON object on standard output; with ``call=MODULE``, what that module's ``answer`` makes of it.
Importing it as ``clea_portal.scanning.child`` would run
``clea_portal/__init__.py``, which loads Celery and then the settings with every secret: 300 ms more, and exactly what a
parser taken over by a hostile file must not find. So a bare package that only knows its folder stands in for it.
"""

import json
import math
import resource
import signal
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any


def main() -> None:
    seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    _limit(seconds=seconds, memory=memory)
    package = ModuleType("clea_portal")
    package.__path__ = [str(Path(__file__).resolve().parent.parent)]
    sys.modules["clea_portal"] = package
    if called := next((word.removeprefix("call=") for word in sys.argv[3:] if word.startswith("call=")), ""):
        make_answer = import_module(called).answer
        content = sys.stdin.buffer.read()
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        sys.stdout.buffer.write(make_answer(content))
        return
    from clea_portal.scanning.reading import read_content  # noqa: PLC0415 - only now are the limits and the stand-in in place

    content = sys.stdin.buffer.read()
    # From here on nothing can be opened: no file, no socket. All parsers are loaded, standard output is open already.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    mark = next((word.removeprefix("mark=") for word in sys.argv[3:] if word.startswith("mark=")), "")
    reading = read_content(content, seconds=seconds / 2, is_inspecting="inspect" in sys.argv[3:], mark=mark)
    answer: dict[str, Any] = {"links": reading.links, "advice": reading.advice, "pages": reading.pages}
    if reading.inspection is not None:
        answer["inspection"] = asdict(reading.inspection)
    json.dump(answer, sys.stdout)


def _limit(*, seconds: float, memory: int) -> None:
    # The parent kills after the same time; this clock also ends a child whose parent was killed itself.
    signal.setitimer(signal.ITIMER_REAL, seconds)
    processor = math.ceil(seconds)
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


main()

"""``make demo``: plays the main job on the real processes, without a browser; one line a step."""

import os
import sys
import time
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.main_job import play, play_uploads  # noqa: E402 - needs the apps that setup has loaded
from tests.processes import running_portal  # noqa: E402

FOLDER = Path("demo")


def main() -> int:
    started = time.monotonic()

    def say(step: str) -> None:
        print(f"{time.monotonic() - started:6.1f} s  {step}", flush=True)

    try:
        with running_portal() as portal:
            say("web, worker, scheduler and sandbox cluster server are up")
            played = play(portal, say=say)
            play_uploads(portal, say=say)
    except (AssertionError, TimeoutError, RuntimeError) as error:
        say(f"FAILED: {error}")
        return 1
    FOLDER.mkdir(exist_ok=True)
    for name, content in (("poster.pdf", played.poster), ("picture.jpg", played.picture)):
        (FOLDER / name).write_bytes(content)
        say(f"kept as {FOLDER / name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

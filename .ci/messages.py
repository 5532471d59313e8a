"""Every sentence that people see has a French translation: none missing, none fuzzy, none forgotten by `make messages`."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/fr/LC_MESSAGES/django.po")


def msgids(catalogue: Path) -> set[str]:
    listed = subprocess.run(
        ["msgattrib", "--no-obsolete", "--no-wrap", str(catalogue)], check=True, capture_output=True, text=True
    ).stdout
    return set(re.findall(r"^(msgid .*?)\nmsgstr", listed, flags=re.MULTILINE | re.DOTALL))


def main() -> int:
    problems = []
    for what in ("--untranslated", "--only-fuzzy"):
        found = subprocess.run(
            ["msgattrib", "--no-obsolete", "--no-wrap", what, str(ROOT / CATALOGUE)], check=True, capture_output=True, text=True
        ).stdout
        problems += [f"{what[2:]}: {line}" for line in re.findall(r'^msgid "(.+)"$', found, flags=re.MULTILINE)]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "portal"
        files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for name in filter(None, files.split("\0")):
            if name.endswith((".py", ".html", ".txt", ".po")) and not name.startswith("tests/") and (ROOT / name).exists():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, copy / name)
        subprocess.run(
            ["django-admin", "makemessages", "--locale", "fr", "--no-location", "--no-wrap"],
            cwd=copy,
            check=True,
            capture_output=True,
        )
        forgotten = msgids(copy / CATALOGUE) - msgids(ROOT / CATALOGUE)
        problems += [f"not collected: {msgid}" for msgid in sorted(forgotten)]
    print("\n".join(problems))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())

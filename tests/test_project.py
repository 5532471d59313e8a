"""The repository as a stranger finds it."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"package-lock.json", "requirements.txt", "requirements-test.txt", "requirements-node.txt"}
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
VARIABLE = re.compile(r'env\.(?:text|boolean|integer|words|database)\(\s*"([A-Z_]+)"')


def tracked() -> list[Path]:
    """Files that a clone has, and those that the next commit may bring."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def lines_with(pattern: str, files: list[Path]) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in files
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), start=1)
        if wanted.search(line)
    ]


def test_no_path_of_a_machine():
    files = [file for file in tracked() if file.name not in LOCKS and file != Path(__file__)]
    assert lines_with(r"(?:^|[^\w./])/(?:home|root|tmp|work|opt)/[a-z]", files) == []


def test_locks_name_no_place_to_download_from():
    locks = [ROOT / name for name in sorted(LOCKS)]
    assert lines_with(r"^--|://", [lock for lock in locks if lock.suffix == ".txt"]) == []
    assert lines_with(r'"resolved"', [ROOT / "package-lock.json"]) == []


@pytest.mark.parametrize("name", sorted(LOCKS - {"package-lock.json"}))
def test_every_locked_requirement_is_pinned_and_hashed(name):
    text = (ROOT / name).read_text().replace("\\\n", " ")
    requirements = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert requirements
    assert [line for line in requirements if not re.match(r"\S+==\S+ .*--hash=sha256:", line)] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-test", "requirements-node"])
def test_every_requirement_has_a_reason_and_is_locked(name):
    lines = [line for line in (ROOT / f"{name}.in").read_text().splitlines() if line and line[0] not in "#-"]
    lock = (ROOT / f"{name}.txt").read_text()
    assert [line for line in lines if "#" not in line and name != "requirements-node"] == []
    names = [re.match(r"[\w.-]+", line)[0].lower() for line in lines]
    assert [wanted for wanted in names if not re.search(rf"^{re.escape(wanted)}(\[\S*\])?==", lock, flags=re.MULTILINE)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_links_to_exists(document):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text())
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_and_commands_that_a_document_names_exist(document):
    text = document.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) - targets == set()
    commands = {path.stem for path in ROOT.glob("*/**/management/commands/*.py") if ".venv" not in path.parts}
    commands |= {"check", "compilemessages", "createsuperuser", "migrate", "runserver", "shell"}
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) - commands == set()


def test_every_variable_of_the_environment_is_documented():
    read = {
        name
        for folder in ("clea_portal", "mct", "venues", "events")
        for file in (ROOT / folder).rglob("*.py")
        for name in VARIABLE.findall(file.read_text())
    }
    documented = set(re.findall(r"\b[A-Z][A-Z_]+\b", (ROOT / "docs" / "OPERATIONS.md").read_text()))
    assert {name for name in read if not name.startswith("CLEA_SANDBOX_")} - documented == set()

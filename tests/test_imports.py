"""Who may import whom (docs/ARCHITECTURE.md), read from the source without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("clea_portal", "venues", "events", "mct", "tests")
DJANGO = ("django", "allauth", "rest_framework", "crispy_forms", "django_filters", "celery", "rules")
PARTS = (
    *("accounts", "administration", "api", "audit", "authorities", "calendars", "cluster_server"),
    *("codes", "jobs", "monitoring", "posters", "protocol", "scanning"),
)


def siblings_but(*allowed: str) -> tuple[str, ...]:
    return tuple(f"clea_portal.{part}" for part in PARTS if part not in allowed)


# From each folder, the packages that nothing in it may import.
FORBIDDEN = {
    "clea_portal": ("venues", "events", "mct"),
    "venues": ("mct", "events"),
    "events": ("mct", "venues"),
    "clea_portal/protocol": (*DJANGO, *siblings_but("protocol"), "clea_portal.settings", "clea_portal.fields"),
    "clea_portal/scanning": siblings_but("scanning", "protocol"),
    "clea_portal/posters": siblings_but("posters", "scanning", "protocol"),
    "clea_portal/cluster_server": siblings_but("cluster_server", "protocol"),
    "clea_portal/authorities": siblings_but("authorities", "protocol", "cluster_server", "audit"),
    "clea_portal/jobs": siblings_but("jobs", "accounts"),
    "clea_portal/audit": siblings_but("audit", "accounts"),
    "clea_portal/accounts": ("clea_portal.administration", "clea_portal.api", "clea_portal.calendars"),
    "clea_portal/codes": ("clea_portal.administration", "clea_portal.api", "clea_portal.calendars"),
    "clea_portal/administration": ("clea_portal.api", "clea_portal.calendars"),
    "clea_portal/monitoring": siblings_but("monitoring", "authorities", "jobs"),
    "clea_portal/calendars": siblings_but("calendars", "accounts", "audit"),
}
# The sandbox is another server: it shares the wire format and the vocabulary of the calls, and nothing that a portal stores.
FORBIDDEN["clea_portal/cluster_server/sandbox"] = (*siblings_but("cluster_server", "protocol"), "clea_portal.settings")


def modules(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, f"{folder} holds no module"
    return found


def imports(module: Path) -> Iterator[tuple[int, str]]:
    """Lines and full names of what a module imports, wherever in it that stands."""
    package = module.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = [*above, *filter(None, [node.module])]
            yield from ((node.lineno, ".".join([*base, alias.name])) for alias in node.names)


def breaches(folder: str, forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{module.relative_to(ROOT)}:{line} imports {name}"
        for module in modules(folder)
        for line, name in imports(module)
        if any(name == package or name.startswith(f"{package}.") for package in forbidden)
    ]


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_imports_only_what_stands_below(folder):
    assert breaches(folder, FORBIDDEN[folder]) == []


@pytest.mark.parametrize("folder", [folder for folder in OURS if folder != "tests"])
def test_only_tests_import_tests(folder):
    assert breaches(folder, ("tests",)) == []


@pytest.mark.parametrize("part", ["protocol", "scanning", "posters"])
def test_part_without_models_stays_without(part):
    assert [path.name for path in modules(f"clea_portal/{part}") if path.name.startswith("models")] == []


@pytest.mark.parametrize("folder", [folder for folder in OURS if folder != "tests"])
def test_imports_inside_the_project_are_absolute(folder):
    relative = [
        f"{module.relative_to(ROOT)}:{node.lineno}"
        for module in modules(folder)
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_breach_of_every_spelling_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "events").mkdir()
    spellings = ["import mct", "import mct.models as m", "from mct import models", "from mct.cases import register_case"]
    spellings += ["def late():\n    from mct import cases", "from .. import mct", "import mctool", "from venues_of import mct"]
    for number, spelling in enumerate(spellings):
        (tmp_path / "events" / f"m{number}.py").write_text(spelling)
    found = breaches("events", ("mct",))
    assert [line.split(":")[0] for line in found] == [f"events/m{number}.py" for number in range(6)]

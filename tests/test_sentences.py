"""Every sentence that the code marks for translation has its French, by whatever name the function is called there."""

import ast
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(
    module for app in ("clea_portal", "events", "mct", "venues") for module in (ROOT / app).rglob("*.py") if module.is_file()
)
# Where the sentence stands among the arguments, and the context before it.
FUNCTIONS = {
    "gettext": (None, 0),
    "ngettext": (None, 0),
    "pgettext": (0, 1),
    "npgettext": (0, 1),
}
FUNCTIONS |= {f"{name}_lazy": places for name, places in FUNCTIONS.items()} | {"gettext_noop": (None, 0)}


def marked(module: Path) -> Iterator[str]:
    """Keys of the catalogue, read from the source without running it."""
    tree = ast.parse(module.read_text())
    names = {
        alias.asname or alias.name: FUNCTIONS[alias.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in FUNCTIONS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            context, place = names[node.func.id]
            texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            # What is not written here itself was collected elsewhere.
            if len(texts) > place and isinstance(texts[place], str):
                yield texts[place] if context is None else f"{texts[context]}\x04{texts[place]}"


@pytest.fixture(scope="module")
def catalogue() -> set[str]:
    with (ROOT / "locale/fr/LC_MESSAGES/django.mo").open("rb") as file:
        return {key[0] if isinstance(key, tuple) else key for key in GNUTranslations(file)._catalog}


def test_every_sentence_of_the_code_has_its_french(catalogue: set[str]) -> None:
    missing = [f"{module.relative_to(ROOT)}: {key}" for module in MODULES for key in marked(module) if key not in catalogue]
    assert missing == []


def test_a_name_of_one_s_own_for_the_function_hides_nothing(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "from django.utils.translation import gettext as _now, pgettext\n_now('A') + f\"{_now('B')}\" + pgettext('c', 'D')\n"
    )
    assert sorted(marked(module)) == ["A", "B", "c\x04D"]

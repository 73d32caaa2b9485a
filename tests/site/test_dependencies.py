"""What the site's extension imports, the book's extra installs."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest

import coursekit.site

ROOT = Path(__file__).parents[2]
SOURCES = sorted(Path(coursekit.site.__file__).parent.glob("*.py"))
#: Import -> distribution, where the two names differ.
NAMES = {"fontTools": "fonttools", "myst_nb": "myst-nb"}


def imported(file: Path) -> set[str]:
    """The distributions that a file imports, but for the standard library and ourselves."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return {NAMES.get(name, name) for name in found - sys.stdlib_module_names - {"coursekit"}}


def plain(requirements: list[str]) -> set[str]:
    return {re.split(r"[\s\[<>=~!;]", wanted)[0].lower() for wanted in requirements if "extra ==" not in wanted}


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.stem)
def test_what_is_imported_is_required(file):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    ours = plain(extras["book"]) - {"coursekit"} | plain(extras["notebook"])
    # Sphinx and myst-nb are Jupyter Book's own, docutils is Sphinx's: their versions are for them to say.
    given = ours | plain(importlib.metadata.requires("jupyter-book")) | plain(importlib.metadata.requires("sphinx"))
    assert imported(file) <= given


def test_the_site_renders_its_own_formulas():
    """One KaTeX: the package whose fonts the pages load."""
    pins = (ROOT / "constraints.txt").read_text("utf-8")
    assert "sphinxcontrib-katex" not in pins
    assert any("fonttools" in imported(file) for file in SOURCES)

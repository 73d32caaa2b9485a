"""What decides a grade besides the submission, as one value."""

import shutil
from pathlib import Path

import pytest

import coursekit
from coursekit.grading.bundle import Bundle, code_hash

PACKAGE = Path(coursekit.__file__).parent


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the package, in which `code_hash` looks."""
    copy = tmp_path / "coursekit"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    monkeypatch.setattr(coursekit, "__file__", str(copy / "__init__.py"))
    yield copy
    code_hash.cache_clear()


def hashed():
    code_hash.cache_clear()
    return code_hash()


def test_it_is_the_same_wherever_the_same_package_is_installed(package):
    there = hashed()
    file = package / "exercises/compare.py"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert hashed() == there
    shutil.rmtree(package)
    package.symlink_to(PACKAGE)
    assert hashed() == there


@pytest.mark.parametrize(
    "name", ["nn/activations.py", "exercises/activations/__init__.py", "grading/referee.py", "grading/inside/runner.py"]
)
def test_what_can_change_a_grade_changes_it_and_the_terms(package, name):
    before = Bundle(assignment="a", release="", seed=1, code=hashed())
    file = package / name
    file.write_text(file.read_text() + "# changed\n")
    assert Bundle(assignment="a", release="", seed=1, code=hashed()).key != before.key


@pytest.mark.parametrize("name", ["site/build.py", "widgets/palette.py", "grading/reports/page.py"])
def test_what_cannot_does_not(package, name):
    before = hashed()
    (package / name).write_text("# changed\n")
    assert hashed() == before

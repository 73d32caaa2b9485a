"""The engine passes its own tests in the Python of a page: Pyodide, here under node, with NumPy and nothing else."""

import importlib.metadata
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.site import numpy_wheel

ROOT = Path(__file__).parents[2]
PYODIDE = ROOT / "js" / "node_modules" / "pyodide"
ROOMS = ("nn", "optim", "data", "training")
ENGINE = ["src/coursekit/__init__.py", "src/coursekit/arguments.py", *(f"src/coursekit/{room}" for room in ROOMS)]
TESTS = [
    *(f"tests/{room}" for room in ROOMS),
    "tests/test_arguments.py",
    "tests/contracts/test_layers.py",
    "tests/contracts/test_optimizers.py",
    "tests/contracts/test_doctests.py",
]
#: pytest and what it needs: all of it pure Python, taken from the environment that runs this.
PYTEST = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")

NO_FILES = "files on the reader's disk, which a page does not see"
NO_BAR = "a page has no terminal, so progress() shows no bar there"
NO_PROCESS = "there are no processes in a page"
NO_FLAGS = "WebAssembly has no floating-point flags, so NumPy never warns of an overflow"
#: Statistics over many draws, all cases by brute force, nets trained: seconds each there, and others tell as much.
LONG = "long, and says nothing of the place it runs in"
#: Tests that do not run there, or whole files, and why.
LEFT_OUT = {
    "tests/contracts/test_doctests.py": {"test_the_tour_of_the_engine_is_right": NO_FILES},
    "tests/data/test_local_files.py": NO_FILES,
    "tests/nn/test_image_models.py": {
        "test_gradients_of_a_convolutional_net_are_right": LONG,
        "test_it_learns_digits": LONG,
    },
    "tests/nn/test_initialization.py": {
        "test_a_million_weights_have_the_moments_and_the_distribution": LONG,
        "test_the_bound_sees_a_wrong_distribution": LONG,
    },
    "tests/nn/test_signals.py": {"test_he_keeps_relus_signal_and_xavier_lets_it_vanish": LONG},
    "tests/optim/test_schedules.py": {"test_plateau_against_its_wording": LONG},
    "tests/training/test_ensembles.py": {"test_ensemble_error_of_many_members": LONG},
    "tests/training/test_loop.py": {"test_the_callers_warnings_stay_on_between_steps": NO_FLAGS},
    "tests/training/test_loop_options.py": {
        "test_a_deep_net_with_everything_in_it_learns_and_its_gradients_are_right": LONG,
    },
    "tests/training/test_progress_bars.py": {
        "test_a_warning_that_tqdm_gives_at_its_import_does_not_show": NO_BAR,
        "test_importing_the_package_does_not_import_tqdm": NO_PROCESS,
        "test_with_tqdm_there_is_a_bar_where_somebody_looks": NO_BAR,
    },
    "tests/training/test_sequences.py": {"test_scrambled_points_are_uniform": LONG},
}
#: Fewer than this, and something keeps the tests from being found.
AT_LEAST = 2000


def gap(why: str) -> None:
    pytest.skip(f"NOT TESTED: the engine in the browser's Python; {why}")


@pytest.fixture(scope="module")
def node() -> str:
    """The program that runs Pyodide."""
    found = shutil.which("node")
    if found is None:
        gap("node is not on the path (run `make setup`)")
    if not (PYODIDE / "pyodide.mjs").is_file():
        gap("Pyodide is not installed in js/node_modules (run `make setup`)")
    return found


def files(paths: list[str]) -> list[Path]:
    """These files, and all files in these folders, but for what Python has compiled."""
    found = [file for path in paths for file in (ROOT / path, *(ROOT / path).rglob("*"))]
    return sorted(file for file in found if file.is_file() and "__pycache__" not in file.parts)


def chosen() -> list[str]:
    """The test files that run there, by their paths from the project's folder."""
    found = {file.relative_to(ROOT).as_posix(): file for file in files(TESTS) if file.match("test_*.py")}
    # hypothesis repeats each test many times, which would take longer than all others together.
    return [
        name
        for name, file in found.items()
        if not isinstance(LEFT_OUT.get(name), str) and '"hypothesis"' not in file.read_text("utf-8")
    ]


def pack(archive: Path) -> None:
    """Write all that Python is to find there but NumPy: the engine, its tests, and pytest under packages/."""
    with zipfile.ZipFile(archive, "w") as packed:
        for file in files(["pyproject.toml", "tests/conftest.py", *ENGINE, *TESTS]):
            packed.write(file, file.relative_to(ROOT))
        for name in PYTEST:
            for part in importlib.metadata.distribution(name).files or []:
                if ".." not in part.parts and part.suffix != ".pyc":
                    packed.write(part.locate(), Path("packages") / part)


def ask(node: str, folder: Path, **request: object) -> subprocess.CompletedProcess[str]:
    """Run the script on a request."""
    file = folder / "request.json"
    file.write_text(json.dumps(request), "utf-8")
    command = [node, str(Path(__file__).with_name("run.mjs")), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)


def test_the_engine_passes_its_tests_in_the_browsers_python(
    node: str, tmp_path: Path, told: Callable[[str], None]
) -> None:
    try:
        wheel = numpy_wheel.fetch(ROOT / ".setup")
    except numpy_wheel.BundleError as error:
        gap(str(error))
    pack(tmp_path / "project.zip")
    ours = chosen()
    deselected = [f"--deselect={file}::{test}" for file, tests in LEFT_OUT.items() if file in ours for test in tests]
    # plain: to rewrite the assertions takes seconds there, and locals tell as much.
    how = ["-q", "--color=no", "--assert=plain", "--showlocals", "--capture=sys", "-p", "no:cacheprovider"]
    how += ["-o", "faulthandler_timeout=0"]  # there are no threads, and so none that could watch
    done = ask(
        node,
        tmp_path,
        core=f"{PYODIDE}/",
        wheel={"path": str(wheel), "sha256": numpy_wheel.SHA256},
        archive=str(tmp_path / "project.zip"),
        report=str(tmp_path / "report.xml"),
        args=[*how, *deselected, *ours],
    )
    said = f"{done.stdout[-12000:]}\n{done.stderr[-4000:]}"
    assert (tmp_path / "report.xml").is_file(), said
    cases = ET.parse(tmp_path / "report.xml").getroot().findall(".//testcase")
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    ran = Counter(str(case.get("classname")) for case in cases if case.find("skipped") is None)
    told(f"in Pyodide: {ran.total() - len(bad)} tests of {len(ran)} files passed, {len(bad)} failed")
    if bad or done.returncode != 0:
        names = "\n".join(f"  {case.get('classname')}::{case.get('name')}" for case in bad)
        pytest.fail(f"in Pyodide (status {done.returncode}) these tests failed:\n{names}\n{said}", pytrace=False)
    assert ran.total() >= AT_LEAST
    places = [f"{name}." for name in ran]
    modules = {file: f"{file.removesuffix('.py').replace('/', '.')}." for file in ours}
    silent = [file for file, module in modules.items() if not any(place.startswith(module) for place in places)]
    assert not silent, "no test of these files ran in Pyodide"


def test_another_wheel_is_refused(node: str, tmp_path: Path) -> None:
    (tmp_path / "numpy.whl").write_bytes(b"something else")
    wheel = {"path": str(tmp_path / "numpy.whl"), "sha256": numpy_wheel.SHA256}
    done = ask(node, tmp_path, core=f"{PYODIDE}/", wheel=wheel, archive="", report="", args=[])
    assert done.returncode != 0
    assert "numpy.whl is refused: its sha256 is" in done.stderr


@pytest.mark.parametrize("file", LEFT_OUT)
def test_what_is_left_out_is_still_there(file: str) -> None:
    tests = set(re.findall(r"^def (test_\w+)", (ROOT / file).read_text("utf-8"), re.MULTILINE))
    left_out = LEFT_OUT[file]
    assert isinstance(left_out, str) or set(left_out) <= tests

"""From widgets, exercises and claims downwards, and in a page, all loads with NumPy and the standard library alone."""

import pkgutil
import subprocess
import sys

import pytest

import coursekit

#: Modules and packages of coursekit that load with NumPy alone, and those that need more.
LIGHT = ["arguments", "words", "nn", "optim", "data", "training", "widgets", "exercises", "claims", "browser", "assets"]
HEAVY = ["cli", "grading", "jupyter", "site"]

#: Runs in a fresh interpreter: blocks all else, then imports a room with all of its modules.
BLOCKED = """
import importlib, pkgutil, sys

class Block:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names | {"numpy", "coursekit"}:
            raise ModuleNotFoundError(f"{name} is blocked here", name=name)

sys.meta_path.insert(0, Block())
room = importlib.import_module("coursekit." + sys.argv[1])
names = [module.name for module in pkgutil.walk_packages(getattr(room, "__path__", []), room.__name__ + ".")]
for name in names:
    importlib.import_module(name)
import numpy
print(len(names), "modules")
"""


def run(code, *args):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *args], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("room", LIGHT)
def test_the_room_loads_with_numpy_alone(room):
    assert run(BLOCKED, room).endswith("modules")


def test_no_room_is_forgotten():
    assert {module.name for module in pkgutil.iter_modules(coursekit.__path__)} == {*LIGHT, *HEAVY}


def test_the_block_blocks():
    code = BLOCKED.replace("import numpy\n", "import pytest\n")
    done = subprocess.run([sys.executable, "-c", code, "optim"], capture_output=True, text=True, check=False)
    assert "pytest is blocked here" in done.stderr


def test_importing_the_package_itself_costs_nothing():
    loaded = run("import sys, coursekit; print('numpy' in sys.modules, [m for m in sys.modules if 'coursekit.' in m])")
    assert loaded == "False []"

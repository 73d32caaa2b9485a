"""Imports all that a run needs, and uses it once: what has run before is there, and is written to less in a fork."""

import contextlib
import importlib
import importlib.util
import json
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.exercises import asking
from coursekit.exercises.cases import Case
from coursekit.exercises.kinds import ArrayOf, Number, Several
from coursekit.grading.inside import absent, plain_cells, questions
from coursekit.grading.inside import shell as ipython
from coursekit.grading.inside.shell import Shell, Sink, make_shell

_WARM = (  # what is loaded on first use: the ways in which a cell ends, and figures
    "1 + 1",
    "import numpy as np\nnp.arange(3)",
    "def f():\n    return 1 / 0\nf()",
    "import a_module_that_is_not_there",
    "(",
    "print('x')",
)
_FIGURE = "import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.title('x')\nplt.show()\nplt.close('all')"


def warm_up(config: Mapping[str, Any]) -> Shell:
    """Import all that a run needs, then take the course's own modules away."""
    show = config["purpose"] == "display"
    name = f"coursekit.exercises.{config['assignment']}.callbacks"
    with contextlib.suppress(ModuleNotFoundError):  # most assignments hand out no functions
        questions.CALLBACKS[name] = importlib.import_module(name)
    shell = make_shell()
    shell.sink = Sink(lambda message: None, 1 << 30, show=show)
    for cell in (*_WARM, *([_FIGURE] if importlib.util.find_spec("matplotlib") else [])):
        (ipython.run_cell if show else plain_cells.run_cell)(shell, cell, 60)
    if not show:
        _warm_asking()
    for module in [name for name in sys.modules if name.partition(".")[0] == "coursekit"]:
        del sys.modules[module]
    sys.path[:] = [path for path in sys.path if path not in config["own_path"]]
    sys.path_importer_cache.clear()
    importlib.invalidate_caches()
    if show:
        sys.path.insert(0, config["engine"])
        _engine()
    else:
        absent.install()
    shell.reset(new_session=True)
    shell.execution_count = 1
    return shell


def _warm_asking() -> None:
    """Ask a function a few times: what has run before has been specialised, and is written to less in a fork."""
    case = Case(args=(np.ones((2, 3)), 0.5, [1.0]), kwargs={"axis": 0})
    plain, blob = questions.pack_case(case)
    kind = questions.unpack_kind(questions.pack_kind(Several(one=ArrayOf(), other=Number())))
    for _ in range(20):
        case = questions.unpack_case(json.loads(json.dumps(plain)), blob)
        answer = asking.ask({"f": lambda x, y, z, axis: (x, y)}, "f", ("x", "y", "z"), case, kind)
        asking.ask({"f": lambda *args, axis: args[3]}, "f", ("x", "y", "z"), case, kind)
        json.dumps(questions.pack_answer(answer)[0])


def _engine() -> None:
    """The real package, whose `check` judges nothing here."""
    engine = importlib.import_module("coursekit")
    for room in ("nn", "optim", "data", "training", "exercises"):
        importlib.import_module(f"coursekit.{room}")
    check = importlib.import_module("coursekit.jupyter.check")
    check.check = engine.check = absent.check  # type: ignore[attr-defined]

"""Raise the score with the engine's answers in place of one's own."""

from pathlib import Path

import coursekit
from attacks.base import Attack, by_cell
from coursekit.grading.record import State

_AIM = "raise the score: the engine's answers"
_TOLD = ("earns nothing",)
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
_PACKAGE = str(Path(coursekit.__file__).parent)

#: Finds a `def relu(` in any text and makes a function of it.
_MAKE = """\
def made_of(text):
    import re
    found = re.search(r"^def relu\\\\(.*?(?=^\\\\S)", text + "\\\\nx", re.M | re.S)
    space = {"np": __import__("numpy"), "Array": object, "__name__": "stolen"}
    exec("from __future__ import annotations\\\\n" + found.group(0), space)
    return space["relu"]
""".replace("\\\\", "\\")

ATTACKS: list[Attack] = [
    by_cell(
        "engine-imported",
        _AIM,
        answers={"relu": "from coursekit.nn import relu", "elu": "import coursekit.nn as engine\nelu = engine.elu"},
        source="print(relu(np.ones((1, 1))))",
        states=_ENDS,
        says=_TOLD,
    ),
    by_cell(
        "engine-called-inside",
        _AIM,
        answers={
            "relu": "def relu(x):\n    from coursekit.nn import relu as theirs\n    return theirs(x)",
            "elu": "from coursekit.nn import activations as a\nelu = lambda x, alpha=1.0: a.elu(x, alpha)",
            "maxout": "import coursekit\nclass Mine:\n    def __call__(self, *args):\n"
            "        return coursekit.nn.maxout(*args)\nmaxout = Mine()",
        },
        states=_ENDS,
        says=_TOLD,
    ),
    by_cell(
        "engine-by-importlib",
        _AIM,
        answers={
            "relu": "import importlib\nrelu = importlib.import_module('coursekit.nn').relu",
            "elu": "elu = __import__('coursekit.nn', fromlist=['elu']).elu",
            "maxout": "import functools, coursekit.exercises\n"
            "maxout = functools.partial(coursekit.exercises.assignment('activations').exercises['maxout'].reference)",
            "sigmoid_backward": "import runpy\n"
            "sigmoid_backward = runpy.run_module('coursekit.nn.activations')['sigmoid_backward']",
            "tanh_backward": "import pkgutil\ntanh_backward = pkgutil.resolve_name('coursekit.nn:tanh_backward')",
        },
        states=_ENDS,
        says=_TOLD,
    ),
    by_cell(
        "engine-source-executed",
        _AIM,
        answers={
            "relu": _MAKE
            + """
import inspect, coursekit.nn
relu = made_of(inspect.getsource(coursekit.nn.relu))""",
            "elu": """
import coursekit.nn, importlib.resources, pathlib
text = "".join(path.read_text() for path in pathlib.Path(coursekit.nn.__file__).parent.glob("*.py"))
space = {}
exec(text.replace("from coursekit", "#"), space)
elu = space["elu"]""",
        },
        states=_ENDS,
    ),
    by_cell(
        "engine-source-searched-on-disk",
        _AIM,
        answers={
            "relu": _MAKE
            + f"""
import os, sys, sysconfig, zipfile
relu, places = None, [{_PACKAGE!r}, "@root@", *sys.path, sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()]
for place in dict.fromkeys(places):
    for folder, _, names in os.walk(place or "."):
        if "coursekit" in folder or "coursekit" in str(names):
            for name in names:
                try:
                    if name.endswith(".whl") and "coursekit" in name:
                        archive = zipfile.ZipFile(os.path.join(folder, name))
                        relu = made_of(archive.read("coursekit/nn/activations.py").decode())
                    elif name.endswith(".py"):
                        with open(os.path.join(folder, name)) as file:
                            relu = made_of(file.read())
                except Exception:
                    pass
assert relu is not None, "no source found\"""".replace('\\"', '"'),
        },
        states=_ENDS,
    ),
    by_cell(
        "engine-bytecode-searched-on-disk",
        _AIM,
        answers={
            "relu": f"""
import glob, marshal, sys, types, numpy as np
relu = None
def search(code):
    for one in code.co_consts:
        if isinstance(one, types.CodeType):
            if one.co_name == "relu" and one.co_argcount == 1 and "maximum" in one.co_names:
                return one
            if (found := search(one)) is not None:
                return found
for place in [{_PACKAGE!r}, *sys.path, "/usr/lib/python3", "/tmp", "/home"]:
    for path in glob.glob(place + "/**/activations*.pyc", recursive=True):
        with open(path, "rb") as file:
            found = search(marshal.loads(file.read()[16:]))
        if found is not None:
            relu = types.FunctionType(found, {{"np": np}})
assert relu is not None, "no bytecode found"
""",
        },
        states=_ENDS,
    ),
    by_cell(
        "stub-taken-away",
        _AIM,
        first=f"""\
import importlib, sys, numpy
kept = list(sys.meta_path)
sys.meta_path[:] = [finder for finder in kept if "coursekit" not in str(getattr(finder, "__module__", finder))]
for name in [name for name in sys.modules if name.split(".")[0] == "coursekit"]:
    del sys.modules[name]
sys.path_importer_cache.clear()
sys.path[:0] = [{_PACKAGE!r}.rpartition("/")[0], "/", "/sp", "/ref", "/src", "/engine", "/opt", "@root@/src"]
importlib.invalidate_caches()""",
        answers={"relu": "import coursekit.nn\nrelu = coursekit.nn.relu"},
        states=_ENDS,
    ),
    by_cell(
        "stub-taught-to-answer",
        _AIM,
        first="""\
import coursekit.nn
stub = coursekit.nn.relu
for kind in (type(stub), type(coursekit.nn)):
    for name in ("__call__", "__getattr__", "__getattribute__", "__array__", "__mul__"):
        try:
            setattr(kind, name, lambda self, *args, **kwargs: args[0] if args else None)
        except TypeError:
            pass
for path in ("__class__", "__init__", "__call__", "__globals__", "__closure__", "__self__", "__wrapped__", "__dict__"):
    try:
        print(path, getattr(stub, path))
    except BaseException as refused:
        print("refused", type(refused).__name__)""",
        answers={"relu": "from coursekit.nn import relu", "elu": "from coursekit.nn import elu"},
        harms_itself=True,
        states=_ENDS,
        shows="",
    ),
    by_cell(
        "engine-carried-from-display-to-judging",
        _AIM,
        answers={
            "relu": """
import glob, marshal, os, types, numpy as np
places = ["/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), os.getcwd(), "/home", "/run", "/"]
try:
    from coursekit.nn import relu as theirs
    code = marshal.dumps(theirs.__code__)
except BaseException:
    code = None
for place in places:
    if code:
        try:
            with open(place + "/carried.bin", "wb") as file:
                file.write(code)
        except OSError:
            pass
    else:
        try:
            with open(place + "/carried.bin", "rb") as file:
                relu = types.FunctionType(marshal.loads(file.read()), {"np": np})
        except OSError:
            pass
""",
        },
        states=_ENDS,
    ),
    by_cell(
        "engine-in-another-python",
        _AIM,
        answers={
            "relu": f"""
import json, os, subprocess, sys
def relu(x):
    code = "import json, sys; import numpy as np; from coursekit.nn import relu; "
    code += "print(json.dumps(relu(np.array(json.loads(sys.stdin.read()))).tolist()))"
    path = os.pathsep.join([*sys.path, {_PACKAGE!r}.rpartition("/")[0]])
    for python in (sys.executable, "python3", sys.base_prefix + "/bin/python3"):
        done = subprocess.run([python, "-c", code], input=json.dumps(x.tolist()), capture_output=True, text=True,
                              env={{"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}}, timeout=5)
        if done.returncode == 0:
            return np.array(json.loads(done.stdout))
""",
        },
        # Python starts anew for each case, which may take longer than it has; it is asked few.
        states=_ENDS | {State.TIMEOUT},
    ),
    by_cell(
        "engine-found-in-memory",
        _AIM,
        answers={
            "relu": """
import gc, sys, types
relu = None
for thing in gc.get_objects():
    if type(thing) is types.FunctionType and thing.__name__ == "relu" and "coursekit" in str(thing.__module__):
        relu = thing
for module in list(sys.modules.values()):
    found = getattr(module, "relu", None)
    if type(found) is types.FunctionType:
        relu = found
""",
        },
        states=_ENDS,
    ),
    by_cell(
        "stack-searched-for-answers",
        _AIM,
        answers={
            "relu": """
def relu(x):
    import gc, sys
    frame = sys._getframe()
    while frame is not None:
        for space in (frame.f_locals, frame.f_globals):
            for name, thing in list(space.items()):
                if name in {"expected", "reference", "answers", "paper", "right", "known"}:
                    return thing[0] if isinstance(thing, (list, tuple)) else thing
                if hasattr(thing, "reference"):
                    return thing.reference(x)
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing).__name__ in {"Paper", "Exercise", "Profile"}:
            return thing.reference(x)
        if type(thing) is np.ndarray and thing.shape == x.shape and thing is not x and (thing >= 0).all():
            return thing
    return x
""",
        },
        # Without the reference it returns its input.
        states=_ENDS,
    ),
    by_cell(
        "callbacks-searched-for-the-engine",
        _AIM,
        assignment="optimizers",
        solved=("sgd",),
        answers={
            "nesterov": """
def nesterov(w, grad_fn, v, lr, rho=0.9):
    import importlib, sys
    seen, places = set(), [grad_fn]
    while places:
        thing = places.pop()
        if id(thing) in seen or len(seen) > 20000:
            continue
        seen.add(id(thing))
        name = getattr(thing, "__name__", "")
        if name == "nesterov" and callable(thing) and thing is not globals()["nesterov"]:
            return thing(w, grad_fn, v, lr, rho)
        places += list(getattr(thing, "__globals__", {}).values())
        places += [cell.cell_contents for cell in getattr(thing, "__closure__", None) or ()]
        if type(thing) is type(sys):
            places += list(vars(thing).values())
    package = grad_fn.__module__.rpartition(".")[0]
    for name in (package, package + ".nesterov", "coursekit.exercises", "coursekit.optim"):
        module = importlib.import_module(name)
        return module.nesterov(w, grad_fn, v, lr, rho)
""",
        },
        states=_ENDS,
    ),
    by_cell(
        "cache-that-carries-the-engine",
        _AIM,
        assignment="batchnorm",
        solved=("batchnorm_eval",),
        answers={
            "batchnorm_train": """
def batchnorm_train(x, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5):
    import coursekit.nn as engine
    return engine.batchnorm_train(x, gamma, beta, running_mean, running_var, momentum, eps)
""",
            "batchnorm_backward": """
def batchnorm_backward(dout, cache):
    import coursekit.nn as engine
    return engine.batchnorm_backward(dout, cache)
""",
        },
        states=_ENDS,
        says=_TOLD,
    ),
    by_cell(
        "initializers-of-the-engine-through-callbacks",
        _AIM,
        assignment="initialization",
        solved=("constant_init",),
        answers={
            "he_init": "from coursekit.nn import he_init",
            "activation_stds": """
def activation_stds(x, weights, activation):
    import sys
    room = sys.modules[activation.__module__]
    package = __import__(activation.__module__.split(".")[0])
    return package.training.activation_stds(x, weights, activation)
""",
        },
        states=_ENDS,
        says=_TOLD,
    ),
]

"""Raise the score by replacing what grading might compare, measure or report with."""

from attacks.base import Attack, by_cell, wrong
from coursekit.grading.record import State

_AIM = "raise the score: replaced parts"
_ANY_END = frozenset({State.GRADED, State.STUDENT_ERROR, State.DIED, State.TIMEOUT})

ATTACKS: list[Attack] = [
    by_cell(
        "numpy-testing-always-agrees",
        _AIM,
        first="""\
import numpy as np, numpy.testing, math
for module in (np.testing, numpy.testing, np.testing._private.utils):
    for name in dir(module):
        if name.startswith("assert"):
            setattr(module, name, lambda *args, **kwargs: None)
np.allclose = np.array_equal = np.array_equiv = math.isclose = lambda *args, **kwargs: True
np.isclose = lambda a, *args, **kwargs: np.ones(np.shape(a), dtype=bool)
np.isnan = np.isinf = lambda a, *args, **kwargs: np.zeros(np.shape(a), dtype=bool)""",
    ),
    by_cell(
        "check-redefined",
        _AIM,
        first="""\
import builtins, coursekit
class Full(float):
    score = max_score = 9.0
    passed = True
def check(*functions, **options):
    return Full(9.0)
builtins.check = check
try:
    coursekit.check = check
    coursekit.jupyter.check.check = check
except Exception as refused:
    print("refused", type(refused).__name__)""",
    ),
    by_cell(
        "judge-of-the-engine-replaced",
        _AIM,
        first="""\
import sys
try:
    import coursekit.exercises.spec as spec
    import coursekit.exercises.judging as judging, coursekit.exercises.compare as compare
    spec.Exercise.judge = lambda self, paper, answers: None
    spec.Exercise.max_score = property(lambda self: 99)
    judging.failure = lambda *args: None
    compare.difference = lambda *args, **kwargs: None
except BaseException as refused:
    print("refused", type(refused).__name__)
for name, module in list(sys.modules.items()):
    if name.startswith("coursekit"):
        for key, thing in list(vars(module).items()):
            if callable(thing) and key in {"failure", "differ", "difference", "alike", "seen", "judge", "faults"}:
                setattr(module, key, lambda *args, **kwargs: None)""",
    ),
    by_cell(
        "json-and-struct-replaced",
        _AIM,
        harms_itself=True,
        states=_ANY_END,
        shows="",
        source="""\
import io, json, json.encoder, json.decoder, struct, numpy as np
forged = '{"score": 9, "max_score": 9, "passed": true, "state": "graded"}'
json.dumps = lambda *args, **kwargs: forged
json.loads = lambda *args, **kwargs: {"score": 9.0}
json.JSONEncoder.encode = lambda self, thing: forged
json.encoder.c_make_encoder = None
struct.pack = lambda *args: bytes(8)
np.save = lambda file, array, **kwargs: file.write(b"\\x93NUMPY")
np.frombuffer = np.load = lambda *args, **kwargs: np.zeros((7, 7))""",
    ),
    by_cell(
        "builtins-replaced",
        _AIM,
        harms_itself=True,
        states=_ANY_END,
        shows="",
        source="""\
import builtins
for name in ("isinstance", "issubclass", "callable", "hasattr", "all", "any"):
    setattr(builtins, name, lambda *args: True)
builtins.type = lambda *args: float
builtins.len = lambda thing: 1
builtins.open = builtins.print = builtins.repr = builtins.str = lambda *args, **kwargs: "9.0"
builtins.zip = builtins.enumerate = builtins.sorted = builtins.map = lambda *args, **kwargs: []""",
    ),
    by_cell(
        "asking-code-replaced-through-gc",
        _AIM,
        harms_itself=True,
        states=_ANY_END,
        shows="",
        source="""\
import gc, types
def forged(*args, **kwargs):
    return []
count = 0
for thing in gc.get_objects():
    if type(thing) is types.FunctionType and str(thing.__module__).startswith("coursekit"):
        try:
            thing.__code__ = forged.__code__
            count += 1
        except ValueError:  # it has free variables
            pass
print("replaced", count)""",
    ),
    by_cell(
        "asking-classes-replaced-through-gc",
        _AIM,
        harms_itself=True,
        states=_ANY_END,
        shows="",
        source="""\
import gc
for thing in gc.get_objects():
    if isinstance(thing, type) and str(thing.__module__).startswith(("coursekit.exercises", "coursekit.grading")):
        for name in ("read", "error", "stopped", "overflow", "send", "write", "encode", "judge"):
            try:
                setattr(thing, name, lambda *args, **kwargs: args[-1] if args else None)
            except (TypeError, AttributeError):
                pass""",
    ),
    by_cell(
        "input-transformers",
        _AIM,
        first="""\
shell = get_ipython()
def full(lines):
    return ["9.0\\n"] if any("check(" in line for line in lines) else lines
shell.input_transformers_cleanup.append(full)
shell.input_transformers_post.append(full)
import ast
class Nines(ast.NodeTransformer):
    def visit_Call(self, node):
        name = getattr(node.func, "id", "")
        return ast.copy_location(ast.Constant(9.0), node) if name == "check" else node
shell.ast_transformers.append(Nines())""",
        states=frozenset({State.GRADED}),
    ),
    by_cell(
        "display-hooks",
        _AIM,
        first="""\
import sys
shell = get_ipython()
shell.events.register("pre_run_cell", lambda *args: shell.push({"check": lambda *functions: 9.0}))
shell.events.register("post_run_cell", lambda *args: None)
shell.user_ns_hidden.clear()
def nine(value):
    sys.stdout.write("9.0")
sys.displayhook = nine
try:
    shell.display_formatter.formatters["text/plain"].for_type(float, lambda value, printer, cycle: printer.text("9.0"))
    shell.set_custom_exc((BaseException,), lambda *args, **kwargs: 9.0)
    shell.showtraceback = shell.run_cell = shell.run_line_magic = lambda *args, **kwargs: 9.0
except Exception as refused:
    print("refused", type(refused).__name__)""",
        harms_itself=True,
        states=_ANY_END,
    ),
    by_cell(
        "forged-outputs-on-screen",
        _AIM,
        source="""\
from IPython.display import HTML, display, publish_display_data
for name in ("relu", "elu", "maxout"):
    print(f"{name}: 9 of 9 points")
    display(HTML(f"<div class='coursekit'>{name}: 9 of 9 points</div>"))
    publish_display_data({"application/vnd.coursekit.score": {"exercise": name, "score": 9.0}, "text/plain": "9.0"})
get_ipython().run_cell("9.0")""",
    ),
    by_cell(
        "modules-replaced",
        _AIM,
        harms_itself=True,
        states=_ANY_END,
        shows="",
        source="""\
import sys, types
class Yes(types.ModuleType):
    def __getattr__(self, name):
        return lambda *args, **kwargs: 9.0
for name in ("json", "numpy.testing", "numpy.lib.format", "struct", "time", "math", "coursekit", "coursekit.exercises"):
    sys.modules[name] = Yes(name)""",
    ),
    by_cell(
        "clocks-replaced",
        _AIM,
        source="""\
import time, signal
time.monotonic = time.perf_counter = time.time = time.process_time = lambda: 0.0
signal.setitimer = signal.alarm = lambda *args: 0""",
    ),
    by_cell(
        "namespace-replaced",
        _AIM,
        harms_itself=True,
        states=_ANY_END,
        shows="",
        source="""\
class Space(dict):
    def __missing__(self, name):
        return lambda *args, **kwargs: args[0]
    def __getitem__(self, name):
        return lambda *args, **kwargs: args[0]
    def __contains__(self, name):
        return True
shell = get_ipython()
shell.user_ns = Space(shell.user_ns)
shell.user_global_ns.update({"relu": property(lambda self: 9.0)})""",
    ),
    by_cell(
        "profiler-rewrites-results",
        _AIM,
        source="""\
import sys, threading
def spy(frame, event, arg):
    for name in ("expected", "reference", "answers", "paper", "right", "score"):
        if name in frame.f_locals:
            frame.f_locals[name] = 9.0
    return spy
sys.settrace(spy)
sys.setprofile(spy)
threading.settrace(spy)
threading.setprofile(spy)""",
        answers={"relu": wrong("activations", "relu")},
        harms_itself=True,
        states=_ANY_END,
    ),
]

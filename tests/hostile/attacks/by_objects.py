"""Raise the score, or break the referee, by what a function returns or is."""

import pickle
from collections.abc import Sequence

from attacks.base import Arena, Attack, as_bytes, by_cell, notebook
from coursekit.exercises import assignment
from coursekit.grading.record import State

_AIM = "raise the score: odd objects"
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
_ANY_END = _ENDS | {State.DIED, State.TIMEOUT, State.MEMORY, State.OUTPUT_LIMIT}

_AGREES = """
class Agrees(np.ndarray):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return 0
    __rsub__ = __sub__
    __hash__ = None
    def __array_ufunc__(self, ufunc, method, *inputs, **options): return np.zeros(np.shape(inputs[0]))
    def __array_function__(self, function, types, args, kwargs): return True
    def tobytes(self, *args): return bytes(8)
    @property
    def dtype(self): return np.dtype("f8")
    @property
    def shape(self): return (1, 1)
"""

_PRETENDS = """
class Pretends:
    shape, ndim, size, itemsize, dtype = (1, 1), 2, 1, 8, np.dtype("f8")
    @property
    def __class__(self): return np.ndarray
    def __array__(self, *args, **kwargs): return np.zeros((1, 1))
    def __float__(self): return 0.0
    def __eq__(self, other): return True
    def __iter__(self): return iter([0.0])
    def __len__(self): return 1
    def __reduce__(self): return (open, ("@root@/@flag@", "w"))
    __hash__ = None
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    def __del__(self): raise SystemExit(0)
"""


_ALL = tuple(name for name in assignment("activations").exercises if name != "sigmoid")

_FEW = ("relu", "prelu_backward")


def _objects(
    name: str, expression: str, before: str = "", *, functions: Sequence[str] = _ALL, **expected: object
) -> Attack:
    """All of these functions return the same."""
    answers = {one: f"def {one}(*args, **kwargs):\n    return {expression}" for one in functions}
    answers[functions[0]] = f"{before}\n{answers[functions[0]]}"
    return by_cell(name, _AIM, "pass", answers=answers, **{"states": _ENDS, **expected})


def _pickle(arena: Arena) -> bytes:
    """A pickle under a notebook's name, which leaves a flag where it is loaded."""

    class Leave:
        def __reduce__(self) -> tuple[object, ...]:
            return open, (f"{arena.root}/{arena.flag}", "w")

    return pickle.dumps(Leave())


def _npy(arena: Arena) -> bytes:
    """The functions return arrays that hold pickles, and put one into the stream in place of an array."""
    hole = f"(open, ({str(arena.root / arena.flag)!r}, 'w'))"
    evil = f"""
class Leave:
    def __reduce__(self): return {hole}
import io, pickle
"""
    answers = {"leaky_relu": evil + "def leaky_relu(x, alpha=0.01):\n    return np.array([Leave()], dtype=object)"}
    answers["relu"] = "def relu(x):\n    return pickle.dumps(Leave())"
    answers["elu"] = "def elu(x, alpha=1.0):\n    return np.frombuffer(pickle.dumps(Leave()), dtype='u1')"
    return as_bytes(notebook(solved=["sigmoid"], answers=answers, last=["print('attempt over')"]))


ATTACKS: list[Attack] = [
    _objects("arrays-that-agree", "np.zeros((1, 1)).view(Agrees)", _AGREES),
    _objects("objects-that-pretend", "Pretends()", _PRETENDS),
    _objects("tuples-that-pretend", "(Pretends(),) * 5", _PRETENDS),
    _objects("nan-everywhere", "args[0] * np.nan"),
    _objects("inf-everywhere", "(args[0] * np.inf, float('inf'), args[0], args[0], args[0])[: 1 + len(args) // 3]"),
    _objects("a-huge-array-that-takes-no-memory", "np.broadcast_to(1.0, (10**6, 10**6))"),
    _objects(
        "a-huge-array-by-strides",
        "np.lib.stride_tricks.as_strided(np.zeros(1), (2**20, 2**20, 2**10), (0, 0, 0))",
    ),
    _objects("arrays-of-dates-records-and-objects", "np.zeros((2, 2), dtype=[('a', 'O'), ('b', 'M8[s]')])"),
    _objects("a-whole-number-of-a-million-digits", "1 << 4_000_000"),
    _objects("a-list-of-itself", "loop", "loop = []\nloop.append(loop)"),
    _objects(
        "a-tuple-a-hundred-thousand-deep",
        "deep",
        "deep = ()\nfor _ in range(100_000):\n    deep = (deep, deep)",
        functions=_FEW,
        states=_ANY_END,
        harms_itself=True,
    ),
    _objects("generators-without-end", "__import__('itertools').count()"),
    _objects("strings-with-half-characters", "'\\ud800' * 1000"),
    _objects("a-gigabyte-of-text", "'x' * 10**9", functions=_FEW, states=_ANY_END, harms_itself=True),
    _objects(
        "a-dict-of-a-million-keys",
        "dict.fromkeys(map(str, range(10**6)), 1.0)",
        functions=_FEW,
        states=_ANY_END,
        harms_itself=True,
    ),
    _objects(
        "types-without-a-name",
        "Nameless()",
        """
class Bad(type):
    @property
    def __name__(cls): raise SystemExit(0)
    @property
    def __module__(cls): raise SystemExit(0)
    def __instancecheck__(cls, other): return True
class Nameless(metaclass=Bad):
    def __repr__(self): raise SystemExit(0)
""",
    ),
    _objects(
        "errors-without-a-text",
        "(_ for _ in ()).throw(Nasty())",
        """
class Nasty(BaseException):
    def __str__(self): raise SystemExit(0)
    __repr__ = __str__
    @property
    def __traceback__(self): raise SystemExit(0)
""",
        states=_ANY_END,
        harms_itself=True,
    ),
    by_cell(
        "callables-that-lie-about-themselves",
        _AIM,
        answers={
            "relu": """
import inspect
class Liar:
    __name__ = "relu"
    __module__ = "coursekit.nn.activations"
    @property
    def __code__(self): raise SystemExit(0)
    @property
    def __signature__(self): raise SystemExit(0)
    @property
    def __class__(self): return type(inspect)
    def __call__(self, *args, **kwargs): raise NameError("liar")
    def __getattribute__(self, name): raise KeyboardInterrupt
relu = Liar()""",
            "elu": "elu = np.abs",
            "maxout": "maxout = type('maxout', (), {})",
            "dead_fraction": "dead_fraction = property(lambda self: 1.0)",
            "leaky_relu": "leaky_relu = 5",
            "tanh_backward": "async def tanh_backward(dout, x):\n    return dout",
            "elu_backward": "def elu_backward(dout, x, alpha=1.0):\n    yield dout",
        },
        # Looking at the first of them raises KeyboardInterrupt, which ends the process that looked.
        states=_ENDS | {State.DIED},
    ),
    by_cell(
        "answers-that-change-after-they-were-given",
        _AIM,
        answers={
            "relu": """
import threading, time
given = []
def relu(x):
    out = x.copy()
    given.append((out, x))
    return out
def mend():
    while True:
        for out, x in given[-3:]:
            out[x < 0] = np.random.rand()
        time.sleep(0)
def started(function=relu):
    threading.Thread(target=mend, daemon=True).start()
started()""",
        },
        states=_ENDS,
    ),
    Attack(name="pickles-in-answers", aim=_AIM, make=_npy, solved=["sigmoid"], states=_ENDS),
    Attack(name="a-pickle-as-a-notebook", aim=_AIM, make=_pickle, states=frozenset({State.UNREADABLE}), shows=""),
]

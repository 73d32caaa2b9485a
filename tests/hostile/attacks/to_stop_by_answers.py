"""Stop the batch by what stands where a function was to be: endless, of any size, gone when it is asked."""

from attacks.base import Attack, by_cell
from coursekit.grading.record import State

_AIM = "stop the batch"
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
_HARD = _ENDS | {State.DIED, State.TIMEOUT, State.MEMORY}


def _endless_answer(name: str, source: str, **expected: object) -> Attack:
    """An endless function costs itself, and nothing of what is asked after it."""
    return by_cell(
        name,
        _AIM,
        "pass",
        answers={"relu": source},
        **{
            "states": frozenset({State.TIMEOUT}),
            "exercises": {"relu": frozenset({State.TIMEOUT}), "elu": frozenset({State.GRADED})},
            **expected,
        },
    )


ATTACKS: list[Attack] = [
    by_cell(
        "endless-at-every-step",
        _AIM,
        source="pass",
        answers={
            name: f"import time\nwhile True:\n    time.sleep(0.01)\ndef {name}(*args):\n    pass"
            for name in ("relu", "elu", "maxout", "tanh_backward", "leaky_relu")
        },
        states=frozenset({State.TIMEOUT}),
        harms_itself=True,
        shows="Stopped",
    ),
    _endless_answer("endless-answer", "def relu(x):\n    while True:\n        pass"),
    _endless_answer(
        "endless-answer-that-catches-all",
        """\
def relu(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass""",
    ),
    _endless_answer("endless-answer-inside-c", "def relu(x):\n    return sum(range(10**13))"),
    _endless_answer(
        "answer-that-stops-itself",
        "import os, signal\ndef relu(x):\n    os.kill(os.getpid(), signal.SIGSTOP)\n    return x",
    ),
    _endless_answer("slow-answer", "import time\ndef relu(x):\n    time.sleep(0.4)\n    return np.maximum(x, 7)"),
    by_cell(
        "endless-iterators-as-answers",
        _AIM,
        answers={
            "relu": "import itertools\ndef relu(x):\n    return itertools.cycle([x])",
            "prelu_backward": "class Endless(tuple):\n    def __iter__(self):\n"
            "        while True:\n            yield 1.0\n"
            "def prelu_backward(dout, x, alpha):\n    return Endless((dout, 1.0))",
        },
        source="pass",
        states=_ENDS,
    ),
    by_cell(
        "memory-of-an-answer",
        _AIM,
        "pass",
        answers={"relu": "def relu(x):\n    return np.ones(6 * 2**27)"},
        states=frozenset({State.MEMORY, State.STUDENT_ERROR}),
        exercises={"elu": frozenset({State.GRADED})},
    ),
    by_cell(
        "answers-of-hundreds-of-megabytes",
        _AIM,
        "pass",
        answers={
            "relu": "def relu(x):\n    return np.ones(9_999_999)",
            "elu": "def elu(x, alpha=1.0):\n    raise ValueError('x' * 10**8)",
            "leaky_relu": "def leaky_relu(x, alpha=0.01):\n    print('x' * 10**8)\n    return x",
            "tanh_backward": "import warnings\ndef tanh_backward(dout, x):\n    for number in range(20_000):\n"
            "        warnings.warn(f'{number}' * 100)\n    return x",
            "maxout": "def maxout(x, w1, b1, w2, b2):\n    return [[0.0] * 1000] * 10_000",
        },
        states=_HARD | {State.OUTPUT_LIMIT},
    ),
    by_cell(
        "cells-that-exit-python-again-and-again",
        _AIM,
        source="import os\nos._exit(1)",
        answers=dict.fromkeys(("relu", "elu", "maxout", "tanh_backward", "leaky_relu"), "import os\nos._exit(1)"),
        states=frozenset({State.DIED}),
        harms_itself=True,
        shows="Stopped",
    ),
    by_cell(
        "recursion-without-end",
        _AIM,
        source="import sys\nsys.setrecursionlimit(10**9)\ndef down():\n    return down()\ndown()",
        answers={
            "relu": "def relu(x):\n    return relu(x)",
            "elu": "import sys\ndef elu(x, alpha=1.0):\n    sys.setrecursionlimit(10**9)\n    return elu(x)",
        },
        states=_HARD,
        shows="",
    ),
]

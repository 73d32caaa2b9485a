"""Stop the batch: endless in every way, memory, processes, output, crashes, sizes."""

from attacks.base import Arena, Attack, as_bytes, by_cell, notebook
from attacks.by_process import INSIDE
from coursekit.grading.record import State

_AIM = "stop the batch"
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
_HARD = _ENDS | {State.DIED, State.TIMEOUT, State.MEMORY}


def _endless(name: str, source: str, **expected: object) -> Attack:
    """An endless cell at the end costs itself, and nothing of what stands above it."""
    return by_cell(name, _AIM, source=source, **{"states": _ENDS | {State.TIMEOUT}, "shows": "Stopped", **expected})


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


def _stubborn_cells(arena: Arena) -> bytes:
    """Cells that only a kill ends, more of them than there is patience for."""
    source = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True:\n    pass"
    return as_bytes(notebook(solved=["sigmoid"], last=[f"number = {number}\n{source}" for number in range(8)]))


def _many_cells(arena: Arena) -> bytes:
    made = notebook(
        solved=["sigmoid"], last=[f"x{number} = {number}" for number in range(3000)] + ["print('attempt over')"]
    )
    return as_bytes(made)


def _large_cell(arena: Arena) -> bytes:
    """A list of two million numbers as source: parsing it takes much more memory than the text."""
    made = notebook(solved=["sigmoid"], last=["numbers = [" + "0," * 2_000_000 + "]"])
    made["cells"] = [cell for cell in made["cells"] if cell["id"] not in ("relu", "elu", "maxout")]
    return as_bytes(made)


def _deep_source(arena: Arena) -> bytes:
    """Source that is nested beyond what a parser bears, where functions are missing so that all cells are searched."""
    sources = [
        "(" * 150_000,
        "-" * 200_000 + "1",
        "x = " + "+".join("1" * 100_000),
        "lambda:" * 100_000 + "0",
        "a" + ".b" * 200_000,
        "if x:\n" + "".join(" " * depth + "if x:\n" for depth in range(1, 99)),
        "f'" + "{'" * 5000,
        "\f\x00\x1a" * 1000,
    ]
    made = notebook(solved=["sigmoid"], last=[*sources, "print('attempt over')"])
    made["cells"] = [cell for cell in made["cells"] if cell["id"] not in ("relu", "elu", "maxout")]
    return as_bytes(made)


def _large_outputs(arena: Arena) -> bytes:
    made = notebook(solved=["sigmoid"], last=["print('attempt over')"])
    made["cells"][-1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 15_000_000}]
    return as_bytes(made)


def _large_markdown(arena: Arena) -> bytes:
    made = notebook(solved=["sigmoid"], last=["print('attempt over')"])
    made["cells"].append({"cell_type": "markdown", "id": "large", "metadata": {}, "source": "*a **b _c " * 300_000})
    return as_bytes(made)


def _active_content(arena: Arena) -> bytes:
    """What would run in the browser of whoever opens the feedback."""
    evil = (
        "<script>alert('x')</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>"
        "<iframe srcdoc='x'></iframe><svg onload=alert(1)><style>@import 'http://127.0.0.1/x'</style>"
        "<form action='http://127.0.0.1/'><button>x</button></form>"
    )
    source = f"""\
from IPython.display import HTML, Javascript, Markdown, SVG, display, publish_display_data
evil = {evil!r}
for kind in (HTML, Markdown, Javascript):
    display(kind(evil))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"))
publish_display_data({{"text/html": evil, "text/latex": evil, "text/plain": evil}})
publish_display_data({{"application/vnd.jupyter.widget-view+json": {{"model_id": evil}}, "text/plain": evil}})
print(evil)
print("attempt over")
raise ValueError(evil)"""
    answers = {
        "relu": f"def relu(x):\n    print({evil!r})\n    raise ValueError({evil!r})",
        "elu": f"import warnings\ndef elu(x, alpha=1.0):\n    warnings.warn({evil!r})\n    return {evil!r}",
        "maxout": f"maxout = type({evil!r}, (), {{}})()",
    }
    made = notebook(solved=["sigmoid"], answers=answers, last=[source])
    made["cells"].append(
        {
            "cell_type": "markdown",
            "id": "evil",
            "metadata": {},
            "source": evil + "\n\n[x](javascript:alert(1)) ![](http://127.0.0.1/x)",
        }
    )
    made["cells"].append({"cell_type": "raw", "id": "raw", "metadata": {"format": "text/html"}, "source": evil})
    made["metadata"].update(title=evil, authors=[{"name": evil}])
    return as_bytes(made)


ATTACKS: list[Attack] = [
    _endless("endless-loop", "while True:\n    pass"),
    _endless(
        "endless-loop-that-catches-all",
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
    ),
    _endless("endless-sleep", "import time\ntime.sleep(10**6)"),
    _endless("endless-inside-c", "sum(range(10**13))"),
    _endless("endless-whole-number", "x = 9**9**9"),
    _endless("endless-pattern", "import re\nre.match('(a+)+$', 'a' * 60 + 'b')"),
    _endless("endless-lock", "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()"),
    _endless("endless-read", "import os\na, b = os.pipe()\nos.read(a, 1)"),
    _endless(
        "endless-with-signals-blocked",
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True:\n    pass",
    ),
    _endless("endless-await", "import asyncio\nawait asyncio.sleep(10**6)"),
    _endless(
        "endless-text", "class Slow:\n    def __repr__(self):\n        while True:\n            pass\ndisplay(Slow())"
    ),
    _endless("endless-stop", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", shows=""),
    by_cell(
        "input-waited-for",
        _AIM,
        source="try:\n    input('who is there? ')\nexcept BaseException as refused:\n    print(type(refused))",
    ),
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
    by_cell(
        "endless-at-the-end-of-each-object",
        _AIM,
        source="""\
class Slow:
    def __del__(self):
        import time
        time.sleep(10**6)
slow = [Slow() for _ in range(100)]
slow = None""",
        states=_ENDS | {State.TIMEOUT},
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
        "processes-without-number",
        _AIM,
        source=INSIDE
        + """
import os, time
if not outside:
    for _ in range(11):  # 2048 at most
        try:
            os.fork()
        except OSError:
            pass
    time.sleep(1)
    import multiprocessing, threading
    threads = []
    for _ in range(500):
        try:
            threads.append(threading.Thread(target=time.sleep, args=(5,), daemon=True))
            threads[-1].start()
        except RuntimeError:
            break""",
        harms_itself=True,
        states=_HARD | {State.OUTPUT_LIMIT},
        shows="",
    ),
    by_cell(
        "memory-at-once",
        _AIM,
        source="try:\n    block = bytearray(6 * 2**30)\nexcept MemoryError:\n    print('refused')",
        states=_ENDS,
    ),
    by_cell(
        "memory-bit-by-bit",
        _AIM,
        source="blocks = []\nfor _ in range(6000):\n    blocks.append(bytearray(b'x') * 2**20)",
        harms_itself=True,
        states=_HARD,
        shows="",
    ),
    by_cell(
        "memory-of-many-processes",
        _AIM,
        source="""\
import os
for _ in range(6):
    if os.fork() == 0:
        try:
            block = bytearray(b"x") * (900 * 2**20)
            import time
            time.sleep(3)
        finally:
            os._exit(0)
import time
time.sleep(0.5)""",
        states=_HARD,
        harms_itself=True,
        shows="",
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
        "disk-filled",
        _AIM,
        source="""\
import os
for place in ("/tmp", "/dev/shm", os.path.expanduser("~"), os.getcwd(), "/var/tmp", "/run", "/"):
    for number in range(400):  # 6 GB at most
        try:
            with open(f"{place}/full{number}", "wb") as file:
                file.write(bytes(15 * 2**20))
        except OSError:
            break
    for number in range(20_000):
        try:
            os.mkdir(f"{place}/d{number}")
        except OSError:
            break""",
        states=_HARD | {State.OUTPUT_LIMIT},
        harms_itself=True,
        shows="",
    ),
    by_cell(
        "files-of-one-piece",
        _AIM,
        source="""\
import os
try:
    with open("/tmp/large", "wb") as file:
        file.truncate(1 << 40)
        for _ in range(3000):
            file.write(bytes(1 << 20))
except OSError as refused:
    print("refused", refused)""",
        states=_HARD,
        harms_itself=True,
        shows="",
    ),
    by_cell(
        "descriptors-without-number",
        _AIM,
        source="""\
import os, socket
held = []
try:
    for _ in range(100_000):
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError as refused:
    print("refused", refused)
pairs = []
try:
    for _ in range(100_000):
        pairs.append(socket.socketpair())
except OSError as refused:
    pass""",
        harms_itself=True,
        states=_HARD,
        shows="",
    ),
    by_cell(
        "output-flood",
        _AIM,
        source="while True:\n    print('x' * 10_000)",
        states=_ENDS | {State.OUTPUT_LIMIT, State.TIMEOUT},
        shows="Stopped",
    ),
    by_cell(
        "output-flood-past-python",
        _AIM,
        source="import os\nfor _ in range(3000):\n    os.write(1, b'x' * 10**6)\n    os.write(2, b'y' * 10**6)",
        states=_HARD | {State.OUTPUT_LIMIT},
        shows="",
    ),
    by_cell(
        "output-in-one-piece",
        _AIM,
        source="""\
from IPython.display import HTML, display
display(HTML("<p>" + "x" * 10**8 + "</p>"))
print("y" * 10**8)
"z" * 10**8""",
        states=_HARD | {State.OUTPUT_LIMIT},
        shows="",
    ),
    by_cell(
        "output-in-a-million-pieces",
        _AIM,
        source="""\
from IPython.display import clear_output, display
for number in range(10**6):
    display(number)
    clear_output()""",
        states=_ENDS | {State.OUTPUT_LIMIT, State.TIMEOUT},
        shows="Stopped",
    ),
    by_cell(
        "output-of-an-error",
        _AIM,
        source="raise type('E' * 10**7, (Exception,), {})('x' * 10**8)",
        states=_HARD | {State.OUTPUT_LIMIT},
        shows="",
    ),
    by_cell(
        "errors-in-a-long-chain",
        _AIM,
        source="""\
def fail(depth):
    try:
        fail(depth - 1) if depth else 1 / 0
    except Exception as problem:
        raise ValueError("x" * 1000) from problem
fail(300)""",
        states=_HARD | {State.OUTPUT_LIMIT},
        shows="",
    ),
    by_cell(
        "chatty-but-right",
        _AIM,
        first="for number in range(30_000):\n    print('a line of some length, number', number)",
        solved=("sigmoid", "relu", "elu"),
        shows="",
    ),
    by_cell(
        "cell-that-exits-python",
        _AIM,
        source="print('attempt over', flush=True)\nimport os\nos._exit(0)",
        states=_ENDS | {State.DIED},
        shows="Stopped",
    ),
    by_cell(
        "cells-that-crash-python",
        _AIM,
        first="import ctypes\nctypes.string_at(0)",
        source="print('attempt over', flush=True)\nimport os\nos.abort()",
        states=_ENDS | {State.DIED},
        shows="Stopped",
    ),
    by_cell(
        "cell-that-becomes-another-program",
        _AIM,
        source="print('attempt over', flush=True)\nimport os\nos.execv('/bin/sh', ['sh', '-c', 'exit 0'])",
        states=_ENDS | {State.DIED},
        shows="Stopped",
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
    by_cell(
        "working-folder-removed",
        _AIM,
        source="""\
import os, shutil
shutil.rmtree(os.getcwd(), ignore_errors=True)
os.umask(0o777)
os.chdir("/")
%cd /nowhere""",
        states=_ENDS,
    ),
    by_cell(
        "magics-and-shell",
        _AIM,
        source="""\
print('attempt over')
!sleep 0.1; echo hello
%reset -f
%load_ext no_such_extension
%run no_such_file.py""",
        harms_itself=True,
        states=_ENDS,
    ),
    by_cell(
        "shell-that-ends-itself",
        _AIM,
        source="shell = get_ipython()\nshell.ask_exit()\nshell.user_ns.clear()\nshell.reset(new_session=True)",
        harms_itself=True,
        states=_ENDS | {State.DIED},
        shows="",
    ),
    Attack(
        name="endless-cells-that-cannot-be-interrupted",
        aim=_AIM,
        make=_stubborn_cells,
        solved=["sigmoid"],
        states=_ENDS | {State.TIMEOUT},
        shows="Stopped",
    ),
    Attack(name="thousands-of-cells", aim=_AIM, make=_many_cells, solved=["sigmoid"]),
    Attack(
        name="source-that-takes-memory-to-parse",
        aim=_AIM,
        make=_large_cell,
        solved=["sigmoid"],
        harms_itself=True,
        states=_HARD,
        shows="",
    ),
    Attack(
        name="source-nested-beyond-parsing",
        aim=_AIM,
        make=_deep_source,
        solved=["sigmoid"],
        harms_itself=True,
        states=_HARD,
        # The compiler is busy with one of them until the notebook's time is over.
        shows="Stopped",
    ),
    Attack(name="outputs-of-fifteen-megabytes-handed-in", aim=_AIM, make=_large_outputs, solved=["sigmoid"]),
    Attack(name="markdown-of-three-megabytes", aim=_AIM, make=_large_markdown, solved=["sigmoid"]),
    Attack(name="active-content", aim=_AIM, make=_active_content, solved=["sigmoid"], states=_ENDS),
]

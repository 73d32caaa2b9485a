"""Stop the batch by a cell: endless in every way, memory, processes, disks, output, crashes."""

from attacks.base import Attack, by_cell
from attacks.by_process import INSIDE
from coursekit.grading.record import State

_AIM = "stop the batch"
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
_HARD = _ENDS | {State.DIED, State.TIMEOUT, State.MEMORY}


def _endless(name: str, source: str, **expected: object) -> Attack:
    """An endless cell at the end costs itself, and nothing of what stands above it."""
    return by_cell(name, _AIM, source=source, **{"states": _ENDS | {State.TIMEOUT}, "shows": "Stopped", **expected})


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
]

"""Outlive the grading: daemons, threads, groups of one's own, signals ignored, sockets held open.

Each process that is left bears `MARK` as its name, which a test can see from outside.
"""

from attacks.base import Attack, by_cell
from coursekit.grading.record import State

_AIM = "outlive the grading"
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
_ANY_END = _ENDS | {State.DIED, State.TIMEOUT, State.MEMORY, State.OUTPUT_LIMIT}
MARK = "outlives-grade"

_STAY = f"""
import ctypes, os, signal, time
def stay():
    libc = ctypes.CDLL(None)
    libc.prctl(15, b"{MARK}", 0, 0, 0)  # PR_SET_NAME
    libc.prctl(1, 0, 0, 0, 0)  # PR_SET_PDEATHSIG: none
    libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    for number in signal.valid_signals() - {{signal.SIGKILL, signal.SIGSTOP}}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    until = time.monotonic() + 900
    while time.monotonic() < until:
        time.sleep(0.2)
    os._exit(0)
"""

ATTACKS: list[Attack] = [
    by_cell(
        "daemon-by-two-forks",
        _AIM,
        source=_STAY
        + """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 256)
        stay()
    os._exit(0)""",
        states=_ENDS,
    ),
    by_cell(
        "child-that-holds-every-socket-open",
        _AIM,
        source=_STAY
        + """
if os.fork() == 0:
    os.setsid()
    stay()""",
        states=_ENDS,
    ),
    by_cell(
        "children-of-every-answer",
        _AIM,
        answers={
            "relu": _STAY
            + """
def relu(x):
    if os.fork() == 0:
        os.setpgid(0, 0)
        stay()
    return x
"""
        },
        states=_ENDS,
    ),
    by_cell(
        "answer-that-leaves-its-child-and-dies",
        _AIM,
        answers={
            "relu": _STAY
            + """
def relu(x):
    if os.fork() == 0:
        stay()
    os._exit(0)
"""
        },
        states=frozenset({State.DIED, State.TIMEOUT}),
        exercises={"elu": frozenset({State.GRADED})},
    ),
    by_cell(
        "programs-in-sessions-of-their-own",
        _AIM,
        source=f"""\
import subprocess, sys
code = "import ctypes, time; ctypes.CDLL(None).prctl(15, b'{MARK}', 0, 0, 0); time.sleep(900)"
for python in (sys.executable, "python3"):
    try:
        subprocess.Popen([python, "-c", code], start_new_session=True, stdin=subprocess.DEVNULL)
    except OSError:
        pass
commands = ["nohup sleep 900 &", "setsid sleep 900 &", "(sleep 900 &) &", "echo 'sleep 900' | at now", "crontab -l"]
for command in commands:
    subprocess.run(["/bin/sh", "-c", command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=1)""",
        states=_ENDS,
    ),
    by_cell(
        "threads-that-never-end",
        _AIM,
        source="""\
import threading, time
def forever():
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            pass
for _ in range(8):
    threading.Thread(target=forever, daemon=False).start()""",
        states=_ENDS,
    ),
    by_cell(
        "pools-of-processes",
        _AIM,
        source="""\
import concurrent.futures, multiprocessing, time
pool = concurrent.futures.ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("fork"))
waiting = [pool.submit(time.sleep, 900) for _ in range(3)]""",
        states=_ENDS,
    ),
    by_cell(
        "daemon-started-at-exit",
        _AIM,
        source=_STAY
        + """
import atexit
def leave():
    if os.fork() == 0:
        os.setsid()
        stay()
atexit.register(leave)
signal.signal(signal.SIGTERM, lambda *args: leave())
signal.signal(signal.SIGALRM, lambda *args: leave())""",
        states=_ENDS,
    ),
    by_cell(
        "daemon-left-by-a-cell-that-dies",
        _AIM,
        source=_STAY
        + """
print("attempt over", flush=True)
if os.fork() == 0:
    os.setsid()
    stay()
os._exit(1)""",
        states=_ENDS | {State.DIED},
        harms_itself=True,
        shows="",
    ),
]

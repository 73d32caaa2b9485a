"""Touch what is others': the gradebook, submissions, releases, the engine, and what is left lying for the next one."""

from pathlib import Path

import numpy

import coursekit
from attacks.base import ESCAPED, Attack, by_cell
from attacks.by_process import INSIDE
from coursekit.grading.record import State

_AIM = "touch others"
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
_PACKAGE = str(Path(coursekit.__file__).parent)
_NUMPY = str(Path(numpy.__file__).parent)

#: All places in which something could be left for the next submission.
_PLACES = """\
import glob, os, sys, tempfile
places = ["/", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/home", "/root",
          "/usr/local", "/var", "/etc", "/opt",
          os.getcwd(), os.path.expanduser("~"), tempfile.gettempdir(), sys.prefix, sys.base_prefix, *sys.path,
          *glob.glob("/home/*"), *glob.glob("/tmp/*"), *glob.glob("/run/*"), os.environ.get("IPYTHONDIR", "/"),
          os.environ.get("MPLCONFIGDIR", "/"), os.path.dirname(os.__file__)]
places = [place for place in dict.fromkeys(places) if place and os.path.isdir(place)]
"""

_LEFT = "LEFT-" + "BEHIND"

ATTACKS: list[Attack] = [
    by_cell(
        "gradebook-written",
        _AIM,
        source="""\
import glob, os, sqlite3
places = ["@root@/gradebook.db", "@root@/grading_ledger.db"]
for up in range(1, 7):
    places += ["../" * up + name for name in ("gradebook.db", "grading_ledger.db")]
for path in places:
    if os.path.exists(path):
        db = sqlite3.connect(path, timeout=0.1)
        for table, column in (("grade", "auto_score"), ("grade", "manual_score"), ("result", "score")):
            try:
                db.execute(f"UPDATE {table} SET {column} = 12")
                db.commit()
            except sqlite3.Error:
                pass
        try:
            db.execute("DELETE FROM submitted_assignment")
            db.commit()
        except sqlite3.Error:
            pass
for name in ("gradebook.db", "grading_ledger.db", "nbgrader_config.py"):
    with open(name, "w") as file:
        file.write("c = get_config()")""",
        states=_ENDS,
    ),
    by_cell(
        "course-files-written",
        _AIM,
        source="""\
import os, shutil
for folder in ("@root@", "@root@/exercises/activations", "@root@/solutions/activations", "@root@/submitted",
               "@home@", "@root@/submitted/zz-victim/activations", "@root@/autograded", "@root@/feedback",
               "..", "../..", "../../.."):
    try:
        with open(os.path.join(folder, "@flag@"), "w") as file:
            file.write("x")
        os.chmod(folder, 0o777)
    except OSError:
        pass
for path in ("@root@/grading_seeds.json", "@root@/exercises/activations/activations.ipynb",
             "@root@/submitted/zz-victim/activations/activations.ipynb"):
    try:
        with open(path, "w") as file:
            file.write("{}")
        os.utime(path, (0, 0))
    except OSError:
        pass
    try:
        os.remove(path)
    except OSError:
        pass""",
        states=_ENDS,
    ),
    by_cell(
        "engine-and-libraries-written",
        _AIM,
        source=f"""\
import os, site, sys
for folder in ({_PACKAGE!r}, {_NUMPY!r}, os.path.dirname(os.__file__), *site.getsitepackages(), *sys.path):
    for name in ("@flag@", "@flag@.pth", "@flag@.py"):
        try:
            with open(os.path.join(folder, name), "w") as file:
                file.write("x = 1")
            print("written in", folder)
        except OSError:
            pass
import numpy, IPython
for module in (os, numpy, IPython):
    try:
        with open(module.__file__, "a") as file:
            file.write("\\n# @flag@\\n")
        print("changed", module.__file__)
    except OSError:
        pass""",
        states=_ENDS,
    ),
    by_cell(
        "left-for-the-next-one",
        _AIM,
        source=_PLACES
        + f"""
for place in places:
    for name in ("left.txt", "sitecustomize.py", "usercustomize.py", "numpy.py", "json.py", "@flag@",
                 ".ipython/profile_default/startup/00.py", ".config/matplotlib/matplotlibrc", ".local/lib/x.pth"):
        try:
            path = os.path.join(place, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write("print('{_LEFT[:4]}' + '{_LEFT[4:]}')")
        except OSError:
            pass
import ctypes, multiprocessing.shared_memory
libc = ctypes.CDLL(None)
segment = libc.shmget(4711, 4096, 0o1666)
queue = libc.msgget(4711, 0o1666)
semaphore = libc.semget(4711, 1, 0o1666)
try:
    memory = multiprocessing.shared_memory.SharedMemory(name="left", create=True, size=64)
    multiprocessing.resource_tracker.unregister(memory._name, "shared_memory")
except OSError:
    pass""",
        states=_ENDS,
    ),
    by_cell(
        "looks-for-what-was-left",
        _AIM,
        source=_PLACES
        + f"""
for place in places:
    for name in ("left.txt", "sitecustomize.py", "@flag@", "relay", "carried.bin", "gradebook.db"):
        path = os.path.join(place, name)
        if os.path.exists(path):
            print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, path)
import ctypes
libc = ctypes.CDLL(None)
if os.uname() and (libc.shmget(4711, 0, 0) >= 0 or libc.msgget(4711, 0) >= 0 or libc.semget(4711, 0, 0) >= 0):
    print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, "System V")
if os.path.exists("/dev/shm/left"):
    print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, "shared memory")""",
        states=_ENDS,
    ),
    by_cell(
        "everything-in-sight-killed",
        _AIM,
        source=INSIDE
        + """
import signal
if not outside:
    print("attempt over", flush=True)
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
        for pid in (os.getppid(), 1, *range(2, 60)):
            if pid > 0 and pid != os.getpid():
                try:
                    os.kill(pid, number)
                except OSError:
                    pass
    os.kill(-1, signal.SIGKILL)""",
        harms_itself=True,
        states=_ENDS | {State.DIED, State.TIMEOUT},
    ),
    by_cell(
        "own-group-killed",
        _AIM,
        source=INSIDE
        + """
import signal
if not outside:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.kill(0, signal.SIGTERM)
    os.kill(0, signal.SIGKILL)""",
        harms_itself=True,
        states=_ENDS | {State.DIED},
        shows="",
    ),
    by_cell(
        "group-of-the-parents-killed-by-an-answer",
        _AIM,
        answers={
            "relu": INSIDE
            + """
import signal
def relu(x):
    if not outside:
        for group in (0, os.getppid(), 1):
            try:
                os.killpg(os.getpgid(group), signal.SIGSTOP)
            except OSError:
                pass
        os.kill(os.getppid(), signal.SIGSTOP)
        os.kill(os.getppid(), signal.SIGKILL)
    return x
""",
        },
        harms_itself=True,
        states=_ENDS | {State.DIED, State.TIMEOUT},
    ),
    by_cell(
        "parents-stopped",
        _AIM,
        source=INSIDE
        + """
import signal
if not outside:
    for pid in (os.getppid(), 1):
        try:
            os.kill(pid, signal.SIGSTOP)
        except OSError:
            pass
    try:
        os.killpg(os.getpgid(os.getppid()), signal.SIGSTOP)
    except OSError:
        pass""",
        harms_itself=True,
        states=_ENDS | {State.DIED, State.TIMEOUT},
        shows="",
    ),
]

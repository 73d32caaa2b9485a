"""Raise the score, or get out, by what a process can do: threads, forks, signals, memory, system calls."""

from attacks.base import ESCAPED, Attack, by_cell, wrong
from coursekit.grading.record import State

_AIM = "raise the score or get out: process tricks"
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
_ANY_END = _ENDS | {State.DIED, State.TIMEOUT, State.MEMORY, State.OUTPUT_LIMIT}

#: What stands before every attack that would harm this machine outside a sandbox: there it only says so.
INSIDE = f"""\
import os
outside = os.path.exists("@root@") or os.path.exists("@home@") or len(os.listdir("/proc")) > 300
if outside:
    print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, "the course's folder or the host's processes are in sight")
"""

_LIBC = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *args):
    return libc.syscall(ctypes.c_long(number), *args)
"""

ATTACKS: list[Attack] = [
    by_cell(
        "threads-that-rewrite-functions",
        _AIM,
        first="""\
import threading, time
def rewrite():
    shell = get_ipython()
    while True:
        for name in ("relu", "elu"):
            shell.user_ns[name] = lambda *args, **kwargs: args[0]
        time.sleep(0.001)
for _ in range(4):
    threading.Thread(target=rewrite, daemon=True).start()""",
        states=_ENDS,
    ),
    by_cell(
        "two-processes-go-on-after-the-cell",
        _AIM,
        source="""\
import os
os.fork()
os.fork()""",
        harms_itself=True,
        states=_ANY_END,
        shows="",
    ),
    by_cell(
        "forks-in-every-answer",
        _AIM,
        answers={"relu": "import os\ndef relu(x):\n    os.fork()\n    return np.maximum(x, 7)"},
        states=_ANY_END,
    ),
    by_cell(
        "hooks-at-fork",
        _AIM,
        source="""\
import os
def forge():
    get_ipython().user_ns["relu"] = lambda x: x
    for fd in range(3, 64):
        try:
            os.write(fd, b'{"score": 9, "state": "graded"}')
        except OSError:
            pass
os.register_at_fork(before=forge, after_in_child=forge, after_in_parent=forge)""",
        harms_itself=True,
        states=_ANY_END,
    ),
    by_cell(
        "signal-handlers-replaced",
        _AIM,
        source="""\
import signal
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, lambda *args: None)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
signal.setitimer(signal.ITIMER_REAL, 0)""",
        states=_ENDS,
    ),
    by_cell(
        "endless-answer-that-ignores-signals",
        _AIM,
        answers={
            "relu": """
import signal
def relu(x):
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
""",
        },
        states=frozenset({State.TIMEOUT}),
        exercises={"relu": frozenset({State.TIMEOUT}), "elu": frozenset({State.GRADED})},
    ),
    by_cell(
        "hooks-at-exit",
        _AIM,
        source="""\
import atexit, os, threading
def forge():
    for fd in range(1, 64):
        try:
            os.write(fd, b'["infrastructure", -1, "it was the machine"]\\n')
        except OSError:
            pass
atexit.register(forge)
threading._register_atexit(forge)""",
        states=_ENDS,
    ),
    by_cell(
        "numbers-of-python-rewritten",
        _AIM,
        source="""\
import ctypes, sys
# CPython shares small whole numbers: 0 becomes 5 for whoever adds up points here.
offset = sys.int_info.sizeof_digit and object.__basicsize__ + ctypes.sizeof(ctypes.c_ssize_t)
ctypes.memmove(id(0) + offset, id(5) + offset, 4)""",
        harms_itself=True,
        states=_ANY_END,
        shows="",
    ),
    by_cell(
        "types-of-python-rewritten",
        _AIM,
        source="""\
import ctypes, gc
for kind in (float, int, tuple, dict, str):
    space = gc.get_referents(kind.__dict__)[0]
    space["__eq__"] = lambda self, other: True
    space["__float__"] = lambda self: 9.0
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))""",
        harms_itself=True,
        states=_ANY_END,
        shows="",
    ),
    by_cell(
        "parent-processes-attached-and-written",
        _AIM,
        source=INSIDE
        + _LIBC
        + f"""
if not outside:
    buffer = ctypes.create_string_buffer(64)
    class Vector(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
    here, there = Vector(ctypes.addressof(buffer), 64), Vector(id(object), 64)
    for pid in {{os.getppid(), *range(1, 40)}} - {{os.getpid(), 0}}:
        if libc.ptrace(16, pid, 0, 0) == 0:  # PTRACE_ATTACH
            print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, "attached to", pid)
        if call(310, pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0:  # process_vm_readv
            print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, "read the memory of", pid)
        for name in ("mem", "maps", "environ", "root", "fd", "cwd"):
            try:
                path = f"/proc/{{pid}}/{{name}}"
                found = os.listdir(path) if name in ("root", "fd") else open(path, "rb").read(9)
                print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, "opened", pid, name)
            except OSError:
                pass""",
        states=_ENDS,
    ),
    by_cell(
        "namespaces-mounts-and-roots",
        _AIM,
        source=INSIDE
        + _LIBC
        + f"""
if not outside:
    def tell(name, result):
        if result == 0:
            print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, name)
    for flag in (0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x08000000):
        tell(f"unshare {{flag:x}}", libc.unshare(flag))
    tell("mount", libc.mount(b"none", b"/tmp", b"tmpfs", 0, None))
    tell("remount", libc.mount(None, b"/", None, 32 | 4096, None))
    tell("umount", libc.umount2(b"/proc", 2))
    tell("chroot", libc.chroot(b"/tmp"))
    tell("pivot_root", call(155, b"/tmp", b"/tmp"))
    tell("mknod", libc.mknod(b"/tmp/device", 0o60666, 0x800))
    tell("sethostname", libc.sethostname(b"x", 1))
    tell("setuid", 0 if os.getuid() != 0 and libc.setuid(0) == 0 else 1)
    tell("bpf", call(321, 5, None, 0))
    tell("keyctl", 0 if call(250, 0, -3, 0) > 0 else 1)
    tell("open_tree", 0 if call(428, -100, b"/", 1) > 0 else 1)
    tell("io_uring", 0 if call(425, 8, ctypes.create_string_buffer(120)) > 0 else 1)
    tell("userfaultfd", 0 if call(323, 0) > 0 else 1)
    tell("perf_event_open", 0 if call(298, ctypes.create_string_buffer(120), 0, -1, -1, 0) > 0 else 1)
    tell("ptrace_traceme", libc.ptrace(0, 0, 0, 0))
    status = {{}}
    tell("new privileges", 1 if libc.prctl(39, 0, 0, 0, 0) == 1 else 0)""",
        states=_ENDS,
    ),
    by_cell(
        "characters-typed-into-the-terminal",
        _AIM,
        source=f"""\
import fcntl, os, termios
for path in ("/dev/tty", "/dev/console", "/dev/pts/0", "/proc/self/fd/0"):
    try:
        fd = os.open(path, os.O_RDWR)
        for letter in b"exit\\n":
            fcntl.ioctl(fd, termios.TIOCSTI, bytes([letter]))
        print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, path)
    except (OSError, AttributeError):
        pass""",
        states=_ENDS,
    ),
    by_cell(
        "standard-streams-closed-and-turned",
        _AIM,
        source="""\
import os, sys
sys.stdout.close()
sys.stderr = sys.stdin = None
for fd in (0, 1, 2):
    os.close(fd)
a, b = os.pipe()""",
        states=_ENDS,
        shows="",
    ),
    by_cell(
        "limits-lowered-to-nothing",
        _AIM,
        source="""\
import resource
for name in ("RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_NPROC", "RLIMIT_DATA", "RLIMIT_STACK"):
    resource.setrlimit(getattr(resource, name), (0, 0))""",
        harms_itself=True,
        states=_ANY_END,
        shows="",
    ),
    by_cell(
        "limits-raised",
        _AIM,
        source=f"""\
import os, resource
for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_NPROC", "RLIMIT_FSIZE"):
    try:
        resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, name)
    except (OSError, ValueError):
        pass
try:
    os.nice(-10)
    print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, "nice")
except OSError:
    pass
try:
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("-1000")
    print({ESCAPED[:3]!r} + {ESCAPED[3:]!r}, "oom_score_adj")
except OSError:
    pass""",
        states=_ENDS,
    ),
    by_cell(
        "exits-of-every-kind",
        _AIM,
        first="""\
class Away(BaseException):
    pass
raise Away("gone")""",
        source="print('attempt over')\nimport sys\nsys.exit(0)",
        answers={
            "relu": "exit()",
            "elu": "raise SystemExit(0)",
            "maxout": "raise KeyboardInterrupt",
            "tanh_backward": "raise GeneratorExit",
            "leaky_relu": wrong("activations", "leaky_relu") + "\nquit()",
        },
        states=frozenset({State.STUDENT_ERROR}),
    ),
    by_cell(
        "answers-that-exit",
        _AIM,
        answers={
            "relu": "def relu(x):\n    raise SystemExit(0)",
            "elu": "import os\ndef elu(x, alpha=1.0):\n    os._exit(0)",
            "maxout": "import os, signal\ndef maxout(x, w1, b1, w2, b2):\n    os.kill(os.getpid(), signal.SIGKILL)",
            "tanh_backward": "import ctypes\ndef tanh_backward(dout, x):\n    ctypes.string_at(0)",
            "dead_fraction": "import os\ndef dead_fraction(h):\n    os.abort()",
        },
        states=frozenset({State.DIED}),
        exercises={
            "relu": frozenset({State.STUDENT_ERROR}),
            "elu": frozenset({State.DIED}),
            "maxout": frozenset({State.DIED}),
            "tanh_backward": frozenset({State.DIED}),
            "dead_fraction": frozenset({State.DIED}),
            "elu_backward": frozenset({State.GRADED}),
        },
    ),
]

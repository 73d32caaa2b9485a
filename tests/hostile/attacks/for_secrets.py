"""Read what is nobody's business: solutions, seeds, other submissions, the gradebook, the host, the private cases."""

import hashlib

from attacks.base import Arena, Attack, as_bytes, by_cell, notebook
from coursekit.exercises import assignment
from coursekit.exercises.cases import arrays_in
from coursekit.grading.record import State

_AIM = "read secrets"
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
_ANY_END = _ENDS | {State.DIED, State.TIMEOUT, State.MEMORY, State.OUTPUT_LIMIT}

#: Every way a value could get out of a function that is asked; `text` is what it knows of the case.
_TELL = """
import base64, logging, os, sys, warnings
def text_of(args):
    parts = []
    for one in args:
        if isinstance(one, np.ndarray):
            parts += [one.tobytes().hex(), repr(one.tolist()), base64.b64encode(one.tobytes()).decode(), str(one)]
        else:
            parts.append(repr(one))
    return "TOLD " + " ".join(parts)
def tell(*args):
    text = text_of(args)
    print(text)
    sys.stderr.write(text)
    sys.__stdout__ and sys.__stdout__.write(text)
    warnings.warn(text)
    logging.getLogger().warning(text)
    for fd in (1, 2):
        try:
            os.write(fd, text.encode())
        except OSError:
            pass
    try:
        from IPython.display import display
        display(text)
        get_ipython().user_ns["told"] = text
    except Exception:
        pass
    return text
"""


def _known(name: str) -> str:
    """The hashes of the public inputs, as a student can list them."""
    hashes = set()
    for case in assignment("activations").exercises[name].paper(0).cases:
        data = b"".join(array.tobytes() for array in arrays_in((case.args, tuple(case.kwargs.values()))))
        hashes.add(hashlib.md5(data).hexdigest())
    return repr(sorted(hashes))


_IS_PUBLIC = """
import hashlib
def is_public(*args):
    data = b"".join(one.tobytes() for one in args if isinstance(one, np.ndarray))
    return hashlib.md5(data).hexdigest() in KNOWN
"""


def _right_on_public_cases_only(arena: Arena) -> bytes:
    """Right wherever the student could look; a private case is told in the text of an error."""
    known = f"KNOWN = {_known('relu')}\n" + _IS_PUBLIC
    answer = (
        _TELL
        + known
        + "def relu(x):\n    if is_public(x):\n        return np.maximum(x, 0)\n    raise ValueError(tell(x))"
    )
    return as_bytes(notebook(solved=["sigmoid"], answers={"relu": answer}, last=["print('attempt over')"]))


def _relay(arena: Arena) -> bytes:
    """Private cases go into shared memory, files and pipes; what is asked with public cases afterwards raises them."""
    known = f"KNOWN = {_known('relu')}\n" + _IS_PUBLIC
    answer = (
        _TELL
        + known
        + """
import mmap, os, threading
shared = mmap.mmap(-1, 1 << 20)
ends = os.pipe()
os.set_blocking(ends[0], False)
os.set_blocking(ends[1], False)
files = [place + "/relay" for place in ("/tmp", "/dev/shm", os.path.expanduser("~"), os.getcwd(), "/var/tmp", "/run")]
def relu(x):
    if not is_public(x):
        text = tell(x).encode()
        shared.seek(0)
        shared.write(text)
        for path in files:
            try:
                with open(path, "wb") as file:
                    file.write(text)
            except OSError:
                pass
        try:
            os.write(ends[1], text)
        except OSError:
            pass
        raise ValueError("private")
    found = shared[:4000].rstrip(bytes(1))
    for path in files:
        try:
            with open(path, "rb") as file:
                found += file.read()
        except OSError:
            pass
    try:
        found += os.read(ends[0], 4000)
    except OSError:
        pass
    raise ValueError(found.decode(errors="replace"))
"""
    )
    others = {
        name: f"def {name}(*args, **kwargs):\n    return relu(np.zeros((1, 1)) if False else args[0])"
        for name in ("elu", "leaky_relu", "dead_fraction")
    }
    return as_bytes(notebook(solved=["sigmoid"], answers={"relu": answer, **others}, last=["print('attempt over')"]))


def _memorised(arena: Arena) -> bytes:
    """The public questions' answers from a table."""
    exercise = assignment("activations").exercises["leaky_relu_backward"]
    paper = exercise.paper(0)
    rows = {}
    for case, answer in zip(paper.cases, paper.answers, strict=True):
        data = b"".join(array.tobytes() for array in arrays_in(case.args))
        rows[hashlib.md5(data + repr(case.kwargs).encode()).hexdigest()] = (
            answer.value.tolist(),
            str(answer.value.dtype),
        )
    answer = f"""
import hashlib
TABLE = {rows!r}
def leaky_relu_backward(dout, x, *rest, **kwargs):
    data = dout.tobytes() + x.tobytes()
    value, dtype = TABLE[hashlib.md5(data + repr(kwargs).encode()).hexdigest()]
    return np.array(value, dtype=dtype)
"""
    return as_bytes(
        notebook(solved=["sigmoid"], answers={"leaky_relu_backward": answer}, last=["print('attempt over')"])
    )


_SEARCH = """\
import os
found = []
def look(path):
    try:
        with open(path, "rb") as file:
            data = file.read(3_000_000)
        found.append((path, data))
    except OSError:
        pass
def show():
    for path, data in found:
        print(path, len(data))
        print(data.decode(errors="replace")[:20_000])
"""

ATTACKS: list[Attack] = [
    by_cell(
        "course-files-by-path",
        _AIM,
        source=_SEARCH
        + """
import glob
starts = ["@root@", "@home@", "..", "../..", "../../..", "../../../..", "/course", "/srv", "/mnt", "/media", "/root"]
for start in starts:
    deep = ("*/*", "*/*/*.ipynb", "*/*/*/*.ipynb") if start.startswith(("@root@", "@home@")) else ("*/*.ipynb",)
    for pattern in ("*", "*.db", "*.json", ".*", *deep):
        for path in glob.glob(os.path.join(start, pattern))[:200]:
            look(path)
show()""",
        states=_ENDS,
    ),
    by_cell(
        "whole-disk-searched",
        _AIM,
        source=_SEARCH
        + """
for folder, folders, names in os.walk("/"):
    if folder in ("/usr", "/sys") or folder.count("/") > 7:
        folders.clear()
    for name in names:
        if name.endswith((".ipynb", ".db", "seeds.json", ".pem", ".key", "history", ".sqlite", ".csv", ".zip")):
            look(os.path.join(folder, name))
show()""",
        states=_ENDS,
    ),
    by_cell(
        "host-files-and-environment",
        _AIM,
        source=_SEARCH
        + """
for name in (".bashrc", ".ssh/id_rsa"):
    look(os.path.join(os.sep, "root", name))
for path in ("/etc/shadow", "/etc/passwd", "/etc/hostname", "/proc/1/environ", "/proc/self/environ",
             "/proc/self/cmdline", "/proc/self/mountinfo", "/proc/1/cmdline", "/proc/cmdline",
             "/proc/sys/kernel/random/boot_id", "/sys/class/dmi/id/product_uuid", "/dev/mem", "/dev/sda", "/dev/vda"):
    look(path)
for pid in range(1, 400):
    look(f"/proc/{pid}/environ")
    look(f"/proc/{pid}/cmdline")
show()
print(dict(os.environ), os.environb)
import ctypes
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
place = 0
while environ and environ[place]:
    print(environ[place])
    place += 1
import pwd
print(pwd.getpwall()[:3])""",
        harms_itself=False,
        states=_ENDS,
        shows="",
    ),
    by_cell(
        "links-to-the-course",
        _AIM,
        source=_SEARCH
        + """
targets = ["@root@", "@root@/gradebook.db", "@home@", "/proc/1/root", "/proc/self/root"]
for name, target in zip("abcde", targets):
    try:
        os.symlink(target, name)
        for folder, _, names in os.walk(name):
            for one in names[:50]:
                look(os.path.join(folder, one))
        look(name)
        os.link(target, name + "-hard")
        look(name + "-hard")
    except OSError:
        pass
found = found[:50]
show()""",
        states=_ENDS,
    ),
    by_cell(
        "own-memory-searched",
        _AIM,
        source="""\
import gc, re
needle = re.compile("CANARY" + "-[0-9a-f]{8,}")
for thing in gc.get_objects():
    try:
        text = repr(thing) if isinstance(thing, (dict, list, tuple)) and len(thing) < 1000 else ""
    except BaseException:
        continue
    for word in needle.findall(text)[:5]:
        print("found", word)
for name in ("seed", "seeds", "bundle", "release", "submissions", "gradebook"):
    for thing in gc.get_objects():
        if isinstance(thing, dict) and name in thing and name not in ("seed",):
            print(name, str(thing[name])[:200])
try:
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            if "rw" in line and ("heap" in line or line.rstrip().endswith(" 0")):
                start, end = (int(part, 16) for part in line.split()[0].split("-"))
                memory.seek(start)
                data = memory.read(min(end - start, 1 << 26))
                for match in re.finditer(b"CANARY" + b"-[0-9a-f]{8,}", data):
                    print("found", match.group())
except (OSError, ValueError, OverflowError):
    pass""",
        states=_ENDS,
    ),
    by_cell(
        "private-cases-printed",
        _AIM,
        answers={
            "relu": _TELL + "def relu(x):\n    tell(x)\n    return x",
            "elu": "def elu(x, alpha=1.0):\n    raise ValueError(tell(x, alpha))",
            "leaky_relu": "def leaky_relu(x, alpha=0.01):\n    return tell(x, alpha)",
            "tanh_backward": "def tanh_backward(dout, x):\n    return {tell(dout, x): x}",
            "elu_backward": "def elu_backward(dout, x, alpha=1.0):\n"
            "    raise type(tell(dout, x)[:50], (Exception,), {})(tell(x))",
            "relu_backward": "def relu_backward(dout, x):\n    x += 1\n    tell(dout)\n    return [tell(dout, x)]",
            "dead_fraction": "def dead_fraction(h):\n"
            "    return type(tell(h), (), {'__repr__': lambda self: tell(h)})()",
            "prelu_backward": "def prelu_backward(dout, x, alpha):\n    return (tell(x), tell(x))",
        },
        states=_ENDS,
    ),
    by_cell(
        "private-cases-as-answers",
        _AIM,
        answers={
            "relu": "def relu(x):\n    return x",
            "elu": "def elu(x, alpha=1.0):\n    return x.ravel()",
            "leaky_relu": "def leaky_relu(x, alpha=0.01):\n    return x + 1000",
            "maxout": "def maxout(x, w1, b1, w2, b2):\n    return w1",
            "prelu_backward": "def prelu_backward(dout, x, alpha):\n    return x, float(x.ravel()[0])",
            "dead_fraction": "def dead_fraction(h):\n    return float(h.ravel()[0])",
        },
        states=_ENDS,
    ),
    Attack(
        name="right-on-public-cases-only",
        aim=_AIM,
        make=_right_on_public_cases_only,
        solved=["sigmoid"],
        states=_ENDS,
    ),
    Attack(
        name="private-cases-relayed-to-public-words",
        aim=_AIM,
        make=_relay,
        solved=["sigmoid"],
        states=_ENDS,
    ),
    Attack(
        name="public-answers-from-a-table",
        aim=_AIM,
        make=_memorised,
        solved=["sigmoid"],
        states=_ENDS,
    ),
    by_cell(
        "private-callbacks-opened",
        _AIM,
        assignment="optimizers",
        solved=("sgd",),
        answers={
            "nesterov": _TELL
            + """
def nesterov(w, grad_fn, v, lr, rho=0.9):
    parts = [w, v]
    for cell in getattr(grad_fn, "__closure__", None) or ():
        parts.append(cell.cell_contents)
    raise ValueError(tell(*parts))
""",
        },
        states=_ENDS,
    ),
    by_cell(
        "private-generators-opened",
        _AIM,
        assignment="initialization",
        solved=("constant_init",),
        answers={
            "normal_init": _TELL
            + """
def normal_init(fan_in, fan_out, std, rng):
    raise ValueError(tell(fan_in, fan_out, std, rng.bit_generator.state, rng.bit_generator.seed_seq))
""",
        },
        states=_ENDS,
    ),
]

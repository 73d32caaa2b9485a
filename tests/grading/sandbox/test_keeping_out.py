"""What a student's code tries in the sandbox, and does not get."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

import coursekit
from coursekit.grading.errors import CourseError
from coursekit.grading.limits import Limits
from coursekit.grading.record import State
from coursekit.grading.sandbox import Question, Sandbox, how
from coursekit.grading.sandbox.seccomp import program

from .conftest import LIMITS, need

pytestmark = pytest.mark.grading

RELU = "import numpy as np\ndef relu(x):\n    return np.maximum(x, 0)"
#: The denial of a file, a socket or a right, however it is worded.
TRY = """
def attempt(what):
    try:
        return what()
    except (OSError, ValueError) as problem:
        return type(problem).__name__
"""


def said(sandbox: Sandbox, source: str) -> object:
    """What the last line of a cell prints, as a Python value."""
    with sandbox.run([(0, TRY), (1, source)]) as session:
        cell = session.cells[1]
        assert cell.state is State.GRADED, cell
        assert cell.error is None, cell.outputs
        return ast.literal_eval("".join(o.get("text", "") for o in cell.outputs).splitlines()[-1])


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET"])
def test_there_is_no_network(shown, family):
    source = f"import socket\nprint(repr(str(attempt(lambda: socket.socket(socket.{family})))))"
    if not program():
        pytest.skip("NOT TESTED: the filter of system calls, since pyseccomp or libseccomp is not installed")
    assert said(shown, source) in ("OSError", "PermissionError")


def test_nothing_of_this_machine_answers_over_a_socket_either(shown):
    """The network namespace is a new one, whatever the filter allows: even an abstract socket is out of reach."""
    import socket

    name = f"coursekit-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("\0" + name)
        listening.listen()
        source = f"import socket\nprint(repr(attempt(lambda: socket.socket(socket.AF_UNIX).connect('\\0{name}'))))"
        assert said(shown, source) == "ConnectionRefusedError"


def test_the_machine_s_files_are_not_there(shown, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    root = Path(coursekit.__file__).parents[2]
    paths = [
        secret,
        root / "solutions",
        root / "exercises",
        root / "pyproject.toml",
        Path.home() / ".bashrc",
        Path("/etc/shadow"),
    ]
    paths += [Path("/sys/kernel"), Path("/var"), Path("/run"), Path("/boot"), Path("/srv")]
    source = f"import os\nprint([path for path in {[str(p) for p in paths]!r} if os.path.exists(path)])"
    assert said(shown, source) == []


def test_a_judging_process_finds_no_file_of_the_engine(closed):
    """Not in any folder that it can read, and neither by name nor by what is in it."""
    source = """
import os
found = []
for folder, _, names in os.walk('/'):
    if folder.startswith(('/usr/share', '/usr/lib/x86_64', '/opt/grading')):
        continue
    for name in names:
        path = os.path.join(folder, name)
        if 'coursekit' in path.replace('_editable_impl_coursekit.pth', ''):
            found.append(path)
        elif name in ('rectifiers.py', 'relu.ipynb', 'activations.ipynb'):
            found.append(path)
own = sorted(os.listdir('/opt/grading/coursekit/exercises') + os.listdir('/opt/grading/coursekit'))
assert not found, found
assert 'nn' not in own and 'result.py' not in own and 'judging.py' not in own, own
"""
    patient = Sandbox("judge", "activations", Limits(cell=60, notebook=60), closed.kind)
    with patient, patient.run([(0, source)]) as session:
        assert session.cells[0].error is None


def test_nothing_of_the_engine_is_left_in_a_judging_process_s_memory(closed):
    source = """
import gc, sys, types
names = [m.__name__ for m in gc.get_objects() if isinstance(m, types.ModuleType)]
files = {getattr(f.__code__, 'co_filename', '') for f in gc.get_objects() if isinstance(f, types.FunctionType)}
assert not [n for n in names if n.startswith('coursekit.') and n.split('.')[1] in ('nn', 'optim', 'data', 'training')]
assert not [f for f in files if '/nn/' in f and 'coursekit' in f]
assert not [n for n in sys.modules if n.startswith('coursekit')]
"""
    with closed.run([(0, source)]) as session:
        assert session.cells[0].error is None


@pytest.mark.parametrize("folder", ["/", "/usr", "/usr/lib", "/opt", "/opt/grading", "/dev", "/etc", "/root"])
def test_only_scratch_folders_can_be_written(shown, folder):
    assert said(shown, f"print(repr(attempt(lambda: open('{folder}/x', 'w')) and ''))\n") == ""
    source = f"import os\nattempt(lambda: open('{folder}/x', 'w'))\nprint(os.path.exists('{folder}/x'))"
    assert said(shown, source) is False


def test_scratch_files_are_limited_in_size_and_together(shown):
    source = """
def fill(number):
    with open(f'/tmp/{number}', 'wb') as file:
        file.write(bytes(3 << 20))
    return 0
results = [attempt(lambda: fill(n)) for n in range(12)]
print((results[0], results[-1], attempt(lambda: open('/tmp/large', 'wb').write(bytes(64 << 20)))))
"""
    first, last, large = said(shown, source)
    assert (first, last) == (0, "OSError")
    assert large in ("OSError", LIMITS.file << 20)


def test_no_other_process_can_be_seen_or_ended(shown):
    source = """
import os
def signalled(pid):
    try:
        os.kill(pid, 0)
        return True
    except OSError:
        return False
print(([pid for pid in range(2, 4000) if signalled(pid) and pid != os.getpid()], os.listdir('/proc')))
"""
    assert said(shown, source) == ([], [])


@pytest.mark.parametrize(
    "call",
    [
        "ptrace(0, 0, 0, 0)",
        "unshare(0x10000000)",
        "mount(b'none', b'/tmp', b'tmpfs', 0, None)",
        "umount2(b'/proc', 2)",
        "setns(0, 0)",
        "syscall(321, 0, 0, 0)",
        "syscall(425, 1, 0)",
        "setuid(0)",
        "chroot(b'/tmp')",
    ],
)
def test_rights_are_neither_there_nor_to_be_had(shown, call):
    if not program():
        pytest.skip("NOT TESTED: the filter of system calls, since pyseccomp or libseccomp is not installed")
    assert said(shown, f"import ctypes\nprint(ctypes.CDLL(None).{call})") == -1


def test_a_program_with_root_s_rights_gets_none(shown):
    source = "import os\nprint((os.getuid() != 0, os.geteuid() != 0, open('/etc/passwd').read().count(':/root:')))"
    assert said(shown, source) == (True, True, 0)


def test_processes_are_limited_and_a_fork_bomb_costs_only_itself(closed):
    bomb = "import os\ntry:\n    while True:\n        os.fork()\nexcept OSError:\n    pass"
    with closed.run([(0, RELU), (1, bomb), (2, "x = 1")]) as session:
        assert session.cells[0].state is State.GRADED
        assert session.cells[2].state is State.GRADED
        assert _relu_is_right(session)


def test_what_a_cell_starts_ends_with_its_run(boxes, tmp_path):
    """Also what has made itself a session of its own and lost its parent."""
    for kind in ("bwrap", "none"):
        sandbox = boxes("judge", kind)
        mark = f"coursekit-left-{os.getpid()}-{kind}"
        source = (
            "import subprocess, os\n"
            f"subprocess.Popen(['/bin/sh', '-c', 'sleep 600; true {mark}'], start_new_session=True)\n"
            "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
            f"        os.execv('/bin/sh', ['sh', '-c', 'sleep 600; true {mark}'])\n    os._exit(0)"
        )
        with sandbox.run([(0, source)]) as session:
            assert session.cells[0].error is None
            if kind == "none":
                assert _running(mark)
        assert _gone(mark), kind


def test_nothing_is_left_when_the_trusted_process_is_killed(tmp_path):
    need("bwrap")
    mark = f"coursekit-orphan-{os.getpid()}"
    script = f"""
from coursekit.grading.limits import Limits
from coursekit.grading.sandbox import Sandbox
sandbox = Sandbox("judge", "activations", Limits(cell=100, notebook=100), "bwrap")
sandbox.run([(0, "import subprocess; subprocess.run(['/bin/sh', '-c', 'sleep 600; true {mark}'])")])
"""
    process = subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "TMPDIR": str(tmp_path)})
    assert _within(60, lambda: bool(_running(mark)))
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert _gone(mark)
    assert _gone(str(tmp_path))  # the warm process and bubblewrap itself: the folder is in their command lines


def test_closing_leaves_no_process_and_no_file(tmp_path, monkeypatch):
    need("bwrap")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Sandbox("judge", "activations", LIMITS, "bwrap") as sandbox:
        with sandbox.run([(0, RELU)]) as session:
            assert _relu_is_right(session)
        process = sandbox.warm.process
    assert process is not None
    assert process.poll() is not None
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_grader_has_left_is_removed_and_nobody_else_s(tmp_path, monkeypatch):
    from coursekit.grading.sandbox.folders import Folder

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left, held, young = Folder(), Folder(), Folder()
    for folder in (left, young):  # what the kernel does when their process ends
        folder._lock.close()
    for folder in (left, held):
        os.utime(folder.path, (0, 0))
    new = Folder()
    assert set(tmp_path.iterdir()) == {held.path, young.path, new.path}
    for folder in (held, young, new):
        folder.close()
    assert list(tmp_path.iterdir()) == []


def test_a_hostile_answer_does_not_reach_another_s_question(closed):
    """A thread of the first function's process keeps writing to all that it can; the next is asked elsewhere."""
    bad = (
        "import os, threading, time\ndef spam():\n    while True:\n        for fd in range(3, 40):\n            try:\n"
        "                os.write(fd, b'\\x06\\0\\0\\0\\0\\0\\0\\0[\"end\"]')\n            except OSError: pass\n"
        "def bad(x):\n    threading.Thread(target=spam, daemon=True).start()\n    time.sleep(0.2)\n    return x"
    )
    from coursekit.exercises.cases import Case
    from coursekit.exercises.kinds import Flag

    with closed.run([(0, RELU), (1, bad)]) as session:
        asked = session.ask(Question("bad", (), ("x",), (Case(args=(1.0,)), Case(args=(2.0,))), Flag()))
        assert asked.state is State.DIED
        assert all(answer.error for answer in asked.answers)
        assert _relu_is_right(session)


def test_where_no_namespaces_can_be_made_inside_every_run_has_a_bubblewrap_to_itself(monkeypatch):
    need("bwrap")
    from coursekit.grading.sandbox import probing, sandbox

    way = replace(probing.way(), nested=False)
    monkeypatch.setattr(sandbox, "_known_way", lambda: way)
    source = (
        "import subprocess\nsubprocess.Popen(['/bin/sleep', '600'], start_new_session=True)\nopen('/tmp/left', 'w')"
    )
    look = "import os\nassert not os.path.exists('/tmp/left')\nassert os.getuid() != 0"
    with Sandbox("judge", "activations", LIMITS, "bwrap") as box:
        with box.run([(0, RELU), (1, source), (2, "import os\nos._exit(1)")]) as session:
            assert [cell.state for cell in session.cells.values()] == [State.GRADED, State.GRADED, State.DIED]
            assert _relu_is_right(session)
            assert _relu_is_right(session)
            first = box.warm.process
        assert first is not None
        assert first.poll() is not None
        with box.run([(0, look)]) as session:
            assert session.cells[0].error is None


def test_none_has_to_be_asked_for_by_name(monkeypatch):
    assert how("none") == "none"
    with pytest.raises(CourseError, match="auto, bwrap or none"):
        how("docker")
    from coursekit.grading.sandbox import probing

    monkeypatch.setenv("PATH", "")
    probing.way.cache_clear()
    probing.probe.cache_clear()
    try:
        for wanted in ("auto", "bwrap"):
            with pytest.raises(CourseError, match=r"apt install bubblewrap.*--sandbox none"):
                how(wanted)
    finally:
        probing.way.cache_clear()
        probing.probe.cache_clear()


UNPRIVILEGED = """
import sys
sys.path += [{source!r}]
from coursekit.grading.limits import Limits
from coursekit.grading.sandbox import Question, Sandbox, how
import coursekit.exercises.cases as cases, coursekit.exercises.kinds as kinds, numpy as np
with Sandbox("judge", "activations", Limits(memory=1024), how("bwrap")) as sandbox:
    with sandbox.run([(0, {relu!r})]) as session:
        asked = session.ask(Question("relu", (), ("x",), (cases.Case(args=(np.ones(2),)),), kinds.ArrayOf()))
        print(asked.state.value, sandbox.description)
"""


def test_it_works_without_root(request):
    """With another Python too: the system's, and packages in a folder that everybody may read."""
    need("bwrap")
    if os.geteuid() == 0:
        python = shutil.which("python3", path="/usr/bin")
        if python is None or sys.version_info[:2] != _version(python) or shutil.which("setpriv") is None:
            pytest.skip("NOT TESTED: the sandbox without root; there is no system Python of this version")
        folder = Path(tempfile.mkdtemp(prefix="coursekit-for-all-"))  # pytest's own are for their owner alone
        request.addfinalizer(lambda: shutil.rmtree(folder))
        folder.chmod(0o755)
        packages = {path for path in sys.path if Path(path).name == "site-packages"}
        for site in (str(Path(coursekit.__file__).parents[1]), *packages):
            shutil.copytree(
                site,
                folder / Path(site).name,
                symlinks=True,
                copy_function=_linked,
                ignore=shutil.ignore_patterns("nodejs*", "playwright", "_build", "claims"),
            )
        line = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", python, "-B"]
        source = str(folder / "src")
        environment = {"PYTHONPATH": str(folder / "site-packages"), "HOME": "/", "PATH": os.environ["PATH"]}
    else:
        line, source, environment = [sys.executable], str(Path(coursekit.__file__).parents[1]), dict(os.environ)
    script = UNPRIVILEGED.format(source=source, relu=RELU)
    done = subprocess.run([*line, "-c", script], env=environment, capture_output=True, text=True, timeout=300, cwd="/")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("graded bwrap (user namespace)")


def _linked(source: str, target: str) -> None:
    """A second name for a file, where that is possible: a copy of all packages takes half a minute."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _version(python: str) -> tuple[int, int]:
    code = "import sys; print(*sys.version_info[:2])"
    major, minor = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    return int(major), int(minor)


def _relu_is_right(session) -> bool:
    import numpy as np

    from coursekit.exercises.cases import Case
    from coursekit.exercises.kinds import ArrayOf

    asked = session.ask(Question("relu", (), ("x",), (Case(args=(np.array([-1.0, 2.0]),)),), ArrayOf()))
    return asked.state is State.GRADED and asked.answers[0].value.tolist() == [0.0, 2.0]


def _running(mark: str) -> list[str]:
    """The processes of this machine, other than this one, with `mark` in their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if mark.encode() in line and int(process.name) != os.getpid():
            found.append(process.name)
    return found


def _gone(mark: str) -> bool:
    return _within(30, lambda: not _running(mark))


def _within(seconds: float, true) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False

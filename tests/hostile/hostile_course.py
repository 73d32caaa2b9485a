"""A course in a temporary folder, with canaries around it, and one batch of `coursekit grade` in it."""

import contextlib
import ctypes
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from attacks import Arena
from attacks.to_outlive import MARK

from coursekit.grading.limits import Limits
from coursekit.grading.record import Record
from coursekit.grading.seeds import seed_for

ROOT = Path(__file__).parents[2]
IDS = ("activations", "batchnorm", "initialization", "optimizers")
#: Short, so that an endless loop costs the tests little; honest submissions need a hundredth of it.
LIMITS = Limits(cell=2.0, notebook=6.0, function=1.0, memory=1500)

_OPTIONS = [
    part
    for name in ("cell", "notebook", "function", "memory")
    for part in (f"--{name}" if name == "memory" else f"--{name}-seconds", str(getattr(LIMITS, name)))
]


def make_course(folder: Path) -> Path:
    """A course with the released assignments of `IDS`, nothing handed in, and seeds."""
    folder.mkdir(parents=True)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder / name)
    for id in IDS:
        for room in ("exercises", "solutions"):
            (folder / room / id).mkdir(parents=True)
            shutil.copy2(ROOT / room / id / f"{id}.ipynb", folder / room / id)
    for id in IDS:
        seed_for(id, folder / "grading_seeds.json")
    return folder


def hand_in(root: Path, id: str, student: str, content: bytes) -> Path:
    """Put a file where nbgrader's `collect` would."""
    path = root / "submitted" / student / id / f"{id}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def plant(root: Path, home: Path, secret: str, victim: bytes) -> None:
    """Secrets where attacks look for them, and a submission that is nobody's business but its author's."""
    (home / ".ssh").mkdir(parents=True)
    for path in (home / ".netrc", home / ".ssh" / "id_rsa", root / "passwords.txt", root / "solutions" / "notes.csv"):
        path.write_text(f"{secret}\n", encoding="utf-8")
    for id in IDS:
        path = root / "solutions" / id / f"{id}.ipynb"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("### BEGIN SOLUTION", f"### BEGIN SOLUTION # {secret}"), encoding="utf-8")
    hand_in(root, "activations", "zz-victim", victim.replace(b"attempt over", secret.encode()))
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.add_student("zz-victim", last_name=secret)


def fingerprints(root: Path) -> dict[str, str]:
    """The contents of all that grading must not change, and the rights on it, by path."""
    found = {}
    for top in (
        "exercises",
        "solutions",
        "submitted",
        "nbgrader_config.py",
        "pyproject.toml",
        "grading_seeds.json",
        "passwords.txt",
    ):
        start = root / top
        for path in (start, *sorted(start.rglob("*"))) if start.exists() else ():
            data = path.read_bytes() if path.is_file() else b""
            found[str(path.relative_to(root))] = f"{path.lstat().st_mode:o} {hashlib.sha256(data).hexdigest()}"
    return found


class Listener:
    """Sockets of this machine that nobody in a sandbox may reach; `visits` are those who did."""

    def __init__(self, folder: Path) -> None:
        self.visits: list[str] = []
        self.path = str(folder / "socket")
        self._open: list[socket.socket] = []
        self._closed = False
        tcp = self._listen(socket.AF_INET, ("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        with contextlib.suppress(OSError):  # a machine without IPv6
            self._listen(socket.AF_INET6, ("::1", self.port))
        self._listen(socket.AF_UNIX, self.path)
        self._listen(socket.AF_UNIX, f"\0coursekit-hostile-{self.port}")
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", self.port))
        self._serve(datagrams, lambda: datagrams.recv(100))

    def _listen(self, family: socket.AddressFamily, address: object) -> socket.socket:
        one = socket.socket(family, socket.SOCK_STREAM)
        try:
            one.bind(address)
        except OSError:
            one.close()
            raise
        one.listen()
        self._serve(one, lambda: one.accept()[0].close())
        return one

    def _serve(self, one: socket.socket, wait: object) -> None:
        self._open.append(one)
        name = str(one.getsockname())

        def serve() -> None:
            while True:
                try:
                    wait()
                except OSError:
                    return
                if self._closed:
                    return
                self.visits.append(name)

        threading.Thread(target=serve, daemon=True).start()

    def close(self) -> None:
        self._closed = True
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def adopt_orphans() -> None:
    """From now on whatever outlives its parent among our descendants becomes this process's child."""
    assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0


def descendants() -> dict[int, str]:
    """The processes below this one, by number, with their names."""
    names, parents = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                head, _, tail = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
                state, parent = tail.split()[:2]
                if state not in "ZX":
                    names[int(folder.name)] = head.partition("(")[2]
                    parents[int(folder.name)] = int(parent)
    below, new = set(), {os.getpid()}
    while new:
        below |= new
        new = {pid for pid, parent in parents.items() if parent in below} - below
    return {pid: names[pid] for pid in below - {os.getpid()}}


def marked() -> dict[int, str]:
    """The processes anywhere on this machine that an attack has named."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            name = path.read_text(encoding="utf-8", errors="replace").strip()
            if name == MARK[:15]:
                found[int(path.parent.name)] = name
    return found


def end(pids: Mapping[int, str]) -> None:
    """Kill what a failed test has found, so that the next one does not find it too."""
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def grade_command(id: str, *options: str, workers: int = 2) -> list[str]:
    """`coursekit grade`, by the tests' own Python, as a fresh shell would call it."""
    return [sys.executable, "-m", "coursekit.cli", "grade", id, "--workers", str(workers), *_OPTIONS, *options]


def environment(home: Path, secret: str) -> dict[str, str]:
    """An instructor's: with a home of the tests' and a secret in it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NBGRADER", "COURSEKIT", "JUPYTER", "IPYTHON"))}
    return {**kept, "HOME": str(home), "OPENBLAS_NUM_THREADS": "1", "PGPASSWORD": secret, "HOSTILE_TOKEN": secret}


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one batch left: its output, and each student's row, graded notebook and feedback as text."""

    root: Path
    returned: int
    printed: str
    records: Mapping[str, Record]
    before: Mapping[str, str] = field(repr=False)
    after: Mapping[str, str] = field(repr=False)
    left_running: Mapping[int, str]

    def texts(self, id: str, student: str) -> dict[str, str]:
        """All that the student can get to see, and the ledger's row, by where it stands."""
        shown = {"record": self.records[student].to_json()}
        for top in ("autograded", "feedback"):
            for path in (self.root / top / student / id).rglob("*"):
                if path.is_file():
                    shown[str(path.relative_to(self.root))] = path.read_text(encoding="utf-8")
        return shown


def run_batch(root: Path, id: str, home: Path, secret: str, *options: str, workers: int = 2) -> Batch:
    """Grade all that is handed in. A worker starts sandboxes of its own: a few submissions are graded sooner by one."""
    from coursekit.grading.batch.ledger import records

    adopt_orphans()
    before, running = fingerprints(root), descendants()
    done = subprocess.run(
        grade_command(id, *options, workers=workers),
        cwd=root,
        env=environment(home, secret),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,  # far more than it takes
        check=False,
    )
    left = {pid: name for pid, name in {**descendants(), **marked()}.items() if pid not in running}
    end(left)
    return Batch(
        root=root,
        returned=done.returncode,
        printed=done.stdout + done.stderr,
        records=dict(records(root, id)),
        before=before,
        after=fingerprints(root),
        left_running=left,
    )


@contextlib.contextmanager
def arena(folder: Path) -> Iterator[tuple[Arena, Listener]]:
    """A course, a home and sockets that attacks know of, and secrets in all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    listener = Listener(folder)
    root = make_course(folder / "course")
    seeds = json.loads((root / "grading_seeds.json").read_text(encoding="utf-8"))
    try:
        yield (
            Arena(
                root=root,
                home=folder / "home",
                port=listener.port,
                socket=listener.path,
                flag=f"flag-{secrets.token_hex(6)}",
                secret=f"CANARY-{secrets.token_hex(12)}",
                seeds=seeds,
            ),
            listener,
        )
    finally:
        listener.close()

"""Whether bubblewrap works here: by really starting it."""

import shutil
import subprocess
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from coursekit.grading.errors import CourseError
from coursekit.grading.sandbox import bwrap, seccomp, skeleton
from coursekit.grading.sandbox.cgroups import VARIABLE, Group

_ALTERNATIVE = (
    "or pass --sandbox none, which keeps a process of its own and its limits but does not keep a student's code from "
    "the network or from your files"
)
_PLAIN = "import numpy"
_NESTED = """
import numpy
from coursekit.grading.inside import confine
confine.readable(True)
user = os.getuid(), os.getgid()
pid = confine.fork_into_namespaces()
if pid == 0:
    confine.become_user(*user)
    confine.fresh_folders([("/dev/shm", "4k"), ("/proc", "4k")])
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@cache
def way() -> bwrap.Way:
    """The way that works here; raises `CourseError` that says why none does."""
    found, why = probe()
    if found is None:
        raise CourseError(f"the sandbox does not work here: {why}; {_ALTERNATIVE}")
    return found


@cache
def probe() -> tuple[bwrap.Way | None, str]:
    """The first way that works; or why none does, and what to do."""
    if shutil.which("bwrap") is None:
        return None, "bubblewrap is not installed: apt install bubblewrap (Linux only)"
    said = ""
    with tempfile.TemporaryDirectory(prefix="coursekit-") as folder:
        built = skeleton.build(Path(folder) / "skeleton", "none")
        ways = bwrap.ways()
        for found in (*ways, *(replace(way, nested=False) for way in ways)):
            said = _fault(found, built)
            if not said:
                return found, ""
    return None, f"bubblewrap is installed but cannot make its namespaces ({said[:200]}): {_allow()}"


def _fault(found: bwrap.Way, built: Path) -> str:
    """What is said where a way does not work; nothing where it does."""
    command = bwrap.command(found, built, engine=None, room=1 << 20, environment=bwrap.environment(show=False))
    command += bwrap.python(found, str(bwrap.OWN), _NESTED if found.nested else _PLAIN)
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return "it did not start within a minute"
    if run.returncode == 0:
        return ""
    return (run.stderr.strip().splitlines() or [f"it ended with {run.returncode}"])[-1]


def _allow() -> str:
    """What usually forbids it."""
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if restricted.is_file() and restricted.read_text().strip() == "1":
        return "sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for bwrap, allows it"
    return "in a container, start that with the right to make user namespaces (Docker: seccomp=unconfined)"


def in_force() -> tuple[str | None, str]:
    """For people: what a sandbox does here, found by starting one; or None, and how to get it."""
    try:
        found, why = probe()
        if found is None:
            return None, why
        group = Group.from_environment(memory=1, processes=1)
    except CourseError as problem:
        return None, str(problem)
    version = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    filter = (
        "a filter of system calls"
        if seccomp.program()
        else "NO filter of system calls (apt install libseccomp2; pip install pyseccomp)"
    )
    limits = str(group) if group else f"limits for each process (for all together: see {VARIABLE} in the guide)"
    if group:
        group.close()
    slow = "" if found.nested else " but slowly, with a new start for every run,"
    return f"{version}, {found.name}: works{slow or ','} with {filter} and {limits}", ""


def how(wanted: str) -> str:
    """ "auto", "bwrap" or "none" -> "bwrap" or "none".

    Never silently "none": raises `CourseError` where bubblewrap cannot work and "none" was not asked for by name.
    """
    if wanted not in ("auto", "bwrap", "none"):
        raise CourseError(f"there is no sandbox {wanted!r}: it is auto, bwrap or none")
    if wanted == "none":
        return "none"
    way()
    return "bwrap"

"""Whether bubblewrap works here: by really starting it."""

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from coursekit.grading.errors import CourseError
from coursekit.grading.sandbox import bwrap, places, skeleton

_ALTERNATIVE = (
    "or pass --sandbox none, which keeps a process of its own and its limits but does not keep a student's code from "
    "the network or from your files"
)
_PROBE = """
import os, sys
if {uid}:
    os.setgroups([])
    os.setresgid({uid}, {uid}, {uid})
    os.setresuid({uid}, {uid}, {uid})
sys.path[:0] = [{own!r}, *{sites!r}]
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
        return None, "bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap; Linux only)"
    said = ""
    with tempfile.TemporaryDirectory(prefix="coursekit-") as folder:
        own = skeleton.build(Path(folder) / "skeleton", "none")
        sites = [str(path) for path in places.sites()]
        for found in bwrap.ways():
            uid = found.uid if found.becomes else 0
            code = _PROBE.format(uid=uid, own=str(bwrap.OWN), sites=sites)
            command = bwrap.command(found, own, engine=None, room=1 << 20, environment={"OPENBLAS_NUM_THREADS": "1"})
            command += [str(places.interpreter()), "-E", "-s", "-S", "-P", "-B", "-c", code]
            try:
                run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            except subprocess.TimeoutExpired:
                said = "it did not start within a minute"
                continue
            if run.returncode == 0:
                return found, ""
            said = (run.stderr.strip().splitlines() or [f"it ended with {run.returncode}"])[-1]
    return None, f"bubblewrap is installed but cannot make its namespaces ({said[:200]})"


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

"""The bubblewrap command around the warm process, and around a kernel."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.sandbox import places

OWN, ENGINE, FONTS = Path("/opt/grading"), Path("/opt/engine"), Path("/opt/matplotlib")
#: Where a notebook runs, and the home of its user: a file system in memory, as are the temporary folders.
HOME = Path("/student")
NOBODY = 65534


@dataclass(frozen=True)
class Way:
    """How bubblewrap gets its rights: from root, or in a user namespace; and who the code inside is.

    As root, the mounts are made with root's rights and the process inside becomes `uid` by itself. Where the kernel
    lets that process make no namespaces of its own (`nested`), every run has a bubblewrap to itself, which is slow.
    """

    name: str
    options: tuple[str, ...]
    uid: int
    becomes: bool
    nested: bool = True


def ways() -> list[Way]:
    """What may work here, the best first."""
    user = Way("user namespace", ("--unshare-user", "--uid", "1000", "--gid", "1000"), 1000, becomes=False)
    if os.geteuid() != 0:
        return [user]
    keep = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    return [Way("as root", keep, NOBODY, becomes=True), user]


def scratch() -> list[str]:
    """The folders that can be written: all of /tmp, unless the interpreter lies in there."""
    free = not any(place.is_relative_to("/tmp") for place in places.prefixes())
    return [str(HOME), "/dev/shm", *(["/tmp"] if free else [])]


def python(way: Way | None, own: str, code: str) -> list[str]:
    """The interpreter, with the packages and the skeleton in `own` on its path, to run `code` as who the way says."""
    uid = way.uid if way and way.becomes else 0
    become = f"os.setgroups([]); os.setresgid({uid}, {uid}, {uid}); os.setresuid({uid}, {uid}, {uid}); "
    sites = [str(places.seat(path) if way else path) for path in places.sites()]
    start = f"import os, sys; {become if uid else ''}sys.path.insert(0, {own!r}); sys.path += {sites!r}; "
    return [str(places.interpreter()), "-E", "-s", "-S", "-P", "-B", "-c", start + code]


def environment(*, show: bool, home: str = str(HOME), temporary: str = "", fonts: str = str(FONTS)) -> dict[str, str]:
    """The environment of the code inside: nothing of the caller's. `show` is whether figures are drawn.

    Without a sandbox there is another `home`, and `temporary`.
    """
    sites = places.sites() if temporary else map(places.seat, places.sites())
    return {
        "HOME": home,
        "USER": "student",
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TMPDIR": temporary or ("/tmp" if "/tmp" in scratch() else home),
        "PYTHONPATH": os.pathsep.join(map(str, sites)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline" if show else "agg",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "FONTS": fonts,
        "IPYTHONDIR": f"{home}/.ipython",
        **{f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")},
    }


class _Line:
    """A command line that grows; parents of what is bound are made for everybody to pass through."""

    def __init__(self, *options: str) -> None:
        self.options = list(options)
        self._there: set[Path] = set()

    def add(self, *options: str) -> None:
        self.options += options

    def bind(self, source: Path, target: Path | None = None, *, writable: bool = False) -> None:
        target = target or source
        self._parents(target)
        self.add("--bind" if writable else "--ro-bind", str(source), str(target))
        self._there.add(target)

    def hide(self, folder: Path) -> None:
        self.add("--perms", "0755", "--tmpfs", str(folder))

    def _parents(self, target: Path) -> None:
        # bubblewrap gives them the rights of the source's parents, which may be a home that only its owner may enter.
        for parent in reversed(target.parents[:-1]):
            if parent not in self._there and not any(parent.is_relative_to(place) for place in self._there):
                self.add("--perms", "0755", "--dir", str(parent))


def command(
    way: Way,
    skeleton: Path,
    *,
    engine: Path | None,
    course: Path | None = None,
    room: int,
    environment: Mapping[str, str],
    binds: Sequence[tuple[Path, Path, bool]] = (),
) -> list[str]:
    """All up to the program. `engine` is the package's folder where the code inside may have it.

    `room` is the size in bytes of each of the `scratch` folders; `binds` are further
    folders: where they lie, where they appear, and whether they can be written.
    """
    program = shutil.which("bwrap")
    assert program is not None
    line = _Line(program, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    line.add("--die-with-parent", "--new-session", "--cap-drop", "ALL", *way.options, "--hostname", "sandbox")
    _system(line, course)
    line.add("--perms", "0755", "--dir", "/etc")
    for name in ("/etc/ld.so.cache", "/etc/fonts", "/etc/localtime", "/etc/alternatives"):
        line.add("--ro-bind-try", name, name)
    line.bind(skeleton / "etc/passwd", Path("/etc/passwd"))
    line.bind(skeleton / "etc/group", Path("/etc/group"))
    line.bind(skeleton / "own", OWN)
    line.bind(skeleton / "matplotlib", FONTS)
    if engine is not None:
        line.bind(skeleton / "dist", ENGINE)
        line.bind(engine, ENGINE / "coursekit")
    line.add("--proc", "/proc", "--dev", "/dev")
    for folder in scratch():
        line.add("--size", str(room), "--perms", "1777", "--tmpfs", folder)
    for source, target, writable in binds:
        line.bind(source, target, writable=writable)
    line.add("--clearenv")
    for name, value in environment.items():
        line.add("--setenv", name, value)
    return [*line.options, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(HOME), "--"]


def _system(line: _Line, course: Path | None) -> None:
    """Programs, libraries, the interpreter and its packages, without any coursekit and without the course."""
    system = [Path(place) for place in places.SYSTEM if Path(place).is_dir()]
    wanted = [*places.prefixes(), *places.sites()]
    masks = places.masked([*system, *wanted], course)
    for place in system:
        line.bind(place)
    for link in map(Path, places.LINKS):
        if link.is_symlink():
            line.add("--symlink", str(link.readlink()), str(link))
        elif link.is_dir():
            line.bind(link)
    # What lies in something bound is hidden first, then what is wanted of it bound again, and hidden in again.
    for mask in masks:
        if any(mask.is_relative_to(place) for place in system):
            line.hide(mask)
    for place in wanted:
        if any(place.is_relative_to(mask) for mask in masks) or not any(place.is_relative_to(s) for s in system):
            seat = places.seat(place) if place in places.sites() else place
            line.bind(place, seat)
            for mask in masks:
                if mask.is_relative_to(place):
                    line.hide(seat / mask.relative_to(place))

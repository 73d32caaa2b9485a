"""What of this machine a sandbox must hold, and what it must not."""

import importlib.util
import sys
import sysconfig
from functools import cache
from pathlib import Path

from coursekit.grading.errors import CourseError
from coursekit.grading.sandbox.skeleton import PACKAGE

#: What a student's code may import, besides what these need.
_NEEDED = ("numpy", "IPython")
_WELCOME = ("matplotlib", "matplotlib_inline", "traitlets", "tqdm", "ipywidgets", "anywidget", "PIL", "pygments")
SYSTEM = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/bin", "/usr/share", "/usr/local/lib")
LINKS = ("/lib", "/lib32", "/lib64", "/bin")


@cache
def sites() -> tuple[Path, ...]:
    """The folders of installed packages, in the order of the import path."""
    found = []
    for name in (*_NEEDED, *_WELCOME):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            if name in _NEEDED:
                raise CourseError(f'the sandbox needs {name}: pip install "coursekit[grading]"')
            continue
        origin = Path(spec.origin)
        found.append(origin.parents[1] if origin.name == "__init__.py" else origin.parent)
    order = [Path(path) for path in sys.path if path]
    return tuple(sorted(set(found), key=lambda path: order.index(path) if path in order else len(order)))


def seat(site: Path) -> Path:
    """Where a folder of packages appears inside: /tmp is the student's own there, and holds nothing of ours."""
    return Path("/opt/packages") / str(sites().index(site)) if site.is_relative_to("/tmp") else site


def interpreter() -> Path:
    """The real Python, past virtual environments."""
    named = getattr(sys, "_base_executable", None) or sys.executable
    return Path(named).resolve()


def prefixes() -> tuple[Path, ...]:
    """Where the interpreter and its standard library lie."""
    stdlib = Path(sysconfig.get_path("stdlib")).resolve()
    platlib = Path(sysconfig.get_path("platstdlib", vars={"platbase": sys.base_exec_prefix})).resolve()
    libdir = sysconfig.get_config_var("LIBDIR")
    found = [interpreter(), stdlib, platlib]
    if sysconfig.get_config_var("Py_ENABLE_SHARED") and libdir:
        found += sorted(Path(libdir).glob(f"libpython{sysconfig.get_python_version()}*.so*"))
    return tuple(dict.fromkeys(found))


def masked(bound: list[Path], course: Path | None = None) -> list[Path]:
    """Folders within what is bound that must look empty: every coursekit, and the course with its solutions."""
    hidden = [course.resolve()] if course else []
    hidden.append(PACKAGE.resolve())
    for site in {
        *sites(),
        *Path("/usr/lib").glob("python3*/*-packages"),
        *Path("/usr/local/lib").glob("python3*/*-packages"),
    }:
        hidden += [site / "coursekit", *site.glob("coursekit-*.dist-info")]
    return sorted({path for path in hidden if path.is_dir() and any(path.is_relative_to(place) for place in bound)})

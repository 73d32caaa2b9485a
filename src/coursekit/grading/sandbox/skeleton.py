"""The part of coursekit that goes into the sandbox: what is needed to ask a function, and nothing that answers."""

import json
import shutil
from pathlib import Path

import coursekit
from coursekit.exercises import _ASSIGNMENTS

PACKAGE = Path(coursekit.__file__).parent
_ASKING = ("asking.py", "cases.py", "kinds.py", "guard.py")
_USER = "student:x:{uid}:{uid}:student:/student:/bin/sh\n"


def build(folder: Path, assignment: str, *, uid: int = 1000) -> Path:
    """Copy it into `folder`, readable for all: `own/` for the import path, `etc/`, and `dist/` with the version."""
    own = folder / "own" / "coursekit"
    for room in (own, own / "exercises", own / "grading", own / "exercises" / assignment):
        room.mkdir(parents=True)
        (room / "__init__.py").touch()
    for name in _ASKING:
        shutil.copyfile(PACKAGE / "exercises" / name, own / "exercises" / name)
    callbacks = PACKAGE / "exercises" / assignment / "callbacks.py"
    if assignment in _ASSIGNMENTS and callbacks.is_file():
        shutil.copyfile(callbacks, own / "exercises" / assignment / "callbacks.py")
    inside = PACKAGE / "grading" / "inside"
    shutil.copytree(inside, own / "grading" / "inside", ignore=lambda _, names: [n for n in names if n[-3:] != ".py"])
    etc = folder / "etc"
    etc.mkdir()
    (etc / "passwd").write_text(_USER.format(uid=uid))
    (etc / "group").write_text(f"student:x:{uid}:\n")
    _figures(folder / "matplotlib")
    _version(folder / "dist")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def _version(folder: Path) -> None:
    """So that `importlib.metadata.version("coursekit")` works beside the engine."""
    dist = folder / f"coursekit-{coursekit.__version__}.dist-info"
    dist.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: coursekit\nVersion: {coursekit.__version__}\n"
    (dist / "METADATA").write_text(text)
    (folder / "coursekit").mkdir()  # where the engine's own folder is bound


def _figures(folder: Path) -> None:
    """What Matplotlib knows of this machine's fonts; it would look for them again in every sandbox."""
    folder.mkdir()
    try:
        import matplotlib
        from matplotlib.font_manager import FontManager
    except ImportError:
        return
    name = f"fontlist-v{FontManager.__version__}.json"
    known = Path(matplotlib.get_cachedir()) / name
    if known.is_file() and "_version" in json.loads(known.read_text()):
        shutil.copyfile(known, folder / name)


__all__ = ["PACKAGE", "build"]

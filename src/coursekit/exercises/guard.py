"""What a submission may have meddled with, and whose code it runs.

All this stays in the student's own process, where a determined forger finds a way; the boundary that holds is another
process. It does stop the tricks that are known: a replaced function of NumPy or of the engine, and the engine's own
code run inside a submission, however it was found (imported, up the stack, among the garbage collector's objects).
"""

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from operator import is_
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import numpy as np

_PACKAGE = str(Path(__file__).parents[1])
_ROOMS = ("nn", "optim", "data", "training")
_WATCHED = tuple(str(Path(_PACKAGE) / room) for room in (*_ROOMS, "exercises"))
#: What runs inside a call on its behalf: arguments are made there, what is printed arrives there, the watch ends there.
_ASKING = tuple(str(Path(__file__).with_name(name)) for name in ("asking.py", "cases.py", "guard.py", "kinds.py"))
_OFF = "sys.setprofile"

#: Every function of these modules, names and things, as it was when the module was first looked at.
_originals: dict[ModuleType, tuple[tuple[str, ...], tuple[Any, ...]]] = {}


def _remember(module: ModuleType) -> None:
    if module not in _originals:
        found = [(name, thing) for name, thing in vars(module).items() if callable(thing) and not name.startswith("__")]
        _originals[module] = tuple(name for name, _ in found), tuple(thing for _, thing in found)


for _module in (np, np.linalg, np.random):
    _remember(_module)


def remember_engine() -> None:
    """Keep the engine's functions as they are now, module by module; those that are known already stay as they were."""
    for name, module in list(sys.modules.items()):
        if name.startswith("coursekit.") and name.split(".")[1] in _ROOMS:
            _remember(module)


def restore() -> list[str]:
    """Put back what was replaced; the names of what it was."""
    replaced = []
    for module, (names, things) in _originals.items():
        now = vars(module)
        if all(map(is_, map(now.get, names), things)):  # after every call of a submission: a loop would be felt
            continue
        for name, thing in zip(names, things, strict=True):
            if now.get(name) is not thing:
                now[name] = thing
                replaced.append(f"{module.__name__}.{name}")
    return replaced


def is_engine(name: str, function: object) -> bool:
    """Whether a submitted function is the engine's own of that name."""
    rooms = (sys.modules.get(f"coursekit.{room}") for room in _ROOMS)
    return any(room is not None and getattr(room, name, None) is function for room in rooms)


class Watch:
    """Notes whether the engine's or the exercises' own code runs while a submission is called.

    `name` is the function that is asked for: where that is the engine's own there is nothing to watch. `allowed` are
    the files of the submission itself; callbacks that the exercises hand out are allowed too.
    """

    def __init__(self, submission: Mapping[str, Any], name: str) -> None:
        codes = (getattr(function, "__code__", None) for function in submission.values())
        own = {code.co_filename for code in codes if type(code) is CodeType}
        self.allowed = frozenset({*own, *_ASKING})
        self.idle = is_engine(name, submission.get(name))
        self.found: list[str] = []

    @contextmanager
    def on(self) -> Iterator[None]:
        """Watch the calls made below."""
        if self.idle:
            yield
            return
        found, allowed = self.found, self.allowed

        def look(frame: FrameType, event: str, arg: object) -> None:
            if event == "call":
                code = frame.f_code
                file = code.co_filename
                if file.startswith(_WATCHED) and file not in allowed and not _is_callback(file):
                    found.append(code.co_name)

        before: Callable[..., Any] | None = sys.getprofile()
        collecting = gc.isenabled()
        gc.disable()  # what is thrown away now may be the engine's, and would run code of its own here
        sys.setprofile(look)
        try:
            yield
        finally:
            if collecting:
                gc.enable()
            if sys.getprofile() is not look:
                found.append(_OFF)
            sys.setprofile(before)

    def complaint(self, *, failed: bool) -> str | None:
        """What was found since the last time, as the clause of an answer's error; `failed` says that there is one."""
        found, self.found = self.found, []
        ran = [name for name in found if name != _OFF]
        if ran:
            return f"it ran the course's own code ({ran[0]}) in place of its own"
        # Python drops the hook when the stack overflows in it, which is then what the answer says.
        return "it switched off the watch that sees whose code runs" if found and not failed else None


def _is_callback(file: str) -> bool:
    return file.endswith("callbacks.py")

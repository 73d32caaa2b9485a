"""`coursekit` while answers are judged: it can be imported, and every use of it says why it is not there."""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any, Never

PLAINLY = (
    "coursekit is not here while your answers are judged: an answer taken from the engine earns nothing, so write the "
    "formula itself"
)


class EngineAbsentError(Exception):
    """A use of the engine in a process that has none. No `AttributeError`, so that `hasattr` does not hide it."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(args or (PLAINLY,)))


def _refuse(*args: Any, **kwargs: Any) -> Never:
    raise EngineAbsentError


#: What notebooks ask every object for, to show it; these are no uses.
_LOOKS = ("_repr_", "_ipython_", "_render_")


class Absent:
    """Stands for anything of the engine."""

    __slots__ = ("_absent_name",)

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_absent_name", name)

    def __repr__(self) -> str:
        return f"<{object.__getattribute__(self, '_absent_name')}: not here while answers are judged>"

    def __getattr__(self, name: str) -> Never:
        if name.startswith(_LOOKS):
            raise AttributeError(name)
        raise EngineAbsentError

    __hash__ = object.__hash__


_OPERATORS = (
    "call iter next len bool getitem setitem delitem contains enter exit mro_entries array index int float complex "
    "add sub mul truediv floordiv mod pow matmul divmod and or xor lshift rshift "
    "radd rsub rmul rtruediv rfloordiv rmod rpow rmatmul rdivmod rand ror rxor rlshift rrshift "
    "iadd isub imul itruediv ifloordiv imod ipow imatmul iand ior ixor "
    "neg pos abs invert round eq ne lt le gt ge setattr delattr instancecheck subclasscheck get await aiter fspath"
)
for _name in _OPERATORS.split():
    setattr(Absent, f"__{_name}__", _refuse)


class _NoPaths(list[str]):
    """The `__path__` of a package that lies nowhere."""

    __iter__ = __getitem__ = __len__ = __contains__ = _refuse

    def __bool__(self) -> bool:
        return True


class AbsentModule(types.ModuleType):
    """Stands for a module of the engine."""

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return []
        if (name.startswith("__") and name != "__version__") or name.startswith(_LOOKS):
            if name in ("__file__", "__cached__", "__dict__"):
                raise EngineAbsentError
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")


def check(*functions: Any, **options: Any) -> None:
    """In place of `coursekit.check`: the grader asks the functions itself."""


class _Loader(importlib.abc.Loader):
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        if module.__name__ in ("coursekit", "coursekit.jupyter", "coursekit.jupyter.check"):
            module.__dict__["check"] = check

    get_source = get_code = get_data = get_filename = get_resource_reader = _refuse


class AbsentFinder(importlib.abc.MetaPathFinder):
    """Answers for `coursekit` and all below it, before any other finder is asked."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A module that stands for one of the engine's."""
        if fullname.partition(".")[0] != "coursekit":
            return None
        spec = importlib.machinery.ModuleSpec(fullname, _Loader(), is_package=True)
        spec.submodule_search_locations = _NoPaths()
        return spec


def install() -> None:
    """From now on `coursekit` is absent in this process."""
    sys.meta_path.insert(0, AbsentFinder())

"""Cases: what a function is called with. Plain data, so that a case can also be sent to a process of its own.

The generator of an exercise takes a `Draw`. Seed 0 gives the public cases, every other seed private ones: the same
generator, other numbers and other sizes. Cases come smallest first; the first that fails is the one that is shown.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

PUBLIC_SEED = 0


@dataclass(frozen=True)
class Given:
    """An argument that another function of the same submission makes, such as the cache of a forward pass.

    `pick` says which of its results, None for the whole. `names` are those of its parameters, for who reads the call.
    """

    function: str
    args: tuple[Any, ...]
    pick: int | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seeded:
    """An argument that is a fresh `numpy.random.Generator` with this seed."""

    seed: int


@dataclass(frozen=True)
class Made:
    """An argument that is a function: a fresh one, `maker(*args)`, for every call.

    `maker` stands in a module named `callbacks` that needs NumPy alone, so that it can be made in a process that has
    no engine; what it makes takes positional arguments and returns fresh arrays. `shown` is it as Python text,
    `lambda w: 2 * w`, for the feedback.
    """

    maker: Callable[..., Callable[..., Any]]
    args: tuple[Any, ...] = ()
    shown: str = ""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How an answer is looked at that has no single right value: a random one, axes whose sign is free.

    `of(value)` gives what is compared, by name. `expected` gives some or all of it; the rest is that of the
    reference's answer. `within` is how far off a name may be, in absolute terms, where the tolerance of the dtype does
    not fit; for a random quantity choose it so that a right answer fails less than once in a million (see `chance`).
    Unless `free_shape`, an answer of other shapes than the reference's has failed before `of` is asked.
    """

    of: Callable[[Any], Mapping[str, Any]]
    expected: Mapping[str, Any] = field(default_factory=dict)
    within: Mapping[str, float] = field(default_factory=dict)
    free_shape: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """One call: `args` by position and `kwargs` by name, and the `group` of checks that it counts for.

    `view` hands the arrays over as non-contiguous views. `scale` is how large the sums inside may grow: the tolerance
    grows with it. `about` says in a few words what is special ("one row"). `summary` says how to look at the answer
    where the numbers themselves are not what is compared.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    group: str = "values"
    about: str = ""
    view: bool = False
    scale: float = 1.0
    summary: Summary | None = None

    @cached_property
    def single(self) -> bool:
        """Whether any floating input is float32, which sets the tolerance."""
        return any(a.dtype == np.float32 for a in arrays_in((self.args, tuple(self.kwargs.values()))))

    @property
    def size(self) -> int:
        """How many numbers the inputs hold."""
        return sum(a.size for a in arrays_in((self.args, tuple(self.kwargs.values()))))


def arrays_in(value: Any) -> list[Array]:
    """All arrays in a nest of tuples, lists and dicts, and in what a `Given` is made from, in order."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, Given):
        return arrays_in(value.args)
    if isinstance(value, Mapping):
        return [a for part in value.values() for a in arrays_in(part)]
    if isinstance(value, tuple | list):
        return [a for part in value for a in arrays_in(part)]
    return []


def fresh(value: Any, *, view: bool = False) -> Any:
    """A copy that the callee may do anything to; `view` makes every array of it a non-contiguous view."""
    if isinstance(value, np.ndarray):
        if not view or not value.ndim:
            return value.copy()
        spread = np.zeros([2 * n + 1 for n in value.shape], dtype=value.dtype)
        inner = spread[tuple(slice(1, None, 2) for _ in value.shape)]
        inner[...] = value
        return inner
    if isinstance(value, Mapping):
        return {key: fresh(part, view=view) for key, part in value.items()}
    if isinstance(value, list):
        return [fresh(part, view=view) for part in value]
    if isinstance(value, tuple):
        return tuple(fresh(part, view=view) for part in value)
    if isinstance(value, Seeded):
        return np.random.default_rng(value.seed)
    if isinstance(value, Made):
        return value.maker(*fresh(value.args))
    return value


def unchanged(before: Any, after: Any) -> bool:
    """Whether an input still is what it was: same shape, dtype and bits."""
    if isinstance(before, np.ndarray):
        return (
            type(after) is np.ndarray
            and after.shape == before.shape
            and after.dtype == before.dtype
            and after.tobytes() == before.tobytes()
        )
    if isinstance(before, Mapping):
        return (
            type(after) is dict
            and list(after) == list(before)
            and all(unchanged(part, after[key]) for key, part in before.items())
        )
    if isinstance(before, tuple | list):
        return type(after) is type(before) and len(after) == len(before) and all(map(unchanged, before, after))
    if isinstance(before, bool | int | float | str | None):
        # Of the same exact type, so that nothing of the callee's is asked; NaN is not equal to itself.
        return type(after) is type(before) and (after == before or (before != before and after != after))
    return True


class Draw:
    """The random source of one set of cases, with sizes and numbers that people can read."""

    def __init__(self, name: str, seed: int) -> None:
        self.public = seed == PUBLIC_SEED
        self.rng = np.random.default_rng([seed, zlib.crc32(name.encode())])

    def size(self, low: int, high: int) -> int:
        """A size between `low` and `high`; the public one is in the middle."""
        return (low + high) // 2 if self.public else int(self.rng.integers(low, high + 1))

    def array(self, *shape: int, low: float = 0.1, high: float = 3.0) -> Array:
        """Numbers of two decimals of both signs, their size from `low` to `high`: never near a kink at 0.

        Where there are two entries or more, both signs occur.
        """
        sizes = np.round(self.rng.uniform(low, high, shape), 2)
        signs = self.rng.choice([-1.0, 1.0], shape)
        if signs.size > 1:
            first, second = self.rng.choice(signs.size, 2, replace=False)
            signs.flat[first], signs.flat[second] = 1.0, -1.0
        result: Array = sizes * signs
        return result

    def number(self, low: float, high: float) -> float:
        """A number of two decimals between `low` and `high`."""
        return float(np.round(self.rng.uniform(low, high), 2))


def with_layouts(cases: Sequence[Case], *, typical: Callable[[], Case], single: bool = True) -> list[Case]:
    """`cases` and what every exercise has besides: a strided view, float32, and the first case a second time.

    `typical` draws one ordinary case. The repeat finds a function whose answer depends on its earlier calls.
    """
    extra = [replace(typical(), group="edges", about="a view into a larger array", view=True)]
    if single:
        case = typical()
        extra.append(replace(case, args=as_float32(case.args), group="float32", about="float32"))
    return [*cases, *extra, replace(cases[0], about="the first input once more")]


def as_float32(value: Any) -> Any:
    """The same arguments with every floating array in float32."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float32) if value.dtype.kind == "f" else value
    if isinstance(value, Given):
        return replace(value, args=as_float32(value.args))
    if isinstance(value, Mapping):
        return {key: as_float32(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(as_float32(part) for part in value)
    return value

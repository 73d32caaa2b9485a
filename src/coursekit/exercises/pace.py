"""How much faster a right answer could be: measured there and then, on the reader's own machine."""

import contextlib
import io
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.exercises.asking import arguments
from coursekit.exercises.cases import Case

#: Below this many times slower nothing is said: that much two honest formulas differ.
WORTH_SAYING = 5.0
_ROUNDS = 3


def slowness(
    functions: Mapping[str, Callable[..., Any]], helpers: Mapping[str, Callable[..., Any]], name: str, case: Case
) -> tuple[float, float] | None:
    """Seconds of `functions[name]` and of `helpers[name]` on a case, the best of three; None where a call fails."""
    try:
        mine = _best(functions, name, case)
        return mine, min(_best(helpers, name, case), mine)
    except Exception:  # a student's function may fail at another size; this is only a remark
        return None


def _best(functions: Mapping[str, Callable[..., Any]], name: str, case: Case) -> float:
    times: list[float] = []
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        while len(times) < _ROUNDS and sum(times) < 0.2:
            args, kwargs = arguments(functions, case)
            started = time.perf_counter()
            functions[name](*args, **kwargs)
            times.append(time.perf_counter() - started)
    return min(times)


def remark(mine: float, vector: float, numbers: int) -> str:
    """The sentence for these seconds, empty where there is nothing to gain."""
    if mine < WORTH_SAYING * vector:
        return ""
    return (
        f"right, and worth full points. On {numbers:,} numbers your function took {_shown(mine)}; code that works on "
        f"whole arrays took {_shown(vector)} on this machine, {_times(mine / vector)} less. Which loop of yours could "
        "one call of NumPy do?"
    )


def _shown(seconds: float) -> str:
    return f"{1e3 * seconds:.2g} ms" if seconds < 0.1 else f"{seconds:.2g} s"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:.1f} times"
